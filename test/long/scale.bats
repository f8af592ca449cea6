#!/usr/bin/env bats
# Many leases: the work before the exec is bounded, whatever else lies in the
# namespace, and the pool gets small again by itself.

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() { new_root; OUT=$BATS_TEST_TMPDIR; }

# How many system calls ssh-fast makes with these arguments before its exec.
calls_before_exec() {
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin \
    strace -f -o "$OUT/trace" "$SSH_FAST" --client=ssh -F "$DIR/config" "$@" >/dev/null
  awk 'NR == 1 {pid = $1} $1 == pid {
    if (/execve\(/ && seen++) exit; if (!/resumed>/) count++ } END {print count}' "$OUT/trace"
}

# Leases held by another process until its input ends.
hold_leases() {
  mkfifo "$OUT/hold$1"
  "$TOOLS/lease-user" "$ROOT" "$2" "$1" <"$OUT/hold$1" >"$OUT/held$1" 3>&- &
  exec 8>"$OUT/hold$1"
  wait_until has_lines "$1" "$OUT/held$1"
}
has_lines() { [ "$(wc -l <"$2")" -ge "$1" ]; }

# bats test_tags=unsanitized
@test "the work before the exec does not grow with the leases that are held" {
  local few many
  export SSH_FAST_PERSIST=2
  hold_leases 10 few
  few=$(SSH_FAST_NAMESPACE=few calls_before_exec host true)
  exec 8>&-
  hold_leases 600 many
  many=$(SSH_FAST_NAMESPACE=many calls_before_exec host true)
  exec 8>&-
  echo "# $few system calls cold with 10 held, $many with 600" >&3
  [ "$few" -gt 50 ]
  [ "$many" -le "$few" ]
}

# With an environment that is the same each time, and as short.
bare() { env -i PATH=/usr/bin:/bin HOME="$DIR" SSH_FAST_ROOT="$ROOT" "$@"; }
call_valgrind() {
  bare valgrind --tool=callgrind --callgrind-out-file="$OUT/callgrind" "$@" \
    2>>"$OUT/valgrind"
}

# bats test_tags=unsanitized
@test "the instructions before the keeper starts are few, and stay so" {
  local preload count
  # valgrind preloads a library, which makes for a pool of its own.
  preload=$(call_valgrind env | sed -n 's/^LD_PRELOAD=//p')
  for _ in cold warm; do
    bare LD_PRELOAD="$preload" "$SSH_FAST" --client=ssh -F "$DIR/config" host true
    wait_until is_released
  done
  # It cannot go on: valgrind does not know how a keeper is started.
  # What a dynamic C library does before main is not counted.
  call_valgrind --toggle-collect=main --dump-before=keeper_prepare "$SSH_FAST" --client=ssh -F "$DIR/config" \
    host true || :
  [ "$(used_names)" = 1 ]
  count=$(sed -n 's/^totals: //p' "$OUT/callgrind.1")
  echo "# $count instructions in a warm start" >&3
  [ "$count" -gt 30000 ]
  # Most of it tells what a login would depend on: the text, its digest, keys.
  [ "$count" -le 200000 ]
}

# bats test_tags=unsanitized
@test "nor with those that are free, live or dead" {
  fast host true
  wait_until is_released
  local alone many
  alone=$(calls_before_exec host true)
  wait_until is_released
  "$TOOLS/dead-leases" "$(namespace)" 600
  many=$(calls_before_exec host true)
  echo "# $alone system calls warm alone, $many beside 600 dead ones" >&3
  # A moment in which the master is slow to answer costs a call or two.
  [ "$many" -le $((alone + 4)) ]
}

@test "with dead ones only, a bounded number is tried" {
  export SSH_FAST_PERSIST=2
  fast host true
  wait_until is_released
  timeout 5 ssh -F none -S "$(socket_of)" -O exit x 2>/dev/null
  rm -f "$(namespace)"/free/* "$(namespace)/last"
  local few many
  "$TOOLS/dead-leases" "$(namespace)" 20
  few=$(calls_before_exec host true)
  # Nobody cleans while it is counted.
  rm -f "$(namespace)"/c/* "$(namespace)"/free/* "$(namespace)/last"
  "$TOOLS/dead-leases" "$(namespace)" 600
  many=$(calls_before_exec host true)
  echo "# $few system calls cold with 20 dead ones, $many with 600" >&3
  # A moment in which the server is slow to answer costs a call or two.
  [ "$many" -le $((few + 4)) ]
}

@test "2,000 dead ones are gone after a few runs, without gc" {
  # The native client prunes after one short session in 64.
  export SSH_FAST_CLIENT=ssh
  fast host true
  wait_until is_released
  "$TOOLS/dead-leases" "$(namespace)" 2000
  [ "$(free_names)" = 2001 ]
  local run
  for run in 1 2 3 4; do fast host true; done
  one_is_free() { [ "$(free_names)" = 1 ] && [ "$(count_in c)" = 1 ]; }
  wait_until one_is_free
  [ "$(logins)" -ge 1 ]
}

@test "leftovers that no acquire meets are freed by a keeper" {
  export SSH_FAST_CLIENT=ssh
  fast host true
  wait_until is_released
  local before round
  before=$(logins)
  # Each keeper looks at names of its own choice.
  for round in {1..20}; do
    # Of a holder that is gone, without a master.
    (umask 077; : >"$(namespace)/used/sAAAAAAAAAAA")
    fast host true
    wait_until is_released
  done
  [ "$(logins)" = "$before" ]
}

@test "the pool shrinks when the load does, without gc" {
  local i pids=()
  export SSH_FAST_PERSIST=3
  for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
    fast host 'sleep 1' &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i"; done
  wait_until is_released
  local before
  before=$(logins)
  [ "$(count_in c)" -ge 12 ]
  few_are_left() {
    sleep 0.1
    fast host true
    wait_until is_released
    [ "$(count_in c)" = 1 ] && [ "$(free_names)" = 1 ]
  }
  wait_until few_are_left
  [ "$(logins)" = "$before" ]
}

@test "40 starts at once on a warm pool: a master each, and no new login" {
  local i pids=() before
  at_once() {
    pids=()
    for i in {1..40}; do
      fast host "$1" &
      pids+=($!)
    done
    for i in "${pids[@]}"; do wait "$i"; done
    wait_until is_released
  }
  at_once 'sleep 3'
  before=$(logins)
  at_once 'sleep 1'
  [ "$(logins)" = "$before" ]
}
