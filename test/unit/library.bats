#!/usr/bin/env bats
# The lease engine by itself, as another program uses it, and ssh-fast beside
# a peer that knows only the base rules of the protocol.

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() { new_root; }

# user COUNT: takes so many leases of namespace "mine", gives them back when
# the descriptor INPUT is closed; names come in $BATS_TEST_TMPDIR/names.
start_user() {
  mkfifo "$BATS_TEST_TMPDIR/input$1"
  "$TOOLS/lease-user" "$ROOT" mine "$1" <"$BATS_TEST_TMPDIR/input$1" >"$BATS_TEST_TMPDIR/names$1" 3>&- &
  USER_PID=$!
  exec {INPUT}>"$BATS_TEST_TMPDIR/input$1"
}
stop_user() { exec {INPUT}>&-; }

@test "a program that links the library shares a pool with ssh-fast" {
  "$SSH_FAST" --namespace=mine -F "$DIR/config" host true
  wait_until is_released
  start_user 1
  local pid=$USER_PID
  wait_until has_content "$BATS_TEST_TMPDIR/names1"
  grep -q "^warm $ROOT/.*/c/s" "$BATS_TEST_TMPDIR/names1"
  local before
  before=$(logins)
  # The one master is leased: ssh-fast starts another.
  "$SSH_FAST" --namespace=mine -F "$DIR/config" host true
  [ "$(logins)" = $((before + 1)) ]
  stop_user
  wait "$pid"
  wait_until is_released
  "$SSH_FAST" --namespace=mine -F "$DIR/config" host true
  [ "$(logins)" = $((before + 1)) ]
}

@test "leases of one process exclude each other, and unused names are pruned" {
  start_user 20
  local pid=$USER_PID
  wait_until sh -c "[ \$(wc -l <$BATS_TEST_TMPDIR/names20) = 20 ]"
  [ "$(sort -u "$BATS_TEST_TMPDIR/names20" | wc -l)" = 20 ]
  [ "$(used_names)" = 20 ]
  stop_user
  wait "$pid"
  [ "$(used_names)" = 0 ]
  [ "$(free_names)" = 0 ]
}

@test "killed, it leaves what the next acquire takes up" {
  start_user 3
  local pid=$USER_PID
  wait_until sh -c "[ \$(wc -l <$BATS_TEST_TMPDIR/names3) = 3 ]"
  kill -KILL "$pid"
  wait "$pid" || :
  stop_user
  [ "$(used_names)" = 3 ]
  start_user 6
  pid=$USER_PID
  wait_until sh -c "[ \$(wc -l <$BATS_TEST_TMPDIR/names6) = 6 ]"
  stop_user
  wait "$pid"
  [ "$(used_names)" = 0 ]
}

@test "a peer with the base rules alone: neither takes what the other holds" {
  "$SSH_FAST" --namespace=mine -F "$DIR/config" host true
  wait_until is_released
  # flock, compare, rename, as bzfs does it.
  local ns name before
  ns=$(echo "$ROOT"/*)
  name=$(basename "$ns"/free/s*)
  exec 9<>"$ns/free/$name"
  flock -n 9
  mv -n "$ns/free/$name" "$ns/used/$name"
  before=$(logins)
  # Nor is it waited for, though the holder written in it has long ended.
  strace -o "$BATS_TEST_TMPDIR/trace" -e trace=nanosleep,clock_nanosleep,execve \
    "$SSH_FAST" --namespace=mine -F "$DIR/config" host true
  [ "$(grep -c nanosleep "$BATS_TEST_TMPDIR/trace")" = 0 ]
  [ "$(logins)" = $((before + 1)) ]
  mv -n "$ns/used/$name" "$ns/free/$name"
  exec 9>&-
  wait_until is_released
  "$SSH_FAST" --namespace=mine -F "$DIR/config" host true
  [ "$(logins)" = $((before + 1)) ]
  # What the peer leaves behind unlocked is salvaged.
  wait_until is_released
  mv -n "$ns"/free/s* "$ns/used/"
  "$SSH_FAST" --namespace=mine -F "$DIR/config" host true
  [ "$(logins)" = $((before + 1)) ]
}

@test "a lock file replaced between open and lock is not the lease (R2)" {
  fast host true
  wait_until is_released
  local ns name before
  ns=$(echo "$ROOT"/*)
  name=$(basename "$ns"/free/s*)
  before=$(logins)
  # The first flock is the namespace folder's, the second the lease's.
  strace -o "$BATS_TEST_TMPDIR/trace" -e trace=openat,flock \
    -e inject=flock:delay_enter=1000000:when=2 \
    "$SSH_FAST" -F "$DIR/config" host true 3>&- &
  local run=$!
  wait_until grep -q "\"$name\", O_RDWR" "$BATS_TEST_TMPDIR/trace"
  rm "$ns/free/$name"
  (umask 077; : >"$ns/free/$name")
  exec 9<>"$ns/free/$name"
  flock -n 9
  wait "$run"
  # Somebody else's new file was left where it is, and another master used.
  [ -e "$ns/free/$name" ]
  [ "$(logins)" = $((before + 1)) ]
  exec 9>&-
}

# signed_by PID FILE: PID took it and lives; nobody has the lock.
signed_by() {
  printf '%-79s\n' "pid $1 since 99999999999 space $(stat -Lc %i /proc/self/ns/pid)" >"$2"
}

@test "a new lock file that another was quicker to sign is his (R5)" {
  # The first flock is the namespace folder's, the second the new file's.
  strace -o "$BATS_TEST_TMPDIR/trace" -e trace=openat,flock \
    -e inject=flock:delay_enter=1000000:when=2 \
    "$TOOLS/lease-user" "$ROOT" mine 1 </dev/null >"$BATS_TEST_TMPDIR/names" 3>&- &
  local run=$! name
  wait_until grep -q 'O_RDWR.*O_CREAT' "$BATS_TEST_TMPDIR/trace"
  name=$(basename "$ROOT"/*/used/s*)
  signed_by $$ "$ROOT"/*/used/"$name"
  wait "$run"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/names")" = 1 ]
  [ "$(grep -c "/$name\$" "$BATS_TEST_TMPDIR/names")" = 0 ]
  grep -q "^pid $$ " "$ROOT"/*/used/"$name"
}

@test "a name that moves between the two looks is found by a third" {
  fast host true
  wait_until is_released
  local ns name before
  ns=$(echo "$ROOT"/*)
  name=$(basename "$ns"/free/s*)
  before=$(logins)
  # Somebody holds it while free/ is read, and has given it back when used/ is.
  exec 9<>"$ns/free/$name"
  flock -n 9
  mv -n "$ns/free/$name" "$ns/used/$name"
  strace -o "$BATS_TEST_TMPDIR/trace" -e trace=getdents64 \
    -e inject=getdents64:delay_enter=1000000:when=3 \
    "$SSH_FAST" -F "$DIR/config" host true 9>&- 3>&- &
  local run=$!
  wait_until sh -c "[ \$(grep -c getdents64 $BATS_TEST_TMPDIR/trace) -ge 2 ]"
  mv -n "$ns/used/$name" "$ns/free/$name"
  exec 9>&-
  wait "$run"
  [ "$(logins)" = "$before" ]
}

@test "leftovers of a pid namespace that is gone: only what has no master" {
  fast host true
  wait_until is_released
  local ns name before master socket
  ns=$(echo "$ROOT"/*)
  name=$(basename "$ns"/free/s*)
  socket=$ns/c/$name
  mv "$ns/free/$name" "$ns/used/$name"
  printf 'pid 1 since 1 space 1%60s\n' '' >"$ns/used/$name"
  before=$(logins)
  # Its master answers: its session may be alive where we cannot see it.
  fast host true
  [ "$(logins)" = $((before + 1)) ]
  [ -e "$ns/used/$name" ]
  master=$(master_pid "$socket")
  kill -KILL "$master"
  wait_until ended "$master"
  # Nobody listens any more: it is taken, and its socket goes.
  rm -f "$ns"/free/*
  "$SSH_FAST" --verbose -F "$DIR/config" host true 2>"$BATS_TEST_TMPDIR/said"
  grep -q "lease $name, cold.*salvaged 1, dead 1" "$BATS_TEST_TMPDIR/said"
}

@test "a pid too large for any process is nobody's, not that of another" {
  fast host true
  wait_until is_released
  local ns name before
  ns=$(echo "$ROOT"/*)
  name=$(basename "$ns"/free/s*)
  mv "$ns/free/$name" "$ns/used/$name"
  printf '%-79s\n' "pid $((4294967296 + $$)) since 99999999999 space $(stat -Lc %i /proc/self/ns/pid)" \
    >"$ns/used/$name"
  before=$(logins)
  fast host true
  [ "$(logins)" = "$before" ]
}

@test "a name that goes on moving is found all the same" {
  fast host true
  wait_until is_released
  local ns name before
  ns=$(echo "$ROOT"/*)
  name=$(basename "$ns"/free/s*)
  before=$(logins)
  # A holder that has ended is seen in the first round; its name moves between
  # the two looks of the second.
  exec 9<>"$ns/free/$name"
  flock -n 9
  mv -n "$ns/free/$name" "$ns/used/$name"
  printf 'pid 999999999 since 1 space %s%60s\n' "$(stat -Lc %i /proc/self/ns/pid)" '' >"$ns/used/$name"
  strace -o "$BATS_TEST_TMPDIR/trace" -e trace=getdents64 \
    -e inject=getdents64:delay_enter=1000000:when=6 \
    "$SSH_FAST" -F "$DIR/config" host true 9>&- 3>&- &
  local run=$!
  # free/ twice and used/ once in a round; the sixth is the second look's.
  wait_until sh -c "[ \$(grep -c getdents64 $BATS_TEST_TMPDIR/trace) -ge 5 ]"
  mv -n "$ns/used/$name" "$ns/free/$name"
  exec 9>&-
  wait "$run"
  [ "$(logins)" = "$before" ]
}

@test "many processes at once on few names never share one" {
  local i pids=()
  for i in {1..40}; do
    "$TOOLS/lease-user" "$ROOT" mine 3 </dev/null >"$BATS_TEST_TMPDIR/many$i" 3>&- &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i"; done
  [ "$(cat "$BATS_TEST_TMPDIR"/many* | wc -l)" = 120 ]
  for i in {1..40}; do
    [ "$(sort -u "$BATS_TEST_TMPDIR/many$i" | wc -l)" = 3 ]
  done
  [ "$(used_names)" = 0 ]
}

@test "the library neither prints nor ends the process, and keeps its names" {
  local prefixes
  prefixes=$({ basename -s .h "$TOP"/lib/*/*.h; basename -s .c "$TOP"/lib/*/*.c; } | sort -u | paste -s -d '|')
  run bash -c "nm --defined-only -g '$BUILD/internal.a' 2>/dev/null | awk '\$2 ~ /[TDB]/ {print \$3}' |
    grep -vE '^($prefixes)_'"
  [ "$status" = 1 ]
  run bash -c "nm -u '$BUILD/internal.a' 2>/dev/null | grep -wE 'exit|abort|printf|puts|perror|fprintf'"
  [ "$status" = 1 ]
}

@test "a socket that cannot be looked at is no reason to drop its lease" {
  local user calls name
  user=("$TOOLS/lease-user" "$ROOT" text 1)
  SSH_FAST_NAMESPACE=text fast host true
  wait_until is_released
  name=$(basename "$ROOT"/*/free/s*)
  strace -o "$BATS_TEST_TMPDIR/trace" -e trace=newfstatat,statx "${user[@]}" </dev/null
  # The last look at the socket is the release's.
  calls=$(grep -n "\"$name\"" "$BATS_TEST_TMPDIR/trace" | tail -n 1 | cut -d: -f1)
  [ "$calls" -gt 1 ]
  strace -o "$BATS_TEST_TMPDIR/trace" -e trace=newfstatat,statx \
    -e "inject=newfstatat,statx:error=EACCES:when=$calls" "${user[@]}" </dev/null
  [ -e "$ROOT"/*/free/"$name" ]
  [ "$(used_names)" = 0 ]
}
