#!/usr/bin/env bats
# ssh-fast-gc: what it removes, what it never touches, and what runs beside it.
# clients: ssh

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() { new_root; OUT=$BATS_TEST_TMPDIR; }
GC=$BUILD/ssh-fast-gc

# A day later: what was not used since can go. Only folders count, and those
# that hold a lease are used again with it.
a_day_later() {
  find "$ROOT" -mindepth 1 -type d -exec touch -d '25 hours ago' {} +
}
# What ssh said of a command line is kept for a day.
is_root_empty() { no_namespace_is_left; }

# The client of start_session dies; its keeper need not live.
kill_session() {
  kill -KILL "$SSH"
  wait "$SSH" || :
}
kill_master() {
  kill -KILL "$MASTER"
  wait_until ended "$MASTER"
}
# A socket that nobody listens behind.
dead_socket() {
  "$TOOLS/odd-master" silent "$1" >"$OUT/odd" 3>&- &
  wait_until has_content "$OUT/odd"
  kill -KILL $!
  wait $! || :
  rm "$OUT/odd"
}

@test "a free master that lives is left as it is" {
  warm_up
  local before
  before=$(tree_of "$ROOT")
  run "$GC"
  [ "$status" = 0 ]
  [ "$output" = "ssh-fast-gc: removed 0 of 1 namespace, 0 lock files, 0 sockets, 0 temporary files; freed 0 leftovers, stopped 0 masters; 0 failures" ]
  [ "$(tree_of "$ROOT")" = "$before" ]
}

@test "a dead master's socket and lock file go, and the namespace with them" {
  warm_up
  kill_master
  a_day_later
  run "$GC" -v
  [ "$status" = 0 ]
  [ "${lines[0]}" = "removed $NS/c/$NAME" ]
  [ "${lines[1]}" = "removed $NS/free/$NAME" ]
  [ "${lines[2]}" = "removed $NS" ]
  [ "${#lines[@]}" = 4 ]
  is_root_empty
  # Once more: nothing to do, and ssh-fast makes it anew.
  run "$GC" -q
  [ "$output" = "" ]
  fast host true
}

@test "removes half-made sockets, trials, records, lock files left by crashes" {
  warm_up
  dead_socket "$NS/c/$NAME.0123456789abcdef"
  dead_socket "$NS/c/sAAAAAAAAAAA.0123456789abcdef"
  dead_socket "$NS/c/sBBBBBBBBBBB"
  dead_socket "$NS/c/tCCCCCCCCCCC"
  ln "$NS/c/tCCCCCCCCCCC" "$NS/c/tCCCCCCCCCCC.link"
  dead_socket "$NS/c/tFFFFFFFFFFF"
  touch -d '1 hour ago' "$NS/c/tCCCCCCCCCCC"
  (umask 077; : >"$NS/free/sDDDDDDDDDDD"; : >"$NS/used/sEEEEEEEEEEE"; : >"$NS/endpoint.4711"; : >"$NS/endpoint.4712")
  touch -d '1 hour ago' "$NS/endpoint.4711"
  run "$GC" -v
  [ "$status" = 0 ]
  [ "$(cd "$NS" && find . ! -name counters \( -type f -o -type s \) | sort | tr '\n' ' ')" = \
    "./c/$NAME ./c/tFFFFFFFFFFF ./endpoint ./endpoint.4712 ./free/$NAME " ]
  [[ "$output" == *"removed 0 of 1 namespace, 2 lock files, 1 socket, 5 temporary files; "* ]]
  # Young: somebody may be writing it.
  run "$GC" --ttl=0 -v
  [ "${lines[0]}" = "removed $NS/c/tFFFFFFFFFFF" ]
  [ "${lines[1]}" = "removed $NS/endpoint.4712" ]
  fast host true
}

@test "touches no held lease, with or without a keeper, and frees it later" {
  start_session
  local before
  before=$(tree_of "$ROOT")
  "$GC" --exit-idle --ttl=0
  [ "$(tree_of "$ROOT")" = "$before" ]
  kill -KILL "$KEEPER"
  wait_until ended "$KEEPER"
  "$GC" --exit-idle --ttl=0
  [ "$(tree_of "$ROOT")" = "$before" ]
  kill_session
  run "$GC" -v
  [ "${lines[0]}" = "freed $(echo "$ROOT"/*)/used/$(basename "$(socket_of)")" ]
  [ "$(used_names)" = 0 ]
  [ "$(free_names)" = 1 ]
  local before
  before=$(logins)
  fast host true
  [ "$(logins)" = "$before" ]
}

@test "a socket that is still being bound is left to its holder" {
  start_session
  local name half
  name=$(basename "$(socket_of)")
  half=$(echo "$ROOT"/*)/c/$name.0123456789abcdef
  dead_socket "$half"
  "$GC" --exit-idle --ttl=0
  [ -e "$half" ]
  kill_session
  wait_until is_released
  "$GC"
  [ ! -e "$half" ]
}

@test "a namespace removed while it is being made is made again" {
  mkdir -p -m 0700 "$ROOT"
  # It stands still once it has made its namespace.
  strace -o "$OUT/trace" -e trace=mkdirat -e inject=mkdirat:delay_exit=300000:when=1 \
    "$SSH_FAST" --strict -F "$DIR/config" host echo fine >"$OUT/out" 2>&1 3>&- &
  local pid=$!
  wait_until sh -c "ls -d '$ROOT'/*"
  rmdir "$ROOT"/*
  wait "$pid"
  [ "$(cat "$OUT/out")" = fine ]
}

@test "a leftover that somebody is still connected to is left alone" {
  start_session
  # Nobody is written down as the holder, as after a script was killed.
  local name
  name=$(basename "$(socket_of)")
  printf '%-79s\n' 'pid 999999999 since 1 space 1' | sed "s/space 1 /space $(stat -L -c %i /proc/self/ns/pid) /" \
    >"$OUT/line"
  kill -KILL "$KEEPER"
  wait_until ended "$KEEPER"
  cat "$OUT/line" >"$(echo "$ROOT"/*)/used/$name"
  "$GC" --exit-idle
  [ "$(used_names)" = 1 ]
  kill_session
  "$GC"
  [ "$(used_names)" = 0 ]
}

@test "holders of another pid namespace: removes old leases without a master" {
  warm_up
  mv "$NS/free/$NAME" "$NS/used/$NAME"
  printf '%-79s\n' 'pid 1 since 1 space 1' >"$NS/used/$NAME"
  "$GC" --ttl=0
  [ -e "$NS/used/$NAME" ]
  kill_master
  "$GC" --ttl=1000
  [ -e "$NS/used/$NAME" ]
  "$GC" --ttl=0
  is_root_empty
}

@test "a hung master, stopped or set aside, is left alone" {
  warm_up
  stop "$MASTER"
  local before
  before=$(tree_of "$ROOT")
  "$GC" --ttl=0
  [ "$(tree_of "$ROOT")" = "$before" ]
  # Asked to stop it, gc waits no longer than it should, and says so.
  SSH_FAST_PROBE_TIMEOUT=200 run "$GC" --exit-idle
  [ "$status" = 1 ]
  [[ "$output" == *"ssh-fast-gc: cannot stop the master of $NS/c/$NAME: "* ]]
  [ "$(lease_states)" = "leftover null hung $MASTER" ]
  "$GC" --ttl=0
  [ -e "$NS/used/h${NAME#s}" ]
  kill -CONT "$MASTER"
}

@test "--exit-idle stops idle masters, only those, and by stop, not exit" {
  start_session
  fast host true
  wait_until one_is_used
  [ "$(free_names)" = 1 ]
  run "$GC" --exit-idle=1h30m -v
  [ "${#lines[@]}" = 1 ]
  [ "$(free_names)" = 1 ]
  local idle
  idle=$(ls_json | jq '.namespaces[].leases[] | select(.state == "free") | .master.pid')
  run "$GC" --exit-idle -v
  [[ "${lines[0]}" == "stopped the master of "* ]]
  [ "$(free_names)" = 0 ]
  [ "$(used_names)" = 1 ]
  wait_until ended "$idle"
  # The session of the killed client goes on over there: it is not cut off.
  kill_session
  wait_until is_released
  local busy
  busy=$(master_pid "$(socket_of)")
  a_day_later
  "$GC" --exit-idle
  is_root_empty
  kill -0 "$busy"
  kill "$busy"
}

@test "-n changes nothing, and says what would be done" {
  warm_up
  fast other true
  local before
  kill_master
  mv "$NS/free/$NAME" "$NS/used/$NAME"
  dead_socket "$NS/c/sAAAAAAAAAAA.0123456789abcdef"
  a_day_later
  before=$(tree_of "$ROOT")
  run "$GC" -n --exit-idle
  [ "$status" = 0 ]
  [ "$(tree_of "$ROOT")" = "$before" ]
  [[ "$output" == *"would remove $NS/c/$NAME"$'\n'* ]]
  [[ "$output" == *"would remove $NS/used/$NAME"$'\n'* ]]
  [[ "$output" == *"would remove $NS/c/sAAAAAAAAAAA.0123456789abcdef"$'\n'* ]]
  [[ "$output" == *"would stop the master of "* ]]
  [[ "$output" == *"would remove $NS"$'\n'* ]]
  [[ "${lines[${#lines[@]}-1]}" == "ssh-fast-gc: would remove 2 of 2 namespaces, 1 lock file, 1 socket, 1 temporary file; freed 0 leftovers, stopped 1 master; 0 failures" ]]
  "$GC" --exit-idle >/dev/null
  is_root_empty
}

# left_alone PATH REASON: gc names it, touches nothing, and exits with 1.
left_alone() {
  local before
  before=$(tree_of "$ROOT")
  run "$GC" --exit-idle --ttl=0 "${@:3}"
  [ "$status" = 1 ]
  [[ "$output" == *"ssh-fast-gc: cannot "*" $1: $2"* ]] || { echo "$output" >&2; return 1; }
  [ "$(tree_of "$ROOT")" = "$before" ]
}

@test "foreign files are reported, their namespace is left alone, exit 1" {
  warm_up
  kill_master
  : >"$NS/notes"
  left_alone "$NS/notes" "it does not belong to ssh-fast"
  rm "$NS/notes"
  mkdir "$NS/free/sub"
  left_alone "$NS/free/sub" "it does not belong to ssh-fast"
  rmdir "$NS/free/sub"
  (umask 077; : >"$NS/c/sAAAAAAAAAAA")
  left_alone "$NS/c/sAAAAAAAAAAA" "it does not belong to ssh-fast"
  rm "$NS/c/sAAAAAAAAAAA"
  ln -s /etc/passwd "$NS/used/sAAAAAAAAAAA"
  left_alone "$NS/used/sAAAAAAAAAAA" "it is a symbolic link"
  rm "$NS/used/sAAAAAAAAAAA"
  mkfifo -m 600 "$NS/used/sAAAAAAAAAAA"
  left_alone "$NS/used/sAAAAAAAAAAA" "it does not belong to ssh-fast"
  rm "$NS/used/sAAAAAAAAAAA"
  (umask 0; : >"$NS/free/sAAAAAAAAAAA")
  left_alone "$NS/free/sAAAAAAAAAAA" "other users may write or read there"
  rm "$NS/free/sAAAAAAAAAAA"
  : >"$NS/"$'odd\nname'
  run "$GC"
  [ "$status" = 1 ]
  [ "${lines[0]}" = "ssh-fast-gc: cannot clean $NS/odd\x0aname: it does not belong to ssh-fast" ]
  rm "$NS/"$'odd\nname'
  # The others are cleaned all the same.
  : >"$NS/notes"
  fast other true
  wait_until sh -c "! ls '$ROOT'/*/used/* 2>/dev/null"
  a_day_later
  run "$GC" --exit-idle
  [ "$status" = 1 ]
  [ "$(echo "$ROOT"/*)" = "$NS" ]
  rm "$NS/notes"
  a_day_later
  "$GC"
  is_root_empty
}

@test "a foreign owner, an unreadable folder: reported, left alone, exit 1" {
  warm_up
  kill_master
  chmod 0707 "$NS"
  left_alone "$NS" "other users may write or read there"
  chmod 0700 "$NS"
  ln -s "$NS" "$ROOT/0000000000000000000000000000000000000000000"
  left_alone "$ROOT/0000000000000000000000000000000000000000000" "it is a symbolic link" '00000000*'
  rm "$ROOT/0000000000000000000000000000000000000000000"
  if [ "$(id -u)" = 0 ]; then
    chown nobody "$NS/free/$NAME"
    left_alone "$NS/free/$NAME" "it belongs to another user"
    chown root "$NS/free/$NAME"
    chown nobody "$NS"
    left_alone "$NS" "it belongs to another user"
    chown root "$NS"
  else
    chmod 0 "$NS/used"
    run "$GC"
    [ "$status" = 1 ]
    [[ "$output" == *"cannot open $NS/used: Permission denied"* ]]
    chmod 0700 "$NS/used"
  fi
  a_day_later
  "$GC"
  is_root_empty
}

@test "what is no namespace is not even looked at; nor is another machine's" {
  warm_up
  kill_master
  mkdir "$ROOT/lost+found" "$ROOT/notes"
  sed -i 's/^machine: .*/machine: elsewhere/' "$NS/endpoint"
  local before
  before=$(tree_of "$ROOT")
  run "$GC" -v
  [ "$status" = 0 ]
  [ "${lines[0]}" = "left $NS: of another machine" ]
  [ "$(tree_of "$ROOT")" = "$before" ]
}

# older THAN: all that lies in the namespace, as touch -d says it.
all_from() { find "$NS" -exec touch -h -d "$1" {} +; }

@test "what another machine name made goes after a day without a listener" {
  warm_up
  local line
  sed -i 's/^machine: .*/machine: elsewhere/' "$NS/endpoint"
  is_left() {
    run "$GC" -v "$@"
    [[ "${lines[0]}" == "left $NS: of another machine" ]] && [ -e "$NS/free/$NAME" ] && [ -S "$NS/c/$NAME" ]
  }
  all_from '3 days ago'
  is_left
  kill_master
  # A day and --ttl.
  all_from '23 hours ago'
  is_left
  all_from '25 hours ago'
  is_left --ttl=2h
  # One file that is younger is enough: somebody works there.
  touch -h "$NS/c/$NAME"
  is_left
  all_from '3 days ago'
  mv "$NS/free/$NAME" "$NS/used/$NAME"
  # Its locks may not reach us: what says that it is held counts for a month.
  printf -v line '%-79s' 'pid 1 since 999999999999 space 1'
  dd of="$NS/used/$NAME" bs=1 conv=notrunc status=none <<<"$line"
  all_from '3 days ago'
  run "$GC" -v
  [ "${lines[0]}" = "left $NS: of another machine" ]
  all_from '31 days ago'
  run "$GC" -n
  [[ "$output" == *"would remove $NS"* ]]
  "$GC"
  is_root_empty
}

@test "a socket that was used in the future counts as used now, once" {
  warm_up
  touch -h -d 'next year' "$NS/c/$NAME"
  run "$GC" --exit-idle=1h -v
  [ "${#lines[@]}" = 1 ]
  [ $(($(date +%s) - $(stat -c %Y "$NS/c/$NAME"))) -le 15 ]
  touch -h -d '2 hours ago' "$NS/c/$NAME"
  "$GC" -n --exit-idle=1h | grep -q 'would stop'
  touch -h -d 'next year' "$NS/c/$NAME"
  "$GC" --exit-idle
  wait_until ended "$MASTER"
}

@test "a half-made or half-removed namespace goes too" {
  local name=0000000000000000000000000000000000000000000
  mkdir -p -m 0700 "$ROOT"
  local folders
  for folders in "" "c" "c used" "c free used" "free"; do
    mkdir -m 0700 "$ROOT/$name"
    for folder in $folders; do mkdir -m 0700 "$ROOT/$name/$folder"; done
    a_day_later
    "$GC"
    is_root_empty
  done
}

@test "a peer with only the base rules keeps its lease and its folders" {
  warm_up
  kill_master
  # No lock on the folder, as bzfs; it has just made its lock file.
  (umask 077; : >"$NS/used/sAAAAAAAAAAA")
  exec 9<>"$NS/used/sAAAAAAAAAAA"
  flock -n 9
  "$GC"
  [ -d "$NS/c" ]
  [ -d "$NS/free" ]
  [ -e "$NS/used/sAAAAAAAAAAA" ]
  [ ! -e "$NS/free/$NAME" ]
  exec 9>&-
  a_day_later
  "$GC"
  is_root_empty
}

@test "a peer that comes in while the folders are removed: they are put back" {
  warm_up
  kill_master
  a_day_later
  # gc stands still between the look and the removal of its folders.
  strace -f -o "$OUT/trace" -e trace=unlinkat -e inject=unlinkat:delay_enter=1500000:when=3 \
    "$GC" 3>&- &
  local gc=$!
  wait_until sh -c "! ls '$NS'/free/s* 2>/dev/null"
  (umask 077; : >"$NS/used/sAAAAAAAAAAA")
  wait "$gc"
  grep -q 'ENOTEMPTY' "$OUT/trace"
  [ -d "$NS/c" ]
  [ -d "$NS/free" ]
  [ -e "$NS/used/sAAAAAAAAAAA" ]
}

@test "a namespace that cannot go in the end has its folders back" {
  mkdir -p -m 0700 "$ROOT"
  local ns=$ROOT/0000000000000000000000000000000000000000000
  mkdir -m 0700 "$ns" "$ns"/{c,free,used}
  # A file that is still open over NFS: seen by the last rmdir(2) alone.
  : >"$ns/.nfs0001"
  "$GC"
  [ -d "$ns/c" ]
  [ -d "$ns/free" ]
  [ -d "$ns/used" ]
  rm "$ns/.nfs0001"
  a_day_later
  "$GC"
  is_root_empty
}

@test "with a folder missing nothing is lost, and the next gc cleans" {
  warm_up
  mv "$NS/free/$NAME" "$NS/used/$NAME"
  rmdir "$NS/free"
  run -0 "$GC" -n
  [[ "$output" == *"would remove 0 of 1 namespace"* ]]
  "$GC"
  [ -S "$NS/c/$NAME" ]
  [ -e "$NS/used/$NAME" ]
  "$GC"
  [ -e "$NS/free/$NAME" ]
  kill -0 "$MASTER"
}

@test "a lock file in free/ stays when a held one has the same name" {
  warm_up
  kill_master
  # As a gc leaves it that is killed while it looks at a socket of nobody's.
  (umask 077; : >"$NS/used/$NAME")
  exec 9<>"$NS/used/$NAME"
  flock -n 9
  "$GC"
  # Whoever holds used/ may be about to have a master there.
  [ -S "$NS/c/$NAME" ]
  [ -e "$NS/used/$NAME" ]
  exec 9>&-
  a_day_later
  "$GC"
  is_root_empty
}

@test "a socket that is being bound is left to its holder, its keeper killed" {
  warm_up
  kill_master
  sleep 60 3>&- &
  local holder=$! half
  half=$NS/c/$NAME.0123456789abcdef
  mv "$NS/free/$NAME" "$NS/used/$NAME"
  rm "$NS/c/$NAME"
  dead_socket "$half"
  printf '%-79s\n' "pid $holder since $(awk -v hz="$(getconf CLK_TCK)" '{printf "%d", $1 * hz}' /proc/uptime) space $(stat -Lc %i /proc/self/ns/pid)" \
    >"$NS/used/$NAME"
  "$GC" --ttl=0
  [ -S "$half" ]
  kill "$holder"
  wait "$holder" || :
  "$GC" --ttl=0
  is_root_empty
}

@test "an acquirer that enters during the removal gets a new namespace" {
  warm_up
  kill_master
  a_day_later
  # 50 ms with the namespace locked for removal: less than an acquirer waits.
  strace -f -o "$OUT/trace" -e trace=unlinkat,flock -e inject=unlinkat:delay_enter=50000:when=4 \
    "$GC" 3>&- &
  local gc=$!
  wait_until grep -q 'LOCK_EX.*= 0' "$OUT/trace"
  wait_until sh -c "[ ! -e '$NS/free' ]"
  run "$SSH_FAST" --strict -F "$DIR/config" host echo fine
  [ "$output" = fine ]
  wait "$gc"
  wait_until is_released
  [ "$(free_names)" = 1 ]
  [ -d "$NS/c" ]
}

# gc, again and again, until the file is gone.
sweep_on() {
  while [ -e "$1" ]; do "$GC" "${@:2}" >>"$OUT/swept" 2>&1 || echo "exit $?" >>"$OUT/swept"; done
}

@test "many runs beside a loop of ssh-fast-gc make one login" {
  local i before
  before=$(logins)
  : >"$OUT/go"
  sweep_on "$OUT/go" 3>&- &
  local sweeper=$!
  for ((i = 0; i < $(times 500 100); i++)); do fast host true; done
  rm "$OUT/go"
  wait "$sweeper"
  [ "$(grep -c . "$OUT/swept")" -gt $((i / 5)) ]
  [ "$(grep -c exit "$OUT/swept")" = 0 ]
  [ "$(logins)" = $((before + 1)) ]
}

@test "a swept master ends at its ControlPersist time" {
  "$SSH_FAST" --persist=2 -F "$DIR/config" host true
  wait_until is_released
  local socket
  socket=$(socket_of)
  : >"$OUT/go"
  sweep_on "$OUT/go" 3>&- &
  local sweeper=$!
  wait_until is_gone_file "$socket"
  rm "$OUT/go"
  wait "$sweeper"
  [ "$(grep -c 'of 1 namespace' "$OUT/swept")" -gt 1 ]
  [ "$(grep -c exit "$OUT/swept")" = 0 ]
}

# work N: acquires and releases until the file is gone; masters last 2 seconds,
# so that pools and namespaces come and go. (Not 1: ssh counts whole seconds, and
# such a master may end between the probe and the session.)
work() {
  local destination=host$(($1 < 5 ? $1 % 2 : $1 / 2))
  while [ -e "$OUT/go" ]; do
    "$SSH_FAST" --strict --persist=2 -F "$DIR/config" "$destination" echo fine >>"$OUT/work$1" 2>&1 ||
      echo "exit $?" >>"$OUT/work$1"
    if [ "$1" -gt 4 ]; then sleep 2.2; fi
  done
}

@test "a record swept away while it is being written is written again" {
  # With --ttl=0, nothing counts as in the making.
  strace -o "$OUT/trace" -e trace=renameat,renameat2,rename \
    -e inject=renameat,renameat2,rename:delay_enter=1000000:when=2 \
    "$SSH_FAST" --strict --persist=2 -F "$DIR/config" host echo fine >"$OUT/out" 2>&1 3>&- &
  local run=$!
  has_temporary_record() { compgen -G "$ROOT/*/endpoint.*" >/dev/null; }
  wait_until has_temporary_record
  "$GC" --ttl=0 -v >"$OUT/gc"
  grep -q 'removed .*/endpoint\.' "$OUT/gc"
  wait "$run"
  [ "$(cat "$OUT/out")" = fine ]
  [ -s "$(namespace)endpoint" ]
}

@test "beside 8 workers no run fails, and nothing held is touched" {
  local i pids=() holders held inode
  : >"$OUT/go"
  # One lease that is held all the time, in a pool that the others use.
  fast_exec host0 'echo here; sleep 100' >"$OUT/held" 2>"$OUT/held.err" &
  local holder=$!
  wait_until has_content "$OUT/held"
  held=$(ls_json | jq -r ".namespaces[].leases[] | select(.pid == $holder) | .socket")
  inode=$(stat -c %i "$held")
  for i in 1 2 3 4 5 6 7 8; do work "$i" 3>&- & pids+=($!); done
  local until=$((SECONDS + $(times 20 8))) rounds=0 removed=0
  while [ "$SECONDS" -lt "$until" ]; do
    run "$GC"
    [ "$status" = 0 ]
    run "$GC" -v --exit-idle --ttl=0
    [ "$status" = 0 ]
    removed=$((removed + $(grep -c "^removed $ROOT/[^/]*$" <<<"$output" || :)))
    rounds=$((rounds + 1))
  done
  rm "$OUT/go"
  wait "${pids[@]}"
  echo "# $rounds rounds, $removed namespaces removed, $(cat "$OUT"/work* | wc -l) runs" >&3
  sort "$OUT"/work* | uniq -c
  [ "$(sort -u "$OUT"/work*)" = fine ]
  # How many there are is the machine's: 600 on one, 40 on the same one later.
  [ "$rounds" -gt 5 ]
  [ "$removed" -gt 0 ]
  kill -0 "$holder"
  [ "$(stat -c %i "$held")" = "$inode" ]
  [ "$(ls_json | jq -r ".namespaces[].leases[] | select(.pid == $holder) | .state")" = held ]
  kill "$holder"
  wait "$holder" || :
  wait_until is_released
  # Masters gone, one gc leaves an empty root.
  for i in $(ls_json | jq '.namespaces[].leases[].master | select(.state == "alive") | .pid'); do
    kill "$i"
    wait_until ended "$i"
  done
  a_day_later
  "$GC"
  is_root_empty
}

@test "two at once, and killed in between: the next one finishes the work" {
  "$TOOLS/many-namespaces" "$ROOT" 300 5
  a_day_later
  local pids=() i
  for i in 1 2 3 4; do "$GC" >>"$OUT/out" 2>&1 3>&- & pids+=($!); done
  kill -KILL "${pids[0]}"
  for i in "${pids[@]:1}"; do wait "$i"; done
  a_day_later
  "$GC"
  is_root_empty
}

@test "-q, -j and a stdout that takes nothing" {
  warm_up
  run "$GC" -q
  [ "$output" = "" ]
  run "$GC" -q -j
  [ "$output" = "" ]
  run "$GC" -q -v
  [ "$status" = 2 ]
  [[ "$output" == "ssh-fast-gc: options -q and -v exclude each other"* ]]
  # What cron gets: nothing of work that was done, but what went wrong.
  : >"$NS/notes"
  run "$GC" -q
  [ "$status" = 1 ]
  [ "$output" = "ssh-fast-gc: cannot clean $NS/notes: it does not belong to ssh-fast" ]
  rm "$NS/notes"
  kill_master
  a_day_later
  run "$GC" -j
  [ "$(jq -c '[.root, .dry_run, .namespaces, .removed, .freed, .stopped, .of_another_machine, .failures]' <<<"$output")" = \
    "[\"$ROOT\",false,1,{\"namespaces\":1,\"lock_files\":1,\"sockets\":1,\"temporary_files\":0},0,0,0,0]" ]
  run bash -c "'$GC' >/dev/full"
  [ "$status" = 1 ]
  [[ "$output" == "ssh-fast-gc: cannot write the output: "* ]]
  run "$GC" --ttl=soon
  [ "$status" = 2 ]
  [[ "$output" == *"bad value for --ttl: soon"* ]]
  run "$GC" --exit-idle=10y
  [ "$status" = 2 ]
  [[ "$output" == *"bad value for --exit-idle: 10y"* ]]
  run "$GC" -x
  [ "$status" = 2 ]
}

@test "only what a pattern names is swept" {
  "$TOOLS/many-namespaces" "$ROOT" 3 2
  a_day_later
  run "$GC" host1
  [[ "$output" == *"removed 1 of 1 namespace, 2 lock files"* ]]
  run "$GC" 'somebody@host2.example.org:22'
  [[ "$output" == *"removed 1 of 1 namespace"* ]]
  run "$GC" '*0000'
  [[ "$output" == *"removed 1 of 1 namespace"* ]]
}

# The system calls of a command, all of them.
calls() {
  strace -f -c -o "$OUT/count" "$@" >/dev/null
  awk '$NF == "total" {print $(NF - 1) == "" ? $3 : $4; exit}' "$OUT/count"
}

# bats test_tags=unsanitized
@test "very many namespaces with 10 lock files each: both finish, below 64 MiB" {
  local n
  n=$(times 10000 2500)
  "$TOOLS/many-namespaces" "$ROOT" "$n" 10
  a_day_later
  within() { (ulimit -v 65536 && "$@"); }
  within "$BUILD/ssh-fast-ls" >"$OUT/table"
  [ "$(grep -c '^somebody@' "$OUT/table")" = "$n" ]
  [ "$(within "$BUILD/ssh-fast-ls" -l | grep -c '^  s.* free ')" = $((n * 10)) ]
  within "$BUILD/ssh-fast-ls" -j >"$OUT/json"
  within script -qec "'$GC'" /dev/null </dev/null >"$OUT/out"
  grep -q "removed $n of $n namespaces, ${n}0 lock files" "$OUT/out"
  # It took longer than a second, and said so on the terminal.
  grep -q "ssh-fast-gc: [0-9]* of $n namespaces" "$OUT/out"
  is_root_empty
  [ "$(jq '.namespaces | length' "$OUT/json")" = "$n" ]
}

# bats test_tags=unsanitized
@test "the system calls for each namespace do not grow with their number" {
  local kind few many
  for kind in ls gc; do
    "$TOOLS/many-namespaces" "$ROOT-100" 50 10
    "$TOOLS/many-namespaces" "$ROOT-400" 200 10
    few=$(calls "$BUILD/ssh-fast-$kind" --root="$ROOT-100")
    many=$(calls "$BUILD/ssh-fast-$kind" --root="$ROOT-400")
    echo "# $kind: $few system calls for 50, $many for 200" >&3
    [ "$few" -gt 500 ]
    [ "$many" -le $((few * 4)) ]
    rm -rf "$ROOT-100" "$ROOT-400"
  done
}

@test "answers of servers that are too old are removed, those in use stay" {
  mkdir -m 700 -p "$ROOT/health"
  touch "$ROOT/health/q0123456789012345678901" "$ROOT/health/l0123456789012345678901"
  touch -d '2 minutes ago' "$ROOT/health/q1123456789012345678901" "$ROOT/health/l1123456789012345678901" \
    "$ROOT/health/q2123456789012345678901" "$ROOT/health/mine"
  chmod 600 "$ROOT"/health/*
  flock "$ROOT/health/q2123456789012345678901" "$BUILD/ssh-fast-gc" -n
  [ -e "$ROOT/health/q1123456789012345678901" ]
  flock "$ROOT/health/q2123456789012345678901" "$BUILD/ssh-fast-gc"
  [ "$(ls "$ROOT/health" | tr '\n' ' ')" = \
    'l0123456789012345678901 mine q0123456789012345678901 q2123456789012345678901 ' ]
  run -0 gc -q
  [ "$(ls "$ROOT/health" | tr '\n' ' ')" = 'l0123456789012345678901 mine q0123456789012345678901 ' ]
}

@test "a namespace stays for a day, and while a peer has it open" {
  warm_up
  kill_master
  "$GC"
  [ -d "$NS/c" ]
  a_day_later
  # A peer opens its pool long before it uses it, and takes no lock on it.
  python3 -c 'import os, signal, sys
fds = [os.open(sys.argv[1] + "/" + name, os.O_RDONLY) for name in ("free", "used")]
print("open", flush=True); signal.pause()' "$NS" >"$OUT/peer" 3>&- &
  local peer=$!
  wait_until has_content "$OUT/peer"
  "$GC"
  [ -d "$NS/free" ]
  kill "$peer"
  wait "$peer" || :
  "$GC"
  is_root_empty
}

@test "folders that a peer made with a usual umask are closed, not distrusted" {
  warm_up
  local folder
  for folder in "" /c /free /used; do
    chmod 0755 "$NS$folder"
    [ "$(lease_states)" = "free null alive $MASTER" ]
    [ "$(stat -c %a "$NS$folder")" = 755 ]
    run --separate-stderr "$SSH_FAST" -F "$DIR/config" host true
    [ "$stderr" = "" ]
    [ "$(stat -c %a "$NS$folder")" = 700 ]
    wait_until is_released
    chmod 0755 "$NS$folder"
    run -0 "$GC"
    [ "$(stat -c %a "$NS$folder")" = 700 ]
  done
}

@test "README's line for cron mails not a byte in 50 runs of normal use" {
  local line i
  line=$(sed -n 's/^ *7 \* \* \* \* //p' "$TOP/README")
  [ "$line" = "ssh-fast-gc -q" ]
  for i in {1..50}; do
    fast host true
    # Now and then a master dies, or a run is killed.
    case $i in
    *5) kill -KILL "$(master_pid "$(socket_of)")" || : ;;
    *7) a_day_later ;;
    esac
    PATH=$BUILD:$PATH sh -c "$line" >>"$OUT/mail" 2>&1
  done
  [ ! -s "$OUT/mail" ] || { cat "$OUT/mail" >&2; return 1; }
}
