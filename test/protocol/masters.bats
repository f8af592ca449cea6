#!/usr/bin/env bats
# Masters that are stopped, killed, gone or not what they seem: at most the
# probe's deadline and a cold start, never a hang, never an error to the user.
# clients: ssh native

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() { new_root; STOPPED=(); BEFORE=$(logins); }
teardown() {
  local pid
  for pid in "${STOPPED[@]}"; do kill -KILL "$pid" 2>/dev/null || :; done
}

# A warm pool of one, whose master the end of the test ends, stopped or not.
warm_up_to_stop() {
  warm_up
  STOPPED+=("$MASTER")
  [ -n "$MASTER" ]
}

@test "a stopped master costs its deadline once, to one run alone" {
  local probe began
  for probe in native ssh; do
    export SSH_FAST_ROOT=$ROOT-$probe ROOT=$ROOT-$probe
    warm_up_to_stop
    stop "$MASTER"
    run --separate-stderr "$SSH_FAST" --probe-timeout=300 --probe="$probe" --verbose -F "$DIR/config" host echo fine
    [ "$status" = 0 ]
    [ "$output" = fine ]
    [[ "$stderr" == *"hung 1"* ]]
    wait_until one_is_used
    BEFORE=$(logins)
    run --separate-stderr "$SSH_FAST" --probe="$probe" --verbose -F "$DIR/config" host echo fine
    [ "$output" = fine ]
    [[ "$stderr" == *"hung 0"* ]]
    [[ "$stderr" == *"warm"* ]]
    [ "$(new_logins)" = 0 ]
    grep -q '^hung' "$ROOT"/*/used/*
    kill -CONT "$MASTER"
  done
}

@test "a hung master that answers again is used again, later" {
  warm_up_to_stop
  stop "$MASTER"
  "$SSH_FAST" --probe-timeout=100 -F "$DIR/config" host true
  wait_until one_is_used
  kill -CONT "$MASTER"
  # Rested: as if it had been set aside a minute ago.
  touch -d '1 minute ago' "$ROOT"/*/used/h*
  BEFORE=$(logins)
  "$SSH_FAST" -F "$DIR/config" host 'sleep 1' 3>&- &
  local other=$!
  wait_until sh -c "[ \$(ls $ROOT/*/free | wc -l) = 0 ]"
  "$SSH_FAST" -F "$DIR/config" host true
  wait "$other"
  [ "$(new_logins)" = 0 ]
}

@test "a killed master's socket is replaced, and nothing is said of it" {
  local probe
  for probe in native ssh none; do
    export SSH_FAST_ROOT=$ROOT-$probe ROOT=$ROOT-$probe
    warm_up_to_stop
    kill -KILL "$MASTER"
    wait_until ended "$MASTER"
    run --separate-stderr "$SSH_FAST" --probe="$probe" -F "$DIR/config" host echo fine
    [ "$status" = 0 ]
    [ "$output" = fine ]
    [ "$stderr" = "" ]
  done
}

@test "a master gone between probe and exec: a cold start, silently" {
  local how
  for how in KILL TERM; do
    export SSH_FAST_ROOT=$ROOT-$how ROOT=$ROOT-$how
    # The wrapper is another ssh and so another pool, but for --namespace.
    export SSH_FAST_NAMESPACE=late-$how
    warm_up_to_stop
    # It stands for the moment between the probe and ssh's start.
    printf '#!/bin/sh\n[ "$1" != -G ] || exec ssh "$@"\nkill -%s %s 2>/dev/null\nwhile kill -0 %s 2>/dev/null && ! grep -qs "^State:.Z" /proc/%s/status; do :; done\nexec ssh "$@"\n' \
      "$how" "$MASTER" "$MASTER" "$MASTER" >"$BATS_TEST_TMPDIR/late"
    chmod +x "$BATS_TEST_TMPDIR/late"
    run --separate-stderr "$SSH_FAST" --ssh="$BATS_TEST_TMPDIR/late" -F "$DIR/config" host echo fine
    [ "$status" = 0 ]
    [ "$output" = fine ]
    [ "$stderr" = "" ]
    wait_until is_released
  done
}

@test "sockets that are no master: silent, slow, garbage, closing, full, odd" {
  local kind fake
  fast host true
  wait_until is_released
  for kind in silent hello trickle garbage huge closes backlog version; do
    export ROOT=$DIR/r-$kind SSH_FAST_ROOT=$DIR/r-$kind
    "$SSH_FAST" -F "$DIR/config" host true
    wait_until is_released
    local socket
    socket=$(socket_of)
    timeout 5 ssh -F none -S "$socket" -O exit x 2>/dev/null
    wait_until is_gone_file "$socket"
    "$TOOLS/odd-master" "$kind" "$socket" >"$BATS_TEST_TMPDIR/$kind" 3>&- &
    fake=$!
    wait_until has_content "$BATS_TEST_TMPDIR/$kind"
    run --separate-stderr timeout 10 "$SSH_FAST" --probe-timeout=200 -F "$DIR/config" host echo fine
    kill "$fake"
    [ "$status" = 0 ] || { echo "$kind: $status $stderr" >&2; return 1; }
    [ "$output" = fine ]
    [ "$stderr" = "" ]
  done
}

@test "the deadline holds for a master that trickles its answer" {
  fast host true
  wait_until is_released
  local socket began took fake
  socket=$(socket_of)
  timeout 5 ssh -F none -S "$socket" -O exit x 2>/dev/null
  wait_until is_gone_file "$socket"
  "$TOOLS/odd-master" trickle "$socket" >"$BATS_TEST_TMPDIR/out" 3>&- &
  fake=$!
  wait_until has_content "$BATS_TEST_TMPDIR/out"
  # The whole answer would take 2.8 s. strace waits for the new master too.
  export STAND_IN_OUT=$BATS_TEST_TMPDIR/seen
  strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=poll \
    "$SSH_FAST" --probe-timeout=500 --persist=1 -F "$DIR/config" host true
  kill "$fake"
  # Six bytes at most came in before it was given up.
  [ "$(grep -c 'poll(.*POLLIN.*= 1' "$BATS_TEST_TMPDIR/trace")" -lt 40 ]
  wait_until grep -q '^hung' "$ROOT"/*/used/*
}

@test "the socket's mtime is refreshed before and after, unless --no-touch" {
  warm_up_to_stop
  local socket old
  socket=$(socket_of)
  touch -d '1 hour ago' "$socket"
  old=$(stat -c %Y "$socket")
  "$SSH_FAST" --no-touch -F "$DIR/config" host true
  wait_until is_released
  [ "$(stat -c %Y "$socket")" = "$old" ]
  SSH_FAST_TOUCH=0 "$SSH_FAST" -F "$DIR/config" host true
  wait_until is_released
  [ "$(stat -c %Y "$socket")" = "$old" ]
  "$SSH_FAST" -F "$DIR/config" host "sleep 0.3; stat -c %Y $socket" >"$BATS_TEST_TMPDIR/during"
  [ "$(cat "$BATS_TEST_TMPDIR/during")" -gt "$old" ]
  touch -d '1 hour ago' "$socket"
  wait_until is_released
  "$SSH_FAST" -F "$DIR/config" host "touch -d '1 hour ago' $socket"
  wait_until is_released
  [ "$(stat -c %Y "$socket")" -gt "$old" ]
}

@test "a master that answers is used however old its socket is" {
  warm_up_to_stop
  touch -d '1 year ago' "$(socket_of)"
  BEFORE=$(logins)
  fast host true
  [ "$(new_logins)" = 0 ]
}

# Two idle masters, both without a far command that goes on.
two_idle_masters() {
  mkfifo "$BATS_TEST_TMPDIR/go"
  fast_exec host "echo here; read -r line <$BATS_TEST_TMPDIR/go" >"$BATS_TEST_TMPDIR/out" &
  local pid=$!
  wait_until has_content "$BATS_TEST_TMPDIR/out"
  fast host true
  echo >"$BATS_TEST_TMPDIR/go"
  wait "$pid"
  wait_until is_released
  [ "$(free_names)" = 2 ]
}

@test "the most recently used master comes first, without a hint too" {
  two_idle_masters
  local first second
  for first in "$ROOT"/*/c/s*; do
    touch -d '1 minute ago' "$ROOT"/*/c/s*
    touch "$first"
    rm -f "$ROOT"/*/last
    second=$("$SSH_FAST" --verbose -F "$DIR/config" host true 2>&1 | sed -n 's/.*lease \(s[^,]*\),.*/\1/p')
    [ "$second" = "$(basename "$first")" ]
    wait_until is_released
  done
}

@test "the hint: the lease used last is tried first, by the same rules" {
  local hint first second other
  two_idle_masters
  hint=$(echo "$ROOT"/*/last)
  [ -L "$hint" ]
  lease_of() { "$SSH_FAST" --verbose -F "$DIR/config" host true 2>&1 | sed -n 's/.*lease \(s[^,]*\),.*/\1/p'; }
  for first in "$ROOT"/*/c/s*; do
    # Whatever the times of the sockets say.
    touch -d '1 minute ago' "$first"
    ln -sfn "$(basename "$first")" "$hint"
    second=$(lease_of)
    [ "$second" = "$(basename "$first")" ]
    wait_until is_released
    [ "$(readlink "$hint")" = "$second" ]
  done
  # One that is no name, too long, or of nothing that is there: as if it were not.
  for other in ../../../etc/passwd "${second}x" sAAAAAAAAAAA ''; do
    rm -f "$hint"
    if [ -n "$other" ]; then ln -s "$other" "$hint"; else mkdir "$hint"; fi
    lease_of
    wait_until is_released
    [ "$(new_logins)" = 2 ]
    if [ -d "$hint" ]; then rmdir "$hint"; fi
  done
}

@test "--persist sets how long a master stays" {
  # ssh counts whole seconds of the clock: of one, little may be left.
  "$SSH_FAST" --persist=3 -F "$DIR/config" host true
  wait_until is_released
  local socket
  socket=$(socket_of)
  [ -S "$socket" ]
  wait_until is_gone_file "$socket"
}
