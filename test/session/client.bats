#!/usr/bin/env bats
# Who speaks to the master by itself (--client=auto), and why.

load ../lib/helper

setup_file() {
  make_dir
  start_sshd
  unset SSH_FAST_CLIENT SSH_AUTH_SOCK
}
setup() {
  new_root
  CLIENT=auto
  T=$BATS_TEST_TMPDIR
  fast host true
  wait_until is_let_go
}
client_of() { "$SSH_FAST" --explain -F "$DIR/config" "$@" | sed -n 's/^client: //p'; }
# program_of ARGUMENT...: what runs, with input and output on the null device.
program_of() {
  mkfifo "$T/go"
  (exec "${STARTED_BY[@]}" "$SSH_FAST" -F "$DIR/config" "$@" "touch $T/up; read -r line <$T/go") </dev/null >/dev/null 2>&1 3>&- &
  local pid=$!
  wait_until test -e "$T/up"
  cat "/proc/$pid/comm"
  echo >"$T/go"
  wait "$pid"
  wait_until is_let_go
  rm "$T/up" "$T/go"
}

@test "ssh where all output goes nowhere, else ssh-fast itself" {
  [ "$(program_of host)" = ssh ]
  [ "$(program_of -tt host)" = ssh-fast ]
  local STARTED_BY=()
  trap '' INT
  [ "$(program_of host)" = ssh-fast ]
  trap - INT
  [ "$(client_of host true </dev/null)" = "native, because standard output is a pipe" ]
  "$SSH_FAST" --explain -F "$DIR/config" host true </dev/null >"$T/explained"
  grep -qx 'client: native, because standard output is a file' "$T/explained"
  [ "$(client_of -tt host true)" = "native, because a terminal is asked for" ]
  "$SSH_FAST" --verbose -F "$DIR/config" host true </dev/null >/dev/null 2>"$T/said"
  grep -qx 'ssh-fast: client: native, because standard error is a file' "$T/said"
  run python3 -c 'import socket, subprocess, sys
pair = socket.socketpair()
subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=pair[0])
print(pair[1].recv(65536).decode())' "$SSH_FAST" --explain -F "$DIR/config" host true
  [[ "$output" == *"native, because standard output is a socket"* ]]
  run "$BATS_TEST_DIRNAME/../tools/in-terminal.py" -- sh -c '"$@" >"$0" 2>&1' "$T/explained" "$SSH_FAST" --explain -F "$DIR/config" host true
  grep -qx 'client: native, because standard input is a terminal' "$T/explained"
}

@test "plain ssh where neither would be exact" {
  BEFORE=$(logins)
  [[ "$("$SSH_FAST" --explain -F "$DIR/config" -v host true </dev/null)" == \
    "decision: plain ssh, only ssh prints the messages of -v, and standard output is a pipe"* ]]
  fast -v host true </dev/null >/dev/null 2>"$T/log"
  grep -q 'Authenticated to' "$T/log"
  [ "$(new_logins)" = 1 ]
  # Nobody sees what it says.
  fast -v host true </dev/null >/dev/null 2>&1
  [ "$(new_logins)" = 1 ]
  [[ "$("$SSH_FAST" --explain -F "$DIR/config" -I "$T/nope.so" host true)" == \
    "decision: plain ssh, the PKCS#11 provider cannot be loaded"* ]]
}

@test "RemoteCommand of the configuration, expanded, and -f: leased" {
  write_config "$T/config" 'RemoteCommand echo at %h; exit 4'
  run -4 "$SSH_FAST" -F "$T/config" host
  [ "$output" = "at 127.0.0.1" ]
  BEFORE=$(logins)
  wait_until is_let_go
  run -4 "$SSH_FAST" -F "$T/config" host
  [ "$output" = "at 127.0.0.1" ]
  fast -f host "touch $T/done" </dev/null
  wait_until test -e "$T/done"
  [ "$(new_logins)" = 0 ]
}

@test "keys that are not there: warned of as by plain ssh, cold and warm" {
  local words heat
  export HOME=$T
  while read -ra words; do
    ssh -F "$DIR/config" -oLogLevel=INFO "${words[@]}" host true 2>"$T/plain" </dev/null
    for heat in cold warm; do
      fast -oLogLevel=INFO "${words[@]}" host true 2>"$T/$heat" </dev/null
      diff "$T/plain" "$T/$heat" || { echo "${words[*]}, $heat" >&2; return 1; }
      wait_until is_let_go
    done
  done <<END
-i $T/nope
-i $T/nope -i $T/nope2 -q
-oIdentityFile=$T/nope
-o IdentityFile=~/no-such-key
-i $DIR/id -oIdentityFile=$T/nope
-oIdentityFile=$T/nope -q
-oIdentityFile=none -i none
-oCertificateFile=$T/nope
-i $DIR/id
-I $T/nope.so
END
  [ -s "$T/plain" ]
}
