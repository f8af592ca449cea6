#!/usr/bin/env bats
# How a session ends, spoken natively, beside plain ssh: signals, a lost
# connection, data that did not all arrive, descriptors of the caller's.

load ../lib/helper

setup_file() {
  make_dir
  start_sshd
  # The tests of this file are about one client.
  export SSH_FAST_CLIENT=native
}
setup() {
  new_root
  CLIENT=native
  T=$BATS_TEST_TMPDIR
}
# lose_connections: the server's processes for all sessions are killed.
# shellcheck disable=SC2046 # a list of words
lose_connections() { kill -KILL $(server_processes); }
# start WHO NAME ARGUMENT...: a session by plain ssh or by ssh-fast, in the
# background once its far command has said "here"; its output is in T/NAME.*.
start() {
  local who=$1 name=$2
  shift 2
  : >"$T/$name.out"
  "${who}_exec" "$@" >"$T/$name.out" 2>"$T/$name.err" </dev/null &
  PID=$!
  wait_until has_content "$T/$name.out"
}
# await_end PID STATUS...: each of them.
await_end() {
  local status
  while [ $# -gt 0 ]; do
    status=0
    wait "$1" || status=$?
    if [ "$status" != "$2" ]; then
      echo "$1 ends with $status, not $2" >&2
      return 1
    fi
    shift 2
  done
}

@test "a lost connection is told in the words of plain ssh" {
  local all=('' -tt -q '-q -tt' '-oLogLevel=INFO -tt') words ended=() i
  for i in "${!all[@]}"; do
    export SSH_FAST_ROOT=$ROOT-$i
    read -ra words <<<"${all[i]}"
    SSH_FAST_CLIENT=ssh fast host true
    start plain "one$i" "${words[@]}" host 'echo here; sleep 60'
    ended+=("$PID" 255)
    start fast "two$i" "${words[@]}" host 'echo here; sleep 60'
    ended+=("$PID" 255)
  done
  lose_connections
  await_end "${ended[@]}"
  for i in "${!all[@]}"; do
    grep -q 'closed by remote host' "$T/one$i.err"
    diff "$T/one$i.err" "$T/two$i.err"
  done
}

# A reader that waits until the connection is lost, and then counts.
read_late() {
  mkfifo "$T/pipe"
  # Nobody else counts as far.
  SIZE=$((1000000 + BASHPID))
  fast_exec host "head -c $SIZE /dev/zero; exit 0" >"$T/pipe" 2>"$T/err" </dev/null &
  PID=$!
  exec {late}<"$T/pipe"
  wait_until far_command_has_ended
}
# The status has arrived; what the pipe does not hold is still to come.
far_command_has_ended() { ! pgrep -f "^head -c $SIZE /dev/zero$"; }

@test "a status is no success where the data did not all arrive" {
  warm_up
  read_late
  lose_connections
  wait_until is_gone_file "$(socket_of)"
  local count
  count=$(wc -c <&"$late")
  exec {late}<&-
  await_end "$PID" 255
  [ "$count" -lt $SIZE ]
  [ "$(cat "$T/err")" = $'Connection to 127.0.0.1 closed by remote host.\r' ]
}

@test "nor where the master was killed before the data had all arrived" {
  warm_up
  read_late
  kill -KILL "$(master_pid "$(socket_of)")"
  local count
  count=$(wc -c <&"$late")
  exec {late}<&-
  await_end "$PID" 255
  [ "$count" -lt $SIZE ]
  [ "$(cat "$T/err")" = 'ssh-fast: cannot go on with the session on 127.0.0.1: its master has ended' ]
}

@test "data that arrives late and whole is a success" {
  warm_up
  read_late
  [ "$(wc -c <&"$late")" = $SIZE ]
  exec {late}<&-
  await_end "$PID" 0
  [ ! -s "$T/err" ]
}

@test "a master that is told to stop ends with its session: the status counts" {
  warm_up
  mkfifo "$T/go"
  start fast one host "echo here; read -r line <$T/go; exit 7"
  ssh -F none -S "$(socket_of)" -O stop x 2>/dev/null
  wait_until is_gone_file "$(socket_of)"
  echo >"$T/go"
  await_end "$PID" 7
  [ ! -s "$T/one.err" ]
}

@test "HUP, INT, QUIT, TERM end it as plain ssh; those ignored do not" {
  local signal first second
  warm_up
  mkfifo "$T/go"
  # bash has what it runs in the background ignore INT and QUIT.
  local STARTED_BY=(env --default-signal=HUP,INT,QUIT,TERM)
  for signal in HUP INT QUIT TERM; do
    start plain one host 'echo here; sleep 60'
    first=$PID
    start fast two host 'echo here; sleep 60'
    second=$PID
    kill "-$signal" "$first" "$second"
    await_end "$first" 255
    await_end "$second" 255
    diff "$T/one.err" "$T/two.err"
    wait_until is_let_go
  done
  STARTED_BY=()
  for signal in HUP INT QUIT TERM; do
    trap '' "$signal"
    start fast two host "echo here; read -r line <$T/go; echo finished; exit 3"
    trap - "$signal"
    kill "-$signal" "$PID"
    echo >"$T/go"
    await_end "$PID" 3
    grep -q finished "$T/two.out"
  done
}

@test "a signal that plain ssh does not take ends it in the same way" {
  local signal first second status
  warm_up
  for signal in ALRM USR1 USR2 PROF; do
    start plain one host 'echo here; sleep 60'
    first=$PID
    start fast two host 'echo here; sleep 60'
    second=$PID
    kill "-$signal" "$first" "$second"
    status=0
    wait "$first" || status=$?
    [ "$status" -gt 128 ]
    await_end "$second" "$status"
    wait_until is_let_go
  done
}

@test "a descriptor above 2 that the caller left open is closed at once" {
  local number
  warm_up
  for number in 3 5 9 20 63 200; do
    mkfifo "$T/fifo$number"
    (
      eval "exec $number>\"\$T/fifo$number\""
      exec "$SSH_FAST" -F "$DIR/config" host "echo here; sleep 60"
    ) >"$T/out" 2>/dev/null </dev/null &
    PID=$!
    # The end of the file comes while the session runs.
    [ -z "$(cat "$T/fifo$number")" ]
    wait_until has_content "$T/out"
    kill -0 "$PID"
    [ "$(free_names)" = 0 ]
    kill "$PID"
    await_end "$PID" 255
    wait_until is_let_go
    rm "$T/out"
  done
}

@test "more than a master takes at once goes by plain ssh" {
  local long
  write_config "$T/config" 'SendEnv SF_*'
  SSH_FAST_CLIENT=ssh "$SSH_FAST" -F "$T/config" host true
  wait_until is_released
  long=$(printf '%090000d' 1)
  run env SF_1="$long" SF_2="$long" SF_3="$long" "$SSH_FAST" -F "$T/config" host 'echo ${#SF_1} ${#SF_3}; exit 4'
  [ "$output" = "90000 90000" ]
  [ "$status" = 4 ]
  [ "$(free_names)" = 1 ]
}
