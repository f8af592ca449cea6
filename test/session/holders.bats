#!/usr/bin/env bats
# clients: ssh
# Which process the line of a holder means: pid, start and boot say so, and one
# that cannot be seen is not taken for one that has ended.

load ../lib/helper

setup_file() {
  make_dir
  start_sshd
}
setup() {
  new_root
  export SSH_FAST_NAMESPACE=holders
  BEFORE=$(logins)
}
teardown() {
  local pid
  for pid in ${STARTED:-}; do kill "$pid" 2>/dev/null || :; done
}
ticks_now() { awk -v hz="$(getconf CLK_TCK)" '{printf "%d\n", $1 * hz}' /proc/uptime; }
space() { stat -Lc %i /proc/self/ns/pid; }
# The keeper of this ssh is killed: its line is all that tells that it is there.
lose_keeper() {
  wait_until has_keeper "$1"
  kill -9 "$KEEPER"
  wait_until ended "$KEEPER"
}
# hold COMMAND...: an ssh whose keeper is killed, in HOLDER, and its lock file.
hold() {
  fast_exec host "$@" &
  HOLDER=$!
  STARTED+=" $HOLDER"
  wait_until one_is_used
  wait_until is_session
  lose_keeper "$HOLDER"
  LOCK=$(echo "$ROOT"/*/used/s*)
}
is_session() { pgrep -f "sleep 4[0-9]$" >/dev/null && has_content "$DIR/began"; }
write_line() { printf '%-79s\n' "$1" | dd of="$LOCK" conv=notrunc status=none; }
write_boot() { printf '%-47s\n' "boot $1" | dd of="$LOCK" bs=1 seek=320 conv=notrunc status=none; }
state() { ls_json | jq -r '.namespaces[].leases[].state' | sort -u; }

@test "the line of a holder says of which boot it is" {
  fast host true
  wait_until is_released
  LOCK=$(echo "$ROOT"/*/free/s*)
  [ "$(sed -n "\$p" "$LOCK" | tr -d ' ')" = "boot$(cat /proc/sys/kernel/random/boot_id)" ]
  # Runs that find a master leave it as it is.
  fast host true
  wait_until is_released
  [ "$(sed -n "\$p" "$LOCK" | tr -d ' ')" = "boot$(cat /proc/sys/kernel/random/boot_id)" ]
}

@test "a pid that lives, in the line of another boot: nobody holds it" {
  local line
  rm -f "$DIR/began"
  hold "echo >$DIR/began; exec sleep 41"
  [ "$(state)" = held ]
  write_boot 00000000-0000-0000-0000-000000000000
  [ "$(state)" = leftover ]
  write_boot "$(cat /proc/sys/kernel/random/boot_id)"
  [ "$(state)" = held ]
  # A clock that is ahead is of another boot, too: so a daemon that has the pid.
  for line in "pid 1 since 999999999999" "pid $HOLDER since 999999999999"; do
    write_line "$line space $(space)"
    [ "$(state)" = leftover ]
  done
  write_line "pid $HOLDER since $(ticks_now) space $(space)"
  [ "$(state)" = held ]
  # And what has the pid, but was started later.
  write_line "pid $HOLDER since 1 space $(space)"
  [ "$(state)" = leftover ]
}

@test "gc and a run take what was held at another boot" {
  fast host true
  wait_until is_released
  timeout 5 ssh -F none -S "$(socket_of)" -O exit x 2>/dev/null
  local name
  name=$(basename "$(echo "$ROOT"/*/free/s*)")
  mv "$ROOT"/*/free/"$name" "$(namespace)used/"
  LOCK=$(namespace)used/$name
  local since
  for since in "$(ticks_now)" 999999999999; do
    : >"$LOCK"
    write_line "pid 1 since $since space $(space)"
    write_boot 00000000-0000-0000-0000-000000000000
    [ "$(state)" = leftover ]
    fast host true
    wait_until is_released
    [ "$(state)" = free ]
    [ -e "$(namespace)free/$name" ]
    timeout 5 ssh -F none -S "$(socket_of)" -O exit x 2>/dev/null
    mv "$(namespace)free/$name" "$LOCK"
  done
  write_line "pid 1 since 999999999999 space $(space)"
  write_boot 00000000-0000-0000-0000-000000000000
  gc --ttl=0
  [ ! -e "$LOCK" ]
}

# hidden COMMAND...: it cannot see the process HOLDER in /proc.
hidden() {
  HOLDER=$HOLDER unshare --mount --propagation private bash -c \
    'mount -t tmpfs none "/proc/$HOLDER" && [ ! -e "/proc/$HOLDER/stat" ] && exec "$@"' - "$@"
}
# How often a run that was traced has waited for a keeper.
pauses() { grep -c 'nanosleep(' "$BATS_TEST_TMPDIR/trace" || :; }

@test "a holder that cannot be seen lives: no waiting, and nobody takes it" {
  needs_mounts
  needs_command strace
  [ "$(id -u)" = 0 ] || skip "only root can hide a process here"
  rm -f "$DIR/began"
  fast_exec host "echo >$DIR/began; exec sleep 42" &
  HOLDER=$!
  STARTED+=" $HOLDER"
  wait_until is_session
  # Its keeper has the lock; who sees nothing of the holder waits for neither.
  hidden true || skip "no file system can be mounted there"
  hidden strace -e trace=nanosleep,clock_nanosleep,execve -o "$BATS_TEST_TMPDIR/trace" \
    "$SSH_FAST" --client=ssh --probe=none -F "$DIR/config" host true
  grep -q execve "$BATS_TEST_TMPDIR/trace"
  [ "$(pauses)" -le 2 ]
  [ "$(new_logins)" = 2 ]
  # Without a keeper neither a run nor gc takes it from the one that lives.
  lose_keeper "$HOLDER"
  hidden "$SSH_FAST" -F "$DIR/config" host true
  hidden "$BUILD/ssh-fast-gc" --ttl=0
  kill -0 "$HOLDER"
  wait_until one_is_used
  [ "$(lease_states | grep -c "^held $HOLDER alive")" = 1 ]
}

@test "a pid namespace with the /proc of another: no waiting, no taking" {
  needs_command strace
  unshare --pid --fork true 2>/dev/null || skip "no pid namespace can be made here"
  rm -f "$DIR/began"
  # The first holds; the second sees /proc of the outer one.
  unshare --pid --fork bash -c '
    "$1" -F "$2/config" host "echo >$2/began; exec sleep 43" 3>&- &
    until [ -s "$2/began" ]; do sleep 0.05; done
    strace -e trace=nanosleep,clock_nanosleep,execve -o "$3" "$1" --client=ssh --probe=none -F "$2/config" host true
    kill %1; wait' - "$SSH_FAST" "$DIR" "$BATS_TEST_TMPDIR/trace"
  grep -q execve "$BATS_TEST_TMPDIR/trace"
  [ "$(pauses)" -le 2 ]
  [ "$(new_logins)" = 2 ]
}
