#!/usr/bin/env bats
# Beside a program that shares the folders and knows the locks alone, as bzfs
# does (test/tools/peer.py stands in for it).
# clients: ssh

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() { new_root; OUT=$BATS_TEST_TMPDIR; }
teardown() { let_go; }
PEER=$TOP/test/tools/peer.py

# The namespace of the first run; a peer has a second one.
NS() { find "$ROOT" -name endpoint -printf '%h\n'; }
# The milliseconds that a run waited for keepers.
waited() { sed -n 's/.*, waited \([0-9]*\)\..*/\1/p' "$1"; }

# hold: starts a peer that holds a lease; HELD is its name, PEER_PID the peer.
hold() {
  "$PEER" "$ROOT" "$(basename "$(NS)")" 022 hold <&"$SILENCE" >"$OUT/held" 3>&- &
  PEER_PID=$!
  wait_until has_content "$OUT/held"
  HELD=$(cat "$OUT/held")
}
let_go() {
  if [ -n "${PEER_PID:-}" ]; then kill "$PEER_PID"; wait "$PEER_PID" || :; fi
  PEER_PID=
}

@test "a peer has the lease of a killed run: no start waits for its keeper" {
  fast_exec host 'echo here; sleep 60' >"$OUT/session" &
  local ssh=$! i runs=()
  wait_until has_content "$OUT/session"
  wait_until has_keeper "$ssh"
  kill -KILL "$KEEPER" "$ssh"
  wait "$ssh" || :
  hold
  grep -q "^pid $ssh " "$(NS)/used/$HELD"
  for i in 1 2 3; do
    # Cold, each of them: another holds what the one before has left.
    SSH_FAST_VERBOSE=1 fast host 'sleep 2' 2>"$OUT/said$i" 3>&- &
    runs+=($!)
    wait_until grep -q 'waited' "$OUT/said$i"
    grep -q ', cold' "$OUT/said$i"
    # A keeper is waited for 250 ms; that there is none is seen in 2.
    [ "$(waited "$OUT/said$i")" -lt 100 ]
  done
  let_go
  wait "${runs[@]}"
}

@test "a lock whose owner the system does not tell is waited for once" {
  # By that name in the other mount namespace too.
  export SSH_FAST_NAMESPACE=here
  fast host true
  wait_until is_released
  # This one's line names a process that has ended, as a killed holder's does.
  local name
  name=$(basename "$(NS)"/free/s*)
  hold
  [ "$HELD" = "$name" ]
  needs_mounts
  printf '%-79s\n' "pid 4000000 since 1 space $(stat -Lc %i /proc/self/ns/pid)" |
    dd of="$(NS)/used/$name" conv=notrunc status=none
  # shellcheck disable=SC2016 # the inner shell's
  without_locks() {
    unshare --mount --propagation private bash -c \
      'mount --bind /dev/null /proc/locks && exec "$@"' - "$@"
  }
  run -0 --separate-stderr without_locks "$SSH_FAST" --verbose -F "$DIR/config" host true
  echo "$stderr" >"$OUT/said"
  [ "$(waited "$OUT/said")" -ge 200 ]
  kill "$(master_pid "$(NS)/c/$(basename "$(NS)"/free/s*)")"
  run -0 --separate-stderr without_locks "$SSH_FAST" --verbose -F "$DIR/config" host true
  echo "$stderr" >"$OUT/said"
  [ "$(waited "$OUT/said")" -lt 100 ]
  let_go
}

@test "a peer does not come upon the lease of a master that hung" {
  fast host true
  wait_until is_released
  local name master
  name=$(basename "$ROOT"/*/free/s*)
  master=$(master_pid "$(socket_of)")
  stop "$master"
  "$SSH_FAST" --probe-timeout=100 -F "$DIR/config" host true
  wait_until test -e "$(NS)/used/h${name#s}"
  hold
  [ "$HELD" != "$name" ]
  "$BUILD/ssh-fast-ls" -l | grep -q "^  $name leftover .* hung $master "
  # gc leaves it as long as the master may come back.
  gc -v --ttl=0 >"$OUT/gc"
  run -1 grep "$name\|h${name#s}" "$OUT/gc"
  kill -KILL "$master"
  wait_until ended "$master"
  gc -v >"$OUT/gc"
  [ ! -e "$(NS)/used/h${name#s}" ]
  [ ! -e "$(NS)/c/$name" ]
  let_go
}

@test "peers, runs and gc side by side: no exception, only folders of 0700" {
  fast host true
  wait_until is_released
  local secs umask pids=() pid
  secs=$(times 20 3)
  for umask in 022 077 022 077; do
    "$PEER" "$ROOT" "$(basename "$(NS)")" "$umask" loop "$secs" >>"$OUT/counts" 2>>"$OUT/errors" 3>&- &
    pids+=($!)
  done
  local until=$((SECONDS + secs))
  while [ "$SECONDS" -lt "$until" ]; do
    gc -q
    SSH_FAST_VERBOSE=1 fast host true 2>>"$OUT/said"
    find "$ROOT" -type d ! -perm 0700 -ls >>"$OUT/open"
  done
  for pid in "${pids[@]}"; do wait "$pid"; done
  [ "$(wc -l <"$OUT/counts")" = 4 ]
  [ ! -s "$OUT/errors" ]
  cat "$OUT/open"
  [ ! -s "$OUT/open" ]
  [ "$(waited "$OUT/said" | sort -n | tail -1)" -lt 200 ]
  run -1 grep 'plain ssh' "$OUT/said"
}
