#!/usr/bin/env bash
# The main job, to look at: plain ssh beside ssh-fast, cold and warm, on a
# throwaway sshd of its own, or on the host that is named. Leaves nothing.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=test/lib/sshd.bash
. test/lib/sshd.bash
ssh_fast=$PWD/${BUILD:-build}/ssh-fast
host=${1:-}

umask 077
dir=$(mktemp -d /tmp/sfd.XXXXX)
server=
clean_up() {
  local socket
  while IFS= read -r socket; do
    timeout 5 ssh -F none -S "$socket" -O exit demo 2>/dev/null || :
  done < <(find "$dir" -type s)
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || :
    wait "$server" 2>/dev/null || :
  fi
  rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start_server() {
  local port try
  ssh-keygen -q -t ed25519 -N '' -f "$dir/host_key" -C demo
  ssh-keygen -q -t ed25519 -N '' -f "$dir/id" -C demo
  make_sshd_folder
  for try in 1 2 3 4 5; do
    port=$((20000 + (RANDOM + $$ + try) % 30000))
    cat >"$dir/sshd_config" <<EOF
Port $port
ListenAddress 127.0.0.1
HostKey $dir/host_key
AuthorizedKeysFile $dir/id.pub
PidFile $dir/sshd.pid
UsePAM no
StrictModes no
# bash reads no start-up file when it is nested: those are not what is shown.
SetEnv SHLVL=5
$(sshd_lines)
EOF
    /usr/sbin/sshd -D -e -f "$dir/sshd_config" 2>"$dir/sshd.log" &
    server=$!
    for _ in $(seq 200); do
      if [ -s "$dir/sshd.pid" ]; then break; fi
      if ! kill -0 "$server" 2>/dev/null; then break; fi
      sleep 0.01
    done
    if [ -s "$dir/sshd.pid" ]; then break; fi
    server=
  done
  if [ -z "$server" ]; then
    echo "demo: cannot start sshd: $(tail -n 1 "$dir/sshd.log")" >&2
    exit 1
  fi
  cat >"$dir/config" <<EOF
Host demo
  HostName 127.0.0.1
  Port $port
  IdentityFile $dir/id
  IdentitiesOnly yes
  UserKnownHostsFile $dir/known_hosts
  StrictHostKeyChecking accept-new
  LogLevel ERROR
EOF
}

# median COUNT COMMAND...: of so many runs, in milliseconds.
median() {
  local count=$1 began
  shift
  for _ in $(seq "$count"); do
    began=$(date +%s%N)
    "$@" </dev/null >/dev/null || {
      echo "demo: this failed: $*" >&2
      exit 1
    }
    echo $((($(date +%s%N) - began) / 10000))
  done | sort -n | sed -n "$(((count + 1) / 2))p"
}
row() {
  awk -v name="$1" -v runs="$2" -v time="$3" -v plain="$4" \
    'BEGIN {printf "  %-34s %5d %10.1f ms %10.1f x\n", name, runs, time / 100, plain / time}'
}

if [ -n "$host" ]; then
  arguments=("$host")
else
  start_server
  arguments=(-F "$dir/config" demo)
  host="a throwaway sshd on loopback"
fi
export SSH_FAST_ROOT=$dir/r

plain=$(median 5 ssh "${arguments[@]}" true)
cold=$(median 1 "$ssh_fast" "${arguments[@]}" true)
warm=$(median 15 "$ssh_fast" "${arguments[@]}" true)

echo "ssh HOST true, on $host:"
echo
printf '  %-34s %5s %13s %12s\n' command runs median faster
row "ssh" 5 "$plain" "$plain"
row "ssh-fast, cold: starts a master" 1 "$cold" "$plain"
row "ssh-fast, warm: leases it" 15 "$warm" "$plain"
echo
echo "What it has decided (ssh-fast --explain):"
echo
"$ssh_fast" --explain "${arguments[@]}" true | grep '^decision\|^command' |
  sed 's/^/  /'
echo
echo "The namespace, below SSH_FAST_ROOT:"
echo
(cd "$SSH_FAST_ROOT" && find . -mindepth 1 -printf '  %M %P\n' | sort -k 2)
