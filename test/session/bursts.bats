#!/usr/bin/env bats
# Many cold starts at once: no more logins than the server lets through, in the
# order of arrival, and nobody waits for whoever sleeps.

load ../lib/helper

setup_file() { make_dir; MAX_STARTUPS=10:30:100 start_sshd; }
setup() {
  new_root
  T=$BATS_TEST_TMPDIR
  BEFORE=$(logins)
  STARTED=()
}
teardown() {
  local pid
  kill -CONT "$(cat "$DIR/sshd.pid")"
  for pid in "${STARTED[@]}"; do
    kill -KILL "$pid" 2>/dev/null || continue
    pkill -KILL -P "$pid" || :
    wait "$pid" || :
  done
  # What a ProxyCommand has started.
  end_processes_of "$ROOT"
}
dropped() { grep -c 'MaxStartups' "$DIR/sshd.log" || :; }
# start ARGUMENT...: in the background, to be ended by teardown.
start() {
  fast_exec "$@" </dev/null >/dev/null &
  STARTED+=($!)
}
# A login that takes long, to the same address.
start_slow() {
  start -o ProxyCommand='sleep 100' host true
  wait_until has_places 1
}
count_of() { find "$ROOT" -path "*/.cold.*/$1*" 2>/dev/null | wc -l; }
has_places() { [ "$(count_of p)" = "$1" ]; }
has_tickets() { [ "$(count_of t)" = "$1" ]; }
all_done() { # PID...
  local pid failed=0
  for pid; do wait "$pid" || failed=$((failed + 1)); done
  [ "$failed" = 0 ]
}

@test "cold starts at once all succeed where sshd drops plain ssh" {
  local pids=() i count dropped_before
  count=$(times 60 30)
  dropped_before=$(dropped)
  for ((i = 0; i < count; i++)); do
    fast_exec host 'sleep 0.3' </dev/null &
    pids+=($!)
  done
  all_done "${pids[@]}"
  [ "$(dropped)" = "$dropped_before" ]
  # Most got a lease that had become free.
  [ "$(new_logins)" -ge 8 ]
  [ "$(new_logins)" -le "$count" ]
  [ -z "$(find "$ROOT" -name '.cold*')" ]
}

@test "that many logins are under way at once, and no more" {
  local i
  export SSH_FAST_COLD=3
  kill -STOP "$(cat "$DIR/sshd.pid")"
  for i in 1 2 3 4 5 6; do start host true; done
  wait_until has_tickets 3
  has_places 3
  [ "$(masters_below "$ROOT" | wc -l)" = 3 ]
  # Without a limit, nobody waits.
  SSH_FAST_COLD=0 start host true
  many_masters() { [ "$(masters_below "$ROOT" | wc -l)" = 4 ]; }
  wait_until many_masters
  # Another server has places of its own.
  start -o HostName=localhost host true
  wait_until has_places 4
}

@test "who came first logs in first" {
  local i
  export SSH_FAST_COLD=1
  kill -STOP "$(cat "$DIR/sshd.pid")"
  start host "while [ ! -e $T/go ]; do sleep 0.1; done"
  wait_until has_places 1
  for i in 1 2 3 4 5 6; do
    start host "echo $i >>$T/order; while [ ! -e $T/go ]; do sleep 0.1; done"
    wait_until has_tickets "$i"
  done
  kill -CONT "$(cat "$DIR/sshd.pid")"
  is_whole() { [ "$(wc -l <"$T/order")" = 6 ]; }
  wait_until is_whole
  [ "$(paste -sd' ' "$T/order")" = "1 2 3 4 5 6" ]
  touch "$T/go"
}

@test "a lease that becomes free ends the waiting as well" {
  local session
  export SSH_FAST_COLD=1
  fast_exec host 'read line' <&"$SILENCE" >/dev/null &
  session=$!
  STARTED+=("$session")
  wait_until one_is_used
  wait_until has_places 0
  start_slow
  fast_exec host true </dev/null &
  wait_until has_tickets 1
  kill "$session"
  all_done $!
  [ "$(new_logins)" = 1 ]
}

@test "a login that waits for a person makes room for another" {
  export SSH_FAST_COLD=1
  start_slow
  [ -z "${LONG:-}" ] || fast host true </dev/null
  touch -d '1 minute ago' "$ROOT"/.cold.*/p*
  began_now
  fast host true </dev/null
  was_at_once
}

@test "the killed and the stopped keep nobody waiting" {
  local waiting
  export SSH_FAST_COLD=1
  start_slow
  # First in the line, and stopped: its ticket grows old.
  start host true
  wait_until has_tickets 1
  stop "${STARTED[1]}"
  start host true
  wait_until has_tickets 2
  kill -KILL "${STARTED[2]}"
  fast_exec host true </dev/null &
  waiting=$!
  kill -KILL "${STARTED[0]}"
  all_done "$waiting"
  [ "$(new_logins)" = 1 ]
  kill -CONT "${STARTED[1]}"
  all_done "${STARTED[1]}"
}

@test "what a killed one leaves, gc removes; what is in use stays" {
  export SSH_FAST_COLD=1
  start_slow
  local folder
  folder=$(echo "$ROOT"/.cold.*)
  touch -d '1 day ago' "$folder"
  gc -q
  has_places 1
  kill -KILL "${STARTED[0]}"
  wait_until ended "${STARTED[0]}"
  pkill -KILL -f "^[^ ]*ssh -MNTf [^ ]* -S $ROOT/" || :
  [ -d "$folder" ]
  touch -d '1 day ago' "$folder"
  gc -q -n
  [ -d "$folder" ]
  gc -q
  [ ! -e "$folder" ]
}

@test "where there can be no gate, everybody goes through" {
  mkdir -m 700 "$ROOT"
  fast host true </dev/null
  wait_until is_released
  [ "$(id -u)" != 0 ] || chmod 700 "$ROOT"
  run strace -f -o "$T/trace" -e trace=mkdirat,mkdir -e inject=mkdirat,mkdir:error=ENOSPC \
    "$SSH_FAST" -F "$DIR/config" -o User="$(id -un)" host echo fine </dev/null
  [ "$output" = fine ]
}
