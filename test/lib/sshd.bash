# A throwaway sshd. What comes first, the benchmarks and the demo need as well.

# As root, sshd wants its empty folder, which the system makes at boot. Where it
# is missing it is made and stays, as the package's own start script does it:
# another sshd may need it by the time that this one ends.
make_sshd_folder() {
  if [ "$(id -u)" = 0 ] && [ ! -d /run/sshd ]; then mkdir -m 0755 /run/sshd 2>/dev/null || [ -d /run/sshd ]; fi
}

knows() { /usr/sbin/sshd -G -f /dev/null -o "$1" >/dev/null 2>&1; }

# Lines for sshd_config that only some versions know. The server is asked, not
# its version: an old one knows neither -G nor the keyword.
sshd_lines() {
  # Else some logins that are refused or broken off lock this machine out.
  if knows PerSourcePenalties=no; then echo 'PerSourcePenalties no'; fi
}
# The default of old versions costs both sides ten times the processor time of
# this. New clients warn about a key exchange that is not post-quantum.
cheap_kex() {
  local algorithm=curve25519-sha256
  if knows KexAlgorithms=mlkem768x25519-sha256; then algorithm=mlkem768x25519-sha256,$algorithm; fi
  echo "KexAlgorithms $algorithm"
}

# Those of the tests: each file has one of its own, in $DIR.

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
SetEnv SHLVL=5 TEST_SERVER=$DIR
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

# What far commands left on the server's side, which the server does not end.
end_far_side() { end_processes_of "TEST_SERVER=$DIR"; }

# Ends all that this test file has started, and removes its folder, whatever has
# failed. Masters and the server may be there until the end. What else is there
# is told, and a file of which no test has failed fails for it (test/run.sh).
stop_sshd() {
  local socket left
  while IFS= read -r -d '' socket; do
    timeout 2 ssh -F none -S "${socket//%/%%}" -O exit x 2>/dev/null || :
  done < <(find "$DIR" -type s -print0)
  if [ -s "$DIR/sshd.pid" ]; then
    kill "$(cat "$DIR/sshd.pid")" 2>/dev/null || :
    wait_until is_gone_file "$DIR/sshd.pid"
  fi
  end_far_side
  # A master whose socket has gone heard nothing of it.
  pkill -TERM -f -- "^ssh -MNTf .* -S $DIR/" || :
  if ! await_end_of "$DIR"; then
    left=$(show_processes_of "$DIR")
    # Where bats is not there to hear it, as in a benchmark, nobody does.
    while IFS= read -r left; do echo "# left behind: $left"; done <<<"$left" 2>/dev/null >&3 || :
    end_processes_of "$DIR"
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
