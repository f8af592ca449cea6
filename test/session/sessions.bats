#!/usr/bin/env bats
# Real commands over leased masters, against a real sshd: what users see.
# clients: ssh native auto

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() { new_root; BEFORE=$(logins); }

@test "cold and then warm: one login, the same output, both silent" {
  local cold warm
  cold=$(fast host echo hello 2>&1)
  warm=$(fast host echo hello 2>&1)
  [ "$cold" = hello ]
  [ "$warm" = hello ]
  [ "$(new_logins)" = 1 ]
}

@test "exit status is the command's, cold and warm" {
  local status_wanted
  for status_wanted in 0 1 3 126 254 255; do
    run fast host "exit $status_wanted"
    [ "$status" = "$status_wanted" ]
  done
  [ "$(new_logins)" = 1 ]
}

@test "a far command that dies by a signal gives what plain ssh gives" {
  run plain host 'kill -9 $$'
  local plain_status=$status
  run fast host 'kill -9 $$'
  [ "$status" = "$plain_status" ]
  run fast host 'kill -9 $$'
  [ "$status" = "$plain_status" ]
}

@test "standard output and error stay apart" {
  fast host 'echo out; echo err >&2' >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
  [ "$(cat "$BATS_TEST_TMPDIR/out")" = out ]
  [ "$(cat "$BATS_TEST_TMPDIR/err")" = err ]
}

@test "binary data passes unchanged through stdin and stdout, verbose or not" {
  head -c 3000000 /dev/urandom >"$DIR/data"
  local options
  for options in --no-touch --verbose --verbose; do
    "$SSH_FAST" "$options" -F "$DIR/config" host cat <"$DIR/data" >"$DIR/back"
    cmp "$DIR/data" "$DIR/back"
  done
  [ "$(new_logins)" = 1 ]
}

@test "a pipe behind it ends at once, cold and warm, stdout and stderr" {
  # A master or keeper that held the pipe would keep it for 30 s.
  began_now
  SSH_FAST_PERSIST=30 fast host true | cat
  SSH_FAST_PERSIST=30 fast host true | cat
  new_root_suffix=b
  SSH_FAST_ROOT=$ROOT$new_root_suffix SSH_FAST_PERSIST=30 fast host true 2>&1 | cat
  SSH_FAST_ROOT=$ROOT$new_root_suffix SSH_FAST_PERSIST=30 fast host true 2>&1 | cat
  was_at_once
  [ "$(new_logins)" = 2 ]
}

@test "-v into a pipe does not hang; cold, it shows the login and the session" {
  began_now
  # By itself ssh-fast takes plain ssh for it.
  if [ "$CLIENT" = auto ]; then export SSH_FAST_CLIENT=ssh; fi
  SSH_FAST_PERSIST=30 fast -v host true 2>&1 | cat >"$DIR/log"
  was_at_once
  grep -q 'Authentication succeeded\|Authenticated to' "$DIR/log"
  grep -q 'mux_client_request_session' "$DIR/log"
  wait_until is_released
  SSH_FAST_PERSIST=30 fast -v host true 2>&1 | cat >"$DIR/log"
  run -1 grep -q 'Authentication succeeded\|Authenticated to' "$DIR/log"
  grep -q 'mux_client_request_session' "$DIR/log"
  [ "$(new_logins)" = 1 ]
}

@test "many runs one after the other on a busy machine make one login" {
  local busy=() i runs
  runs=$(times 1000 150)
  for i in 1 2; do
    (exec -a "$SUITE-busy" bash -c 'while :; do :; done') 3>&- &
    busy+=($!)
  done
  for ((i = 0; i < runs; i++)); do
    fast host true || break
  done
  kill "${busy[@]}"
  wait "${busy[@]}" 2>/dev/null || :
  [ "$i" = "$runs" ]
  [ "$(new_logins)" = 1 ]
}

# thirty COMMAND: that many at once; fails where one of them does.
thirty() {
  local pids=() pid i failed=0
  for ((i = 0; i < 30; i++)); do
    fast_exec host "$1" >>"$DIR/thirty" 2>&1 &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=$((failed + 1)); done
  [ "$failed" = 0 ]
}
thirty_sockets() { [ "$(find "$ROOT"/*/c -type s | wc -l)" = 30 ]; }

@test "30 at once get a master each, none is refused, and all are used again" {
  : >"$DIR/thirty"
  thirty 'sleep 3'
  wait_until is_released
  wait_until thirty_sockets
  [ "$(new_logins)" = 30 ]
  thirty 'sleep 1'
  wait_until is_released
  thirty 'sleep 1'
  [ "$(new_logins)" = 30 ]
  # Neither "Session open refused" nor anything else was said.
  [ ! -s "$DIR/thirty" ]
}

@test "while ssh runs its lock is held, and no longer when it has ended" {
  fast host true
  wait_until is_released
  fast_exec host 'echo here; sleep 60' >"$BATS_TEST_TMPDIR/out" &
  local pid=$!
  wait_until has_content "$BATS_TEST_TMPDIR/out"
  local lock
  lock=$(echo "$ROOT"/*/used/s*)
  run flock -n "$lock" true
  [ "$status" = 1 ]
  if [ "$CLIENT" = ssh ]; then
    [ "$(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c1-4)" = "ssh " ]
    # Not by ssh itself: it has closed all that it was handed.
    run grep -l "$(stat -c %i "$lock")" "/proc/$pid/fdinfo"/*
    [ "$status" != 0 ]
  else
    [ "$(cat "/proc/$pid/comm")" = ssh-fast ]
    run pgrep -P "$pid"
    [ "$status" = 1 ]
  fi
  kill "$pid"
  wait "$pid" || :
  wait_until is_released
  flock -n "$ROOT"/*/free/s* true
}

lock_is_free() { flock -n "$1" true; }
@test "kill -9 of ssh frees the lease within 100 ms" {
  fast host true
  wait_until is_released
  local attempt good=0
  for attempt in 1 2 3 4 5; do
    fast_exec host 'echo here; sleep 60' >"$BATS_TEST_TMPDIR/out" &
    local pid=$!
    wait_until has_content "$BATS_TEST_TMPDIR/out"
    exec 9<"$(echo "$ROOT"/*/used/s*)"
    kill -9 "$pid"
    wait "$pid" || :
    # A busy machine gets more than one chance.
    if flock -w 0.1 9; then good=$((good + 1)); else flock -w 10 9; fi
    exec 9<&-
    wait_until is_let_go
    : >"$BATS_TEST_TMPDIR/out"
  done
  [ "$good" -ge 1 ]
}

@test "a stopped ssh (^Z) keeps its lease; another run takes another master" {
  fast host true
  wait_until is_released
  fast_exec host 'echo here; sleep 60' >"$BATS_TEST_TMPDIR/out" &
  local pid=$!
  wait_until has_content "$BATS_TEST_TMPDIR/out"
  stop "$pid"
  [ "$(fast host echo other)" = other ]
  [ "$(new_logins)" = 2 ]
  wait_until one_is_used
  run flock -n "$ROOT"/*/used/s* true
  [ "$status" = 1 ]
  kill -KILL "$pid"
  wait "$pid" || :
  wait_until is_let_go
}

@test "the background master holds no lease and none of our files" {
  fast host true
  wait_until is_released
  local pid
  pid=$(master_pid "$(socket_of)")
  [ -n "$pid" ]
  flock -n "$ROOT"/*/free/s* true
  # All that it has open below the root is its own socket, which has no path.
  run sh -c "ls -l /proc/$pid/fd | grep -F '$ROOT/'"
  [ "$status" = 1 ]
}

@test "a pipeline of two sessions to one host leases two masters" {
  [ "$(fast host 'seq 1000' | fast host 'tail -n 1')" = 1000 ]
  [ "$(fast host 'seq 1000' | fast host 'tail -n 1')" = 1000 ]
  [ "$(new_logins)" = 2 ]
}

# The process is the client: the real ssh, or we where we speak ourselves.
is_client() {
  if [ "$CLIENT" = ssh ]; then
    [ "$(cat "/proc/$1/comm")" = ssh ]
  else
    [ -z "$(pgrep -P "$1" -x ssh)" ]
  fi
}
@test "the process that the shell started becomes ssh: same pid, signals, job" {
  fast_exec host 'trap "" HUP; echo here; sleep 60' >"$BATS_TEST_TMPDIR/out" &
  local pid=$!
  wait_until has_content "$BATS_TEST_TMPDIR/out"
  wait_until is_client "$pid"
  kill -TERM "$pid"
  local fast_status=0 plain_status=0
  wait "$pid" || fast_status=$?
  : >"$BATS_TEST_TMPDIR/out"
  plain_exec host 'trap "" HUP; echo here; sleep 60' >"$BATS_TEST_TMPDIR/out" &
  pid=$!
  wait_until has_content "$BATS_TEST_TMPDIR/out"
  kill -TERM "$pid"
  wait "$pid" || plain_status=$?
  [ "$fast_status" = "$plain_status" ]
}

@test "stdin closed, stdout closed, stderr closed: it works as ssh does" {
  fast host true
  local closed
  for closed in 0 1 2 01 12 02 012; do
    ODD_STATE_CLOSE=$closed run "$TOOLS/odd-state" \
      "$SSH_FAST" -F "$DIR/config" host 'exit 5'
    [ "$status" = 5 ]
  done
  wait_until is_released
  [ "$(new_logins)" = 1 ]
}

@test "a terminal: output and window of a leased session are ssh's" {
  fast host true
  wait_until is_released
  # An sshd that is not root cannot hand out a terminal on every machine: then
  # the failure is the same.
  local command="host 'stty size; echo \$TERM; exit 6'"
  run script -qec "stty rows 33 cols 77; ssh -F $DIR/config -t $command" /dev/null
  local plain_status=$status plain_output=$output
  run script -qec "stty rows 33 cols 77; $SSH_FAST -F $DIR/config -t $command" /dev/null
  [ "$status" = "$plain_status" ]
  if [ "$plain_status" = 6 ]; then
    [[ "$output" == *"33 77"* ]]
    # Multiplexed, ssh says "Shared connection" where it said "Connection".
    # And script sends an end of file of its own, which the terminal may echo.
    diff <(sed 's/\^[@D]//g; s/\x08//g' <<<"$plain_output") \
      <(sed 's/\^[@D]//g; s/\x08//g; s/Shared connection/Connection/' <<<"$output")
    [ "$(new_logins)" = 2 ]
  fi
}

@test "^C on the terminal ends ssh and not the keeper's work" {
  fast host true
  wait_until is_released
  cat >"$DIR/ctrl-c.exp" <<'EOF'
set timeout 10
spawn -noecho {*}$argv
expect here
send "\003"
# Not its eof: the master holds the stderr that it was passed for as long as
# the far command runs.
wait
EOF
  expect "$DIR/ctrl-c.exp" "$SSH_FAST" -F "$DIR/config" host 'echo here; sleep 60' >/dev/null
  wait_until is_released
  fast host true
  [ "$(new_logins)" = 1 ]
}
