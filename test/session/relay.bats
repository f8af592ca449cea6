#!/usr/bin/env bats
# Terminals, and a standard error that is a pipe: what goes through the native
# client, and is let go with it.

load ../lib/helper

setup_file() {
  make_dir
  start_sshd
  export SSH_FAST_CLIENT=native
}
setup() {
  new_root
  CLIENT=native
  T=$BATS_TEST_TMPDIR
  SSH_FAST_CLIENT=ssh fast host true
  wait_until is_released
}
# in_terminal OPTION... -- ARGUMENT...: the session in a terminal.
in_terminal() {
  local options=()
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  "$BATS_TEST_DIRNAME/../tools/in-terminal.py" "${options[@]}" -- \
    "${RUN_AS[@]}" "$SSH_FAST" -F "$DIR/config" "$@"
}
flags_of() { sed -n 's/^flags:\t//p' "/proc/$BASHPID/fdinfo/$1"; }

@test "under timeout, what captures output and errors ends with it" {
  local how
  began_now
  for how in '' 2 12; do
    # The far command holds all three.
    case $how in
      '') run timeout 2 "$SSH_FAST" -F "$DIR/config" host 'echo out; echo err >&2; sleep 30' ;;
      2) run bash -c 'timeout 2 "$@" >/dev/null' - "$SSH_FAST" -F "$DIR/config" host 'echo err >&2; sleep 30' ;;
      12) run bash -c 'timeout 2 "$@" 2>&1 | cat; exit "${PIPESTATUS[0]}"' - "$SSH_FAST" -F "$DIR/config" host 'echo out; echo err >&2; sleep 30' ;;
    esac
    [ "$status" = 124 ]
    [[ "$output" == *err* ]]
  done
  was_at_once
}

@test "lines to output and error keep their order, where both are one" {
  local i command='' try
  for i in 1 2 3 4 5 6 7 8 9; do command+="echo out$i; sleep 0.005; echo err$i >&2; sleep 0.005; "; done
  for i in 1 2 3 4 5 6 7 8 9; do printf 'out%s\nerr%s\n' $i $i; done >"$T/wanted"
  # A busy machine, where two lines can come at once, gets more than one chance.
  for try in 1 2 3 4 5 6 7 8 9 10; do
    fast host "$command" </dev/null 2>&1 | cat >"$T/got"
    if cmp -s "$T/wanted" "$T/got"; then break; fi
  done
  diff "$T/wanted" "$T/got"
  for try in 1 2 3 4 5 6 7 8 9 10; do
    in_terminal -- host "$command" | tr -d '\r' >"$T/got"
    if cmp -s "$T/wanted" "$T/got"; then break; fi
  done
  diff "$T/wanted" "$T/got"
}

@test "a standard error that is a socket, alone or all three" {
  cat >"$T/sockets.py" <<'END'
import socket, subprocess, sys
for shared in (False, True):
    near, far = socket.socketpair()
    other = far if shared else subprocess.DEVNULL
    process = subprocess.Popen(sys.argv[1:], stdin=other, stdout=other, stderr=far)
    far.close()
    near.shutdown(socket.SHUT_WR)
    got = b""
    while some := near.recv(65536):
        got += some
    print(process.wait(), len(got), got.count(b"e"))
END
  run python3 "$T/sockets.py" "$SSH_FAST" -F "$DIR/config" host \
    'cat; head -c 3000000 /dev/zero | tr "\0" e >&2; exit 6'
  [ "$output" = $'6 3000000 3000000\n6 3000000 3000000' ]
}

@test "both directions stuffed: all arrives once there is a reader" {
  head -c 8000000 /dev/urandom >"$T/data"
  (fast host 'tee /dev/stderr' <"$T/data" 2>&1 >"$T/out"; echo $? >"$T/status") |
    (sleep 1; cat >"$T/err")
  cmp "$T/data" "$T/out"
  cmp "$T/data" "$T/err"
  [ "$(cat "$T/status")" = 0 ]
}

@test "a reader of the errors that goes away ends nothing" {
  mkfifo "$T/errors" "$T/go"
  fast_exec host "echo here >&2; read -r line <$T/go; echo lost >&2; echo out; exit 4" 2>"$T/errors" >"$T/out" </dev/null &
  local pid=$! code=0
  [ "$(head -n 1 <"$T/errors")" = here ]
  echo >"$T/go"
  wait "$pid" || code=$?
  [ "$code" = 4 ]
  [ "$(cat "$T/out")" = out ]
}

@test "no flag stays on the user's descriptors, also after kill -9" {
  local before pid
  mkfifo "$T/in" "$T/out" "$T/err"
  exec {in}<>"$T/in" {out}<>"$T/out" {err}<>"$T/err"
  before=$(flags_of "$in"),$(flags_of "$out"),$(flags_of "$err")
  fast_exec host 'echo here; echo here >&2; sleep 60' <&"$in" >&"$out" 2>&"$err" &
  pid=$!
  read -r -u "$out" -t 10
  read -r -u "$err" -t 10
  # Error is relayed: it never had any.
  [ "$(flags_of "$err")" = "${before##*,}" ]
  kill -KILL "$pid"
  wait "$pid" || :
  flags_are_as_before() { [ "$(flags_of "$in"),$(flags_of "$out"),$(flags_of "$err")" = "$before" ]; }
  wait_until flags_are_as_before
  exec {in}<&- {out}<&- {err}<&-
}

@test "every byte passes a terminal, 100,000 at once" {
  local sum
  sum=$(python3 -c '
import hashlib
values = bytes(value for value in range(256) if value != ord("~"))
print(hashlib.sha256((values * 400)[:100000]).hexdigest())')
  run in_terminal size=100000 -- -tt host 'stty raw -echo; echo ready; head -c 100000 | sha256sum'
  [ "$status" = 0 ]
  [[ "$output" == *"$sum"* ]]
}

@test "a terminal that cannot be opened again serves as it is" {
  local how
  RUN_AS=()
  # Even root is refused then.
  if [ "$(id -u)" = 0 ]; then RUN_AS=(setpriv --bounding-set -dac_override,-dac_read_search); fi
  for how in own foreign; do
    run in_terminal $how locked keys='hello\n\x04' -- host 'echo ready; cat; echo err >&2; exit 5'
    [ "$status" = 5 ]
    [[ "$output" == *ready*hello*hello*err* ]]
    run in_terminal $how locked keys='hello\rend\r' -- -tt host 'echo ready; read -r one; read -r two; echo "got $one $two"; head -c 300000 /dev/zero | tr "\0" x; exit 6'
    [ "$status" = 6 ]
    [[ "$output" == *"got hello end"* ]]
    [ "$(tr -cd x <<<"$output" | wc -c)" = 300000 ]
  done
}

@test "a hangup ends the session; ignored, it goes on and waits" {
  local how
  run in_terminal hangup -- -tt host 'echo ready; sleep 60'
  [ "$status" = 255 ]
  run in_terminal hangup -- host 'echo ready; sleep 60'
  [ "$status" = 255 ]
  RUN_AS=(bash -c 'trap "" HUP; "$@"; status=$?; times >"$0"; exit $status' "$T/times")
  for how in -tt -T; do
    run in_terminal hangup -- $how host "trap '' HUP; echo ready; sleep 1.5; touch $T/over$how; exit 3"
    [ "$status" = 3 ]
    [ -e "$T/over$how" ]
    # It did not turn in circles meanwhile.
    [[ "$(sed -n 2p "$T/times")" =~ ^0m0.[0-3][0-9]*s\ 0m0.[0-3][0-9]*s$ ]]
  done
}

@test "flooded, it heeds ^C and ~.; with a stopped master as well" {
  local how master
  run in_terminal keys='\x03' -- host 'echo ready; yes'
  [ "$status" = 255 ]
  run in_terminal keys='\r~.' -- -tt host 'echo ready; yes'
  [ "$status" = 255 ]
  for how in -T -tt; do
    master=$(master_pid "$(socket_of)")
    run in_terminal do="kill -STOP $master" keys='\r~.\x03' -- $how host "echo ready; sleep 60"
    kill -CONT "$master"
    [ "$status" = 255 ]
  done
}
