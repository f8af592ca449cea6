#!/usr/bin/env bats
# Runs that are no ordinary session and are leased all the same: -f, and -W.

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() {
  new_root
  OUT=$BATS_TEST_TMPDIR/out
  BEFORE=$(logins)
}
says() { grep -q "$1" "$OUT"; }

@test "-f over a warm master: back at once, the lease held until it ends" {
  warm_up
  local began=$SECONDS go=$BATS_TEST_TMPDIR/go pid
  # Not through a pipe of ours: the one in the background keeps what it has.
  fast -f host "echo here; while [ ! -e $go ]; do sleep 0.05; done; echo done" \
    >"$OUT" 2>&1 </dev/null 3>&-
  [ $((SECONDS - began)) -lt 30 ]
  wait_until says here
  [ "$(used_names)" = 1 ]
  run flock -n "$ROOT"/*/used/s* true
  [ "$status" = 1 ]
  pid=$(pgrep -f "^ssh .*-n host echo here; while")
  # A session of its own, nothing of the terminal, as ssh -f has it.
  [ "$(ps -o sid= -p "$pid" | tr -d ' ')" = "$pid" ]
  # Its recorded holder is the one that lives, not the one that has gone.
  [ "$(lease_states | cut -d ' ' -f 1,2)" = "held $pid" ]
  # Another run takes another master.
  [ "$(fast host echo other)" = other ]
  [ "$(new_logins)" = 1 ]
  : >"$go"
  wait_until is_released
  says done
  [ "$(new_logins)" = 1 ]
}

@test "-f whose ssh is killed frees its lease; its input is empty as ssh's" {
  warm_up
  local pid
  echo input | fast -qTf host 'cat; echo here; sleep 60' >"$OUT" 2>&1 3>&-
  wait_until says here
  [ "$(cat "$OUT")" = here ]
  pid=$(pgrep -f "^ssh .*-qTn host cat; echo here")
  kill -9 "$pid"
  wait_until is_released
  [ "$(new_logins)" = 0 ]
}

@test "-f while no master lives starts one, and its command runs" {
  fast -f host 'echo here' >"$OUT" 2>&1 </dev/null 3>&-
  wait_until says here
  wait_until is_released
  [ -S "$(socket_of)" ]
  run "$SSH_FAST" --explain -F "$DIR/config" -f host true
  [[ "$output" == *"decision: lease, warm"*"-n host true"* ]]
}

is_logged_in_again() { [ "$(new_logins)" = 1 ]; }
@test "-f where no process or no keeper can be had is plain ssh -f" {
  local which
  for which in fork,clone,clone3 clone,clone3; do
    new_root
    ROOT=$ROOT.${#which} SSH_FAST_ROOT=$ROOT.${#which}
    warm_up
    : >"$OUT"
    # The way into the background; or, where fork is no clone, the keeper
    # alone. (ssh gets it too.)
    strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e trace=fork,vfork,clone,clone3,execve \
      -e inject="$which":error=EAGAIN:when=1 \
      "$SSH_FAST" -F "$DIR/config" -f host 'echo here' >"$OUT" 2>&1 </dev/null 3>&- || :
    grep -q INJECTED "$BATS_TEST_TMPDIR/trace"
    grep -q 'execve.*"-f", "host"' "$BATS_TEST_TMPDIR/trace"
    wait_until is_released
    wait_until is_logged_in_again
  done
}

start_far() {
  python3 "$TOP/test/tools/far-server.py" "$BATS_TEST_TMPDIR/far" \
    </dev/null >/dev/null 2>&1 3>&- &
  FAR_PID=$!
  wait_until has_content "$BATS_TEST_TMPDIR/far"
  FAR=127.0.0.1:$(cat "$BATS_TEST_TMPDIR/far")
}
teardown() { if [ -n "${FAR_PID:-}" ]; then kill "$FAR_PID"; fi; }
closed() { [ "$(grep -c closed "$BATS_TEST_TMPDIR/far.log")" = "$1" ]; }

@test "-W: one login for many, both directions and half-closed as ssh's" {
  start_far
  local client got=()
  for client in plain fast fast; do
    got+=("$(head -c 100000 /dev/zero | $client -W "$FAR" host)")
  done
  [ "${got[0]}" = $'hello\ngoodbye 100000' ]
  [ "${got[1]}" = "${got[0]}" ]
  [ "${got[2]}" = "${got[0]}" ]
  wait_until is_released
  [ "$(new_logins)" = 2 ]
}

@test "-W to a port where nobody listens: 255, and the master lives on" {
  local port plain_status
  port=$("$TOOLS/free-port")
  run plain -W "127.0.0.1:$port" host </dev/null
  plain_status=$status
  warm_up
  run fast -W "127.0.0.1:$port" host </dev/null
  [ "$status" = "$plain_status" ]
  [ "$status" = 255 ]
  wait_until is_released
  fast host true
  [ "$(new_logins)" = 0 ]
}

@test "-W that is killed: the far connection ends, the lease is free" {
  start_far
  warm_up
  local signal count=0 pid
  mkfifo "$BATS_TEST_TMPDIR/input"
  for signal in TERM HUP KILL KILL KILL; do
    exec 8<>"$BATS_TEST_TMPDIR/input"
    : >"$OUT"
    fast_exec -W "$FAR" host <"$BATS_TEST_TMPDIR/input" >"$OUT" 2>&1 8>&- &
    pid=$!
    wait_until says hello
    [ "$(used_names)" = 1 ]
    kill -"$signal" "$pid"
    wait "$pid" || :
    count=$((count + 1))
    wait_until closed "$count"
    wait_until is_released
    exec 8>&-
  done
  [ "$(new_logins)" = 0 ]
}

@test "-W and sessions take turns on the same masters" {
  start_far
  local i
  for i in 1 2 3; do
    fast -W "$FAR" host </dev/null >/dev/null
    wait_until is_released
    fast host true
  done
  [ "$(new_logins)" = 1 ]
}
