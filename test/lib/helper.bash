# What all test files share: a throwaway sshd on loopback, a client
# configuration for it, and ways to look at the pool from outside.

bats_require_minimum_version 1.7.0

TOP=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
# shellcheck source=test/lib/sshd.bash
. "$TOP/test/lib/sshd.bash"
BUILD=${BUILD:-$TOP/build}
SSH_FAST=$BUILD/ssh-fast
TOOLS=$BUILD/test

# Which client the tests run with: see "# clients:" in test/run.sh, or
# CLIENT=native make check.
if [ -n "${CLIENT:-}" ]; then export SSH_FAST_CLIENT=$CLIENT; fi
CLIENT=${CLIENT:-auto}

# A pipe that says nothing, to wait at: sleep(1) would be a process each time.
exec {SILENCE}<> <(:)

# wait_until COMMAND...: until it succeeds, ten seconds at most.
wait_until() {
  local tries=0
  until "$@" 2>/dev/null; do
    if [ $((tries += 1)) -gt 1000 ]; then
      echo "waited in vain for: $*" >&2
      return 1
    fi
    read -rt 0.01 -u "$SILENCE" || :
  done
}

# A file of this test file's own: $DIR, short enough for sockets below it.
make_dir() {
  DIR=$(mktemp -d "$SUITE/XXXXX")
  export DIR
}

# times FULL SHORT: how often, or how much: LONG=1 (make check-long) wants all.
times() { if [ -n "${LONG:-}" ]; then echo "$1"; else echo "$2"; fi; }

has_content() { [ -s "$1" ]; }
is_gone() { [ ! -e "/proc/$1" ]; }
ended() { [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }
milliseconds() { echo $(($(date +%s%N) / 1000000)); }
# A time is asked for by its class, since any machine may be busy: what waits
# for somebody takes longer than this, and what does not is done long before.
began_now() { BEGAN=$(milliseconds); }
was_at_once() { [ $(($(milliseconds) - BEGAN)) -lt 15000 ]; }

is_stopped() { grep -q '^State:.T' "/proc/$1/status"; }
# stop PID...: the signal alone is no stop yet.
stop() {
  local pid
  kill -STOP "$@"
  for pid; do wait_until is_stopped "$pid"; done
}

# What not every machine has: a test that needs it says so, and is skipped.
needs_command() { command -v "$1" >/dev/null || skip "no $1 on this machine"; }
# Containers may refuse it to root as well.
can_mount() { unshare --mount --propagation private true 2>/dev/null; }
needs_mounts() { can_mount || skip "no mount namespace can be made here"; }
# An sshd that is not root cannot hand out terminals on every machine: then it
# ends the whole connection.
has_terminals() {
  local status=0
  script -qec "ssh -F $DIR/config -t host 'exit 17'" /dev/null >/dev/null || status=$?
  [ "$status" = 17 ]
}
needs_terminals() { has_terminals || skip "this sshd hands out no terminals"; }

make_keys() {
  ssh-keygen -q -t ed25519 -N '' -f "$DIR/host_key" -C host
  ssh-keygen -q -t ed25519 -N '' -f "$DIR/id" -C user
  cp "$DIR/id.pub" "$DIR/authorized_keys"
}

is_up_or_gone() { has_content "$DIR/sshd.pid" || ended "$1"; }

# start_sshd [LINE...]: with these lines more in its configuration. It listens
# on ADDRESS, 127.0.0.1, logs at LOG_LEVEL, and is started with the words of
# SERVED_BY in front.
start_sshd() {
  local try
  make_keys
  for try in 1 2 3 4 5; do
    PORT=$("$TOOLS/free-port")
    {
      cat <<EOF
Port $PORT
ListenAddress ${ADDRESS:-127.0.0.1}
HostKey $DIR/host_key
AuthorizedKeysFile $DIR/authorized_keys
PidFile $DIR/sshd.pid
UsePAM no
StrictModes no
LogLevel ${LOG_LEVEL:-VERBOSE}
MaxStartups ${MAX_STARTUPS:-500}
Subsystem sftp internal-sftp
AcceptEnv LC_* GIT_PROTOCOL SF_*
# bash reads no start-up file of the user's when it is nested.
SetEnv SHLVL=5
EOF
      sshd_lines
      # In front: the lines may end in a Match block.
      [[ "$*" == *KexAlgorithms* ]] || cheap_kex
      printf '%s\n' "$@"
    } >"$DIR/sshd_config"
    /usr/sbin/sshd -t -f "$DIR/sshd_config" || return 1
    # In the foreground with -e: a daemon's children lose the log of -E.
    "${SERVED_BY[@]}" /usr/sbin/sshd -D -e -f "$DIR/sshd_config" 2>"$DIR/sshd.log" \
      </dev/null >/dev/null 3>&- &
    if wait_until is_up_or_gone $! && has_content "$DIR/sshd.pid"; then
      break
    fi
  done
  [ "$try" -lt 5 ] || return 1
  write_config "$DIR/config"
  export PORT
}

# A client configuration for that server, with these lines more.
write_config() {
  local file=$1
  shift
  {
    printf '%s\n' "$@"
    cat <<EOF
Host *
  HostName ${ADDRESS:-127.0.0.1}
  Port $PORT
  IdentityFile $DIR/id
  IdentitiesOnly yes
  UserKnownHostsFile $DIR/known_hosts
  StrictHostKeyChecking no
  LogLevel ERROR
EOF
  } >"$file"
}

# Ends masters, server and folder of this test file.
stop_sshd() {
  local socket
  while IFS= read -r -d '' socket; do
    timeout 2 ssh -F none -S "${socket//%/%%}" -O exit x 2>/dev/null || :
  done < <(find "$DIR" -type s -print0)
  if [ -s "$DIR/sshd.pid" ]; then
    kill "$(cat "$DIR/sshd.pid")" 2>/dev/null || :
    wait_until is_gone_file "$DIR/sshd.pid"
  fi
  chmod -R u+rwx "$DIR" 2>/dev/null || :
  rm -rf "$DIR"
}
is_gone_file() { [ ! -e "$1" ]; }

# All the server's processes but its listener: what they are called, and how
# many there are of a connection, is the server's.
server_processes() {
  local parents more found=()
  parents=$(cat "$DIR/sshd.pid")
  while parents=$(pgrep -d ' ' -P "${parents// /,}" '^sshd'); do
    read -ra more <<<"$parents"
    found+=("${more[@]}")
  done
  echo "${found[@]}"
}

# How many logins the server has seen.
logins() { grep -c '^Accepted [a-z/-]* for ' "$DIR/sshd.log" || :; }

# A root of this test's own, and ssh-fast with the configuration for it.
new_root() {
  ROOT=$DIR/r$BATS_TEST_NUMBER
  export ROOT SSH_FAST_ROOT=$ROOT
}
fast() { "$SSH_FAST" -F "$DIR/config" "$@"; }
# In the background the process itself, not a shell around it: $! is ssh's.
# bash has what it runs in the background ignore INT and QUIT; since 5.3 also
# where it has a trap for INT, as bats has.
STARTED_BY=(env --default-signal=INT,QUIT)
fast_exec() { exec "${STARTED_BY[@]}" "$SSH_FAST" -F "$DIR/config" "$@" 3>&-; }
plain_exec() { exec "${STARTED_BY[@]}" ssh -F "$DIR/config" "$@" 3>&-; }
plain() { ssh -F "$DIR/config" "$@"; }

# No namespace is left; the answers that ssh gave lie beside those for a day.
no_namespace_is_left() { [ -z "$(find "$ROOT" -mindepth 1 ! -name '.answer.*')" ]; }

# The one namespace, and what lies in its folders.
namespace() { echo "$ROOT"/*/; }
count_in() {
  local files=("$ROOT"/*/"$1"/*)
  if [ -e "${files[0]}" ] || [ -L "${files[0]}" ]; then echo "${#files[@]}"; else echo 0; fi
}
free_names() { count_in free; }
used_names() { count_in used; }
socket_of() { echo "$ROOT"/*/c/s???????????; }
is_released() {
  local files=("$ROOT"/*/used/*)
  [ ! -e "${files[0]}" ]
}
# After kill -9. A client that holds the lease itself leaves the name where it
# is, unlocked, for the next to take.
is_let_go() {
  if [ "$CLIENT" = ssh ]; then
    is_released
  else
    [ -z "$(find "$ROOT"/*/used -type f ! -exec flock -n {} true \; -print)" ]
  fi
}
one_is_used() { [ "$(used_names)" = 1 ]; }
master_pid() {
  timeout 5 ssh -F none -S "$1" -O check x 2>&1 | sed -n 's/.*pid=\([0-9]*\).*/\1/p'
}
# The pids of the masters, and of the logins under way, of a root: ssh that was
# started for that keeps its words, one that was a client first has a title.
masters_below() { pgrep -f -- "^[^ ]*ssh -MNTf [^ ]* -S $1/|^ssh: $1/.* \[mux\]" || :; }
# The decision, or one line of it, that --explain prints.
folder_of() {
  "$SSH_FAST" --explain "$@" | sed -n 's/^folder: \([^ ]*\).*/\1/p'
}
decision_of() { "$SSH_FAST" --explain "$@" | sed -n 's/^decision: //p'; }
# The admin's programs.
ls_json() { "$BUILD/ssh-fast-ls" -j "$@"; }
gc() { "$BUILD/ssh-fast-gc" "$@"; }
# What one lease looks like to ssh-fast-ls: STATE PID MASTER PID.
lease_states() {
  ls_json "$@" | jq -r '.namespaces[].leases[] |
    "\(.state) \(.pid) \(.master.state) \(.master.pid)"'
}
# shellcheck disable=SC2034 # the tests use KEEPER
has_keeper() { KEEPER=$(pgrep -x -P "$1" ssh-fast-keeper); }
# All that can be seen of a tree from outside, but for access times.
tree_of() { find "$1" -printf '%p %i %y %m %n %s %T@ %C@\n' | sort; }
