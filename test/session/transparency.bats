#!/usr/bin/env bats
# The ssh that is run sees what it would see without ssh-fast, but for the
# lease's descriptor and the words put in front. Seen by a stand-in for ssh.
# clients: ssh

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() {
  new_root
  export STAND_IN_OUT=$BATS_TEST_TMPDIR/seen SSH_FAST_NAMESPACE=fixed
  STAND_IN=$TOOLS/stand-in
  # With a namespace of a fixed name, one warm run of the real ssh makes the
  # record and a master; the stand-in, which is no ssh -G, comes after.
  fast host true
  wait_until is_released
}

# What the stand-in sees: plain, and through ssh-fast.
seen_plain() {
  rm -f "$STAND_IN_OUT"
  "$@" "$STAND_IN" -F "$DIR/config" host cmd || [ "$?" = 7 ]
  # Whatever the umask was.
  chmod 600 "$STAND_IN_OUT"
  mv "$STAND_IN_OUT" "$BATS_TEST_TMPDIR/plain"
}
seen_leased() {
  rm -f "$STAND_IN_OUT"
  SSH_FAST_SSH=$STAND_IN "$@" "$SSH_FAST" -F "$DIR/config" host cmd || [ "$?" = 7 ]
  chmod 600 "$STAND_IN_OUT"
  mv "$STAND_IN_OUT" "$BATS_TEST_TMPDIR/leased"
}
# The differences, without what is known to differ: pid, our own variables.
differences() {
  diff <(grep -v '^pid \|SSH_FAST_\|^env [0-9]*:_=' "$BATS_TEST_TMPDIR/plain") \
    <(grep -v '^pid \|SSH_FAST_\|^env [0-9]*:_=' "$BATS_TEST_TMPDIR/leased") |
    grep '^[<>]'
}
only_lease_differs() {
  local found
  found=$(differences | grep -v '^[<>] arg ')
  echo "$found"
  [[ "$found" =~ ^'> fd '[0-9]+' '"$ROOT"/[^/]+/used/s[^/]{11}$ ]]
}

@test "signals, umask, folder, environment, descriptors: but for the lease's" {
  seen_plain env
  seen_leased env
  only_lease_differs
}

@test "the same in an odd state, and with standard descriptors closed" {
  local closed
  for closed in '' 0 1 2 02 12 012; do
    export ODD_STATE_CLOSE=$closed
    seen_plain "$TOOLS/odd-state"
    seen_leased "$TOOLS/odd-state"
    only_lease_differs || { echo "closed: $closed" >&2; return 1; }
    wait_until is_released
  done
  # The odd state was there to be seen.
  grep -q 'SigIgn.*[^0]' "$BATS_TEST_TMPDIR/leased"
  grep -q 'Umask:.0777' "$BATS_TEST_TMPDIR/leased"
  grep -q '^fd 200 /dev/zero' "$BATS_TEST_TMPDIR/leased"
}

@test "argv: four words in front, the user's behind them as they are" {
  seen_plain env
  seen_leased env
  diff <(sed -n 's/^arg //p' "$BATS_TEST_TMPDIR/plain" | tail -n +2) \
    <(sed -n 's/^arg //p' "$BATS_TEST_TMPDIR/leased" | tail -n +6)
  sed -n 's/^arg //p' "$BATS_TEST_TMPDIR/leased" | sed -n 5p |
    grep -qE "^[0-9]+:$ROOT/[^/]+/c/s.{11}\$"
}

@test "the same process: the stand-in has the pid that the shell started" {
  export STAND_IN_WAIT=$BATS_TEST_TMPDIR/wait
  : >"$STAND_IN_WAIT"
  SSH_FAST_SSH=$STAND_IN fast_exec host cmd &
  local pid=$!
  wait_until has_content "$STAND_IN_OUT"
  grep -qx "pid $pid" "$STAND_IN_OUT"
  rm "$STAND_IN_WAIT"
  local status=0
  wait "$pid" || status=$?
  [ "$status" = 7 ]
}

@test "the inherited descriptor holds the lease by itself, if it is kept" {
  export STAND_IN_WAIT=$BATS_TEST_TMPDIR/wait
  : >"$STAND_IN_WAIT"
  SSH_FAST_SSH=$STAND_IN fast_exec host cmd &
  local pid=$! keeper lock
  wait_until has_content "$STAND_IN_OUT"
  lock=$(echo "$ROOT"/*/used/s*)
  has_keeper() { keeper=$(pgrep -x -P "$pid" ssh-fast-keeper); }
  wait_until has_keeper
  kill -KILL "$keeper"
  wait_until ended "$keeper"
  run flock -n "$lock" true
  [ "$status" = 1 ]
  rm "$STAND_IN_WAIT"
  wait "$pid" || :
  flock -w 10 "$lock" true
}

@test "a plain run changes nothing at all" {
  seen_plain env
  mv "$BATS_TEST_TMPDIR/plain" "$BATS_TEST_TMPDIR/kept"
  rm -f "$STAND_IN_OUT"
  SSH_FAST_SSH=$STAND_IN SSH_FAST_DISABLE=1 "$SSH_FAST" -F "$DIR/config" host cmd || [ "$?" = 7 ]
  mv "$STAND_IN_OUT" "$BATS_TEST_TMPDIR/leased"
  mv "$BATS_TEST_TMPDIR/kept" "$BATS_TEST_TMPDIR/plain"
  [ -z "$(differences | grep -v '^[<>] arg [0-9]*:/')" ]
}

@test "found in PATH, ssh is told that it is called ssh" {
  mkdir "$BATS_TEST_TMPDIR/bin"
  cp "$STAND_IN" "$BATS_TEST_TMPDIR/bin/ssh"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH "$SSH_FAST" -F "$DIR/config" host cmd || [ "$?" = 7 ]
  [ "$(sed -n 's/^arg //p' "$STAND_IN_OUT" | head -n 1)" = 3:ssh ]
}
