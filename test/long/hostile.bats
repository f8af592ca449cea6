#!/usr/bin/env bats
# Another local user plants whatever he can at every path of a pool, before and
# during runs. He never gets a connection, a file or a permission; ssh still
# works, or --strict says no. As root he is a real account, made here.
# shellcheck disable=SC2016 # $1 is that of another shell
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; run's own

load ../lib/helper

OTHER_NAME=sf-hostile
# One at a time changes the accounts, or has another file in their place.
accounts() { flock -w 60 /etc "$@" 2>/dev/null 3>&-; }
make_other() {
  if getent passwd "$OTHER_NAME" >/dev/null; then accounts userdel -f "$OTHER_NAME"; fi
  accounts useradd -r -l -M -N -d /nonexistent -s /usr/sbin/nologin "$OTHER_NAME"
  OTHER=$(id -u "$OTHER_NAME")
  export OTHER
}
other_exec() {
  if is_root; then
    exec setpriv --reuid="$OTHER" --regid="$OTHER" --clear-groups "$@" 3>&-
  else
    exec "$@" 3>&-
  fi
}
as_other() { (other_exec "$@"); }
needs_root() { is_root || skip "needs root"; }

# The server, and a master of the user's own, over which plain ssh is quick.
setup_file() {
  make_dir
  start_sshd
  write_config "$DIR/config" "ControlMaster auto" "ControlPath $DIR/own" "ControlPersist 120"
  write_config "$DIR/alone"
  chmod 0711 "$SUITE" "$DIR"
  THEIRS=$DIR/theirs
  mkdir "$THEIRS"
  export THEIRS
  if is_root; then
    make_other
    chown "$OTHER" "$THEIRS"
  fi
  chmod 0755 "$THEIRS"
  start_listener
  fill_theirs
  printf '%200s\n' 'what nobody else shall have' >"$DIR/victim"
  chmod 0600 "$DIR/victim"
  mkdir -m 0755 "$DIR/house"
  cp -p "$DIR/victim" "$DIR/house/sVICTIM_____"
  touch -d '1 hour ago' "$DIR/victim" "$DIR/house/sVICTIM_____" "$DIR/house"
  plain host true
}
teardown_file() {
  if [ -n "${LISTENER:-}" ]; then
    kill "$LISTENER" || :
    wait_until ended "$LISTENER"
  fi
  stop_sshd
  chmod 0700 "$SUITE"
  if is_root && [ -n "${OTHER:-}" ]; then accounts userdel -f "$OTHER_NAME"; fi
}
start_listener() {
  other_exec "$TOOLS/hostile" listen "$THEIRS/sock" "$THEIRS/log" >"$DIR/listening" &
  LISTENER=$!
  export LISTENER
  wait_until has_content "$DIR/listening"
}
# What his links lead to: all that a namespace has, his socket in it.
fill_theirs() {
  as_other sh -c 'umask 0; cd "$1" && mkdir -p s/c s/free s/used && : >file && : >s/endpoint &&
    for f in c free used; do ln sock "s/$f/sAAAAAAAAAAA"; done' sh "$THEIRS"
}
# All that must stay as it is, but for the times that a link changes; also what
# was planted, with nothing below it.
all_of_others() {
  local planted=$AT
  if may_be_replaced; then planted=$DIR/victim; fi
  find "$DIR/victim" "$DIR/house" "$THEIRS" "$planted" ! -name log -printf '%p %i %y %m %u %s %T@\n'
  echo "$(<"$DIR/victim") $(<"$DIR/house/sVICTIM_____")"
}

STEP=${HOSTILE_STEP:-3}

setup() { T=$BATS_TEST_TMPDIR; }
# Also the master of a pool whose socket may be gone: nothing else ends it.
teardown() {
  local pid
  for pid in ${HOSTILE:-} ${MASTER:-}; do kill "$pid" 2>/dev/null || :; done
}
complain() {
  echo "$PLANT at $AT: $*" >&2
  return 1
}

# plant KIND PATH: puts it there, the other user's where it can be.
plant() {
  local kind=$1 at=$2
  umask 0
  case $kind in *-own) umask 077 ;; esac
  case $kind in
  link-file*) ln -s "$DIR/victim" "$at" ;;
  link-folder*) ln -s "$THEIRS/s" "$at" ;;
  link-socket*) ln -s "$THEIRS/sock" "$at" ;;
  link-house*) ln -s "$DIR/house" "$at" ;;
  link-nowhere*) ln -s "$THEIRS/nothing" "$at" ;;
  hard) ln "$DIR/victim" "$at" ;;
  hard-theirs) ln "$THEIRS/file" "$at" ;;
  socket) ln "$THEIRS/sock" "$at" ;;
  fifo*) mkfifo "$at" ;;
  device) mknod "$at" c 1 5 ;;
  *folder*) mkdir "$at" ;;
  *file*) : >"$at" ;;
  esac
  umask 022
  case $kind in
  *-own | hard* | socket | wide*) ;;
  *) if is_root; then chown -h "$OTHER" "$at"; fi ;;
  esac
}
kinds_for() {
  local kinds="link-file link-folder link-house link-nowhere link-socket link-folder-own hard fifo"
  if is_root; then kinds+=" device folder socket file"; fi
  case $1 in
  parent | root | ns | c | free | used) kinds+=" wide-folder" ;;
  *) kinds+=" link-socket-own fifo-own wide-folder wide-file folder-own" ;;
  esac
  # What a user links above the root himself is followed: see trouble.bats.
  if [ "$1" = parent ] && ! is_root; then kinds="hard fifo wide-folder"; fi
  case $1 in
  free/* | used/*) if is_root; then kinds+=" hard-theirs"; fi ;;
  esac
  echo "$kinds"
}

# run_fast [OPTION...]: what it prints goes to files, without subshells.
run_fast() {
  STATUS=0
  timeout 10 "$SSH_FAST" "$@" -F "$DIR/config" host 'echo fine; exit 3' >"$T/out" 2>"$T/err" 3>&- || STATUS=$?
  IFS= read -r OUTPUT <"$T/out" || OUTPUT=
  mapfile -t LINES <"$T/err"
}
# What a refusal names: where it stands, or where a link of our own leads to.
named() {
  case $AT:$PLANT in
  "$PARENT":*-own) echo "$THEIRS" ;;
  *) echo "$AT" ;;
  esac
}
ran_on_the_server() { [ "$STATUS:$OUTPUT" = 3:fine ]; }
# Where --strict has a lease, the same without it would do the same.
run_all() {
  local program
  run_fast --strict "$@"
  if [ "$STATUS" = 255 ]; then
    [ "${#LINES[@]}:$OUTPUT" = 1: ] && [[ "${LINES[0]}" == "ssh-fast: cannot "*"$(named)"* ]] ||
      complain "strict: $OUTPUT ${LINES[*]}" || return
    REFUSED=$((REFUSED + 1))
    run_fast "$@"
  fi
  ran_on_the_server || complain "$STATUS $OUTPUT ${LINES[*]}" || return
  wait_until is_let_go_but_for
  # That one of these hangs is for the time limit of the test to see.
  for program in "ssh-fast-ls -j" "ssh-fast-ls -l" "ssh-fast-gc -v --ttl=0"; do
    STATUS=0
    # shellcheck disable=SC2086 # a list of words
    "$BUILD"/$program >>"$T/${program##*-}" 2>"$T/err" || STATUS=$?
    [ "$STATUS" -le 1 ] || complain "$program: $STATUS $(<"$T/err")" || return
  done
}
# Keepers are done: what is left in used/ is what was planted.
is_let_go_but_for() {
  local file
  for file in "$NS"/used/*; do
    [ "$file" = "$AT" ] || [ ! -f "$file" ] || [ -L "$NS/used" ] || return 1
  done
}
# The hint is replaced, and a record that says nothing; a link to a file of the
# user's under the name of an old temporary one is removed, and only the link.
may_be_replaced() {
  case ${AT##*/}:$PLANT in
  last:folder* | last:wide-folder) return 1 ;;
  last:* | endpoint:hard | endpoint.1:hard) return 0 ;;
  *) return 1 ;;
  esac
}

# attack PLANT PATH [OPTION...]: all that with it there, and all is as it was.
# One of so many is tried: HOSTILE_STEP=1 (make hostile) tries them all.
attack() {
  MET=$((MET + 1))
  if [ $((MET % STEP)) != $((1 % STEP)) ]; then return 0; fi
  PLANT=$1 AT=$2
  shift 2
  local before after
  PLACED=$((PLACED + 1))
  plant "$PLANT" "$AT"
  before=$(all_of_others)
  run_all "$@" || return
  if [ -s "$THEIRS/log" ]; then
    : >"$THEIRS/log"
    complain "somebody connected" || return
  fi
  after=$(all_of_others)
  [ "$after" = "$before" ] || complain "$(diff <(echo "$before") <(echo "$after"))" || return
}
# Nobody else can read what is ours, and ls -j was valid each time.
check_all() {
  if is_root; then
    [ -z "$(as_other find "$PARENT" -mindepth 1 -type f -user "$(id -u)" -readable 2>/dev/null)" ] || {
      echo "others can read a file" >&2
      FAILED=1
    }
  fi
  jq -e .namespaces <"$T/j" >/dev/null || FAILED=1
  echo "$PLACED $REFUSED" >"$T/count"
}

# Without the trap that bats sets before every command, which takes longer than
# most of them.
quickly() { (trap - DEBUG; "$@"; [ "$FAILED" = 0 ]); }

# start_pool [NUMBER]: with one free master; what is placed is counted.
start_pool() {
  PARENT=$DIR/p$BATS_TEST_NUMBER${1:-}
  ROOT=$PARENT/r
  mkdir -m 0755 "$PARENT"
  export ROOT SSH_FAST_ROOT=$ROOT
  fast host true
  wait_until is_released
  NS=$(echo "$ROOT"/*)
  FRESH=sAAAAAAAAAAA
  MET=0
  PLACED=0
  REFUSED=0
  FAILED=0
}
beside_others() {
  T=$BATS_TEST_TMPDIR/$1
  mkdir "$T"
  start_pool "$1"
  shift
  quickly "$@"
}
# in_parallel COMMAND PATHS...: each of these lists in a pool of its own.
in_parallel() {
  local command=$1 number=0 failed=0 jobs=() job paths
  shift
  for paths; do
    number=$((number + 1))
    # shellcheck disable=SC2086 # a list of words
    beside_others "$number" "$command" $paths &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do wait "$job" || failed=1; done
  awk '{placed += $1; refused += $2} END {print "# " placed " placements, " refused " of them refused by --strict"}' \
    "$T"/*/count >&3
  [ "$failed" = 0 ]
}

instead_of_folders() {
  local name at kind
  for name; do
    case $name in
    parent) at=$PARENT ;;
    root) at=$ROOT ;;
    ns) at=$NS ;;
    *) at=$NS/$name ;;
    esac
    mv "$at" "$PARENT.aside"
    for kind in $(kinds_for "$name"); do
      attack "$kind" "$at" || FAILED=1
      rm -rf "$at"
    done
    mv "$PARENT.aside" "$at"
  done
  check_all
}
@test "every plant in place of a folder, or of the record" {
  in_parallel instead_of_folders "parent root ns c" "free used endpoint"
}

instead_of_files() {
  local at kind
  for at; do
    for kind in $(kinds_for "$at"); do
      if [ "$at" != last ]; then ln -sfn "$FRESH" "$NS/last"; else rm -f "$NS/last"; fi
      attack "$kind" "$NS/$at" || FAILED=1
      rm -rf "${NS:?}/$at"
    done
  done
  check_all
}
@test "every plant in place of the hint, a lock file or a half-made socket" {
  local fresh=sAAAAAAAAAAA
  in_parallel instead_of_files "last free/$fresh used/$fresh" "c/$fresh.0123456789abcdef endpoint.1"
}

instead_of_the_socket() {
  local kind probe
  mkdir "$PARENT.names"
  for kind in $(kinds_for c/NAME); do
    for probe; do
      if [ "$probe" = none ] && [[ "$kind" != *socket* ]]; then continue; fi
      mv "$NS"/free/* "$PARENT.names" 2>/dev/null || :
      (umask 077 && : >"$NS/free/$FRESH")
      ln -sfn "$FRESH" "$NS/last"
      attack "$kind" "$NS/c/$FRESH" --probe="$probe" || FAILED=1
      rm -rf "$NS/c/$FRESH" "$NS/free/$FRESH"
    done
  done
  check_all
}
@test "every plant in place of the socket of the only lease, with each probe" {
  in_parallel instead_of_the_socket native none
}

# Stands in for ssh where it is run very often: fails where the socket's folder
# is not ours alone.
make_quick_ssh() {
  cat >"$DIR/quick-ssh" <<'END'
#!/bin/sh
socket=
for word; do
  if [ "$word" = -G ]; then exec ssh "$@"; fi
  if [ "$before" = -S ]; then socket=${word%/*}; fi
  before=$word
done
if [ -n "$socket" ] && [ -n "$CHECKS_FOLDER" ]; then
  [ "$(stat -c %u:%a "$socket")" = "$(id -u):700" ] || exit 4
fi
echo fine
exit 3
END
  chmod 0755 "$DIR/quick-ssh"
}
# race TIMES: --strict or not, runs beside somebody who never pauses. What one
# of them leaves behind, the next one meets.
race() {
  local turn words
  for ((turn = 0; turn < $1; turn++)); do
    words=(--ssh="$DIR/quick-ssh")
    if ((turn % 2)); then words+=(--strict); fi
    run_fast "${words[@]}"
    case $STATUS:$OUTPUT in
    3:fine) LEASED=$((LEASED + 1)) ;;
    255:) ((turn % 2)) && [ "${#LINES[@]}" = 1 ] || complain "turn $turn: ${LINES[*]}" || return ;;
    *) complain "turn $turn: $STATUS $OUTPUT ${LINES[*]}" || return ;;
    esac
    if ((turn % 10 == 0)); then
      timeout 10 "$BUILD/ssh-fast-gc" -q --ttl=0 >/dev/null 2>&1 || [ $? = 1 ] || complain "gc: $?" || return
      timeout 10 "$BUILD/ssh-fast-ls" -l >/dev/null 2>&1 || [ $? = 1 ] || complain "ls: $?" || return
    fi
    if [ -O "$ROOT" ] && [ ! -L "$ROOT" ] && [ -n "${AFRESH:-}" ]; then rm -rf "$ROOT"; fi
  done
}
# against HOSTILE-WORD PATH OTHER: the races with that beside them.
against() {
  local before failed=0
  before=$(all_of_others)
  "$WHO" "$TOOLS/hostile" "$@" >"$T/hostile" &
  HOSTILE=$!
  wait_until has_content "$T/hostile"
  quickly race "$TIMES" || failed=1
  kill "$HOSTILE"
  wait "$HOSTILE" || :
  [ "$failed" = 0 ]
  [ ! -s "$THEIRS/log" ]
  diff <(echo "$before") <(all_of_others)
}
ready_to_race() {
  PARENT=$DIR/p$BATS_TEST_NUMBER
  ROOT=$PARENT/r
  mkdir "$PARENT"
  make_quick_ssh
  export ROOT SSH_FAST_ROOT=$ROOT CHECKS_FOLDER=yes
  AT=$DIR/victim PLANT=race FAILED=0 LEASED=0
}
own_exec() { exec "$@" 3>&-; }

@test "races for a root below a folder that all may write to, sticky or not" {
  needs_root
  ready_to_race
  chmod 1777 "$PARENT"
  WHO=other_exec TIMES=$((120 / STEP)) AFRESH=yes against plant "$ROOT" "$THEIRS/s"
  chmod 0777 "$PARENT"
  rm -rf "$ROOT"
  WHO=other_exec TIMES=$((60 / STEP)) against plant "$ROOT" "$THEIRS/s"
  run_fast --strict
  [ "$STATUS" = 255 ]
  [[ "${LINES[0]}" == "ssh-fast: cannot trust $PARENT: "* ]]
}

@test "the namespace and a link in its place change places all the time" {
  ready_to_race
  unset CHECKS_FOLDER
  fast host true
  wait_until is_released
  NS=$(echo "$ROOT"/*)
  MASTER=$(master_pid "$(socket_of)")
  ln -s "$DIR/house" "$PARENT/link"
  WHO=own_exec TIMES=$((60 / STEP)) against exchange "$NS" "$PARENT/link"
  run_fast
  ran_on_the_server
}

@test "links above the root: no link of another user is followed" {
  needs_root
  local root
  mkdir -m 0755 "$DIR/srv" "$DIR/sticky"
  chmod 1777 "$DIR/sticky"
  ln -s srv "$DIR/home"
  ln -s ./../"${DIR##*/}/sticky" "$DIR/ours"
  as_other ln -s "$DIR/srv" "$DIR/sticky/theirs"
  ln -s sticky/theirs "$DIR/chain"
  ln -s loop "$DIR/loop"
  SSH_FAST_ROOT=$DIR/home/root "$SSH_FAST" --strict -F "$DIR/config" host true
  SSH_FAST_ROOT=$DIR/ours/root "$SSH_FAST" --strict -F "$DIR/config" host true
  [ -n "$(find "$DIR/srv/root" -type s)" ]
  [ -n "$(find "$DIR/sticky/root" -type s)" ]
  for root in sticky/theirs ours/theirs chain; do
    run --separate-stderr env SSH_FAST_ROOT="$DIR/$root/new" "$SSH_FAST" --strict -F "$DIR/config" host true
    [ "$status" = 255 ] && [[ "$stderr" == "ssh-fast: cannot trust "*"/sticky/theirs: it belongs to another user" ]] ||
      { echo "$root: $status $output $stderr" >&2; return 1; }
  done
  run env SSH_FAST_ROOT="$DIR/loop/new" "$SSH_FAST" --strict -F "$DIR/config" host true
  [[ "$output" == "ssh-fast: cannot follow $DIR/loop: "* ]]
  [ ! -e "$DIR/srv/new" ]
}

steers_no_terminal() {
  if LC_ALL=C grep -qaP '[\x00-\x1f\x7f]|\xc2[\x80-\x9f]' "$1"; then
    cat -v "$1" >&2
    return 1
  fi
}

@test "control characters in the name of the root reach no terminal" {
  local command
  ROOT=$DIR/$'r\nnew\e[31m\xc2\x9b'
  export SSH_FAST_ROOT=$ROOT
  fast host true
  wait_until is_released
  timeout 5 ssh -F none -S "${ROOT%/*}/"*/*/c/s* -O exit x 2>/dev/null || :
  : >"$(echo "$ROOT"/*/free)/sBBBBBBBBBBB"
  sed -i 's/^machine: .*/machine: x\\x1b[31m/; s/^destination: .*/destination: \\x0a\\x1b[32m/' "$ROOT"/*/endpoint
  for command in ls\ -l ls 'gc -n' 'gc -v --ttl=0' 'ls -j'; do
    # shellcheck disable=SC2086 # a list of words
    timeout 10 "$BUILD"/ssh-fast-$command >"$T/out" 2>&1 || [ $? = 1 ]
    steers_no_terminal "$T/out"
    if [ "$command" != 'ls -j' ]; then [ "$(grep -c 'new' "$T/out")" = "$(grep -c '\\x0anew' "$T/out")" ]; fi
  done
  jq -e .namespaces <"$T/out"
  sed -i "s/^machine: .*/machine: $(uname -n)/" "$ROOT"/*/endpoint
  for command in 'gc -n' 'gc -v --ttl=0'; do
    # shellcheck disable=SC2086 # a list of words
    timeout 10 "$BUILD"/ssh-fast-$command >"$T/out" 2>&1 || [ $? = 1 ]
    steers_no_terminal "$T/out"
    grep -qF 'r\x0anew\x1b[31m\xc2\x9b/' "$T/out"
  done
}

# A pool that is the other user's, as root finds it.
start_their_pool() {
  start_pool
  AT=$DIR/victim PLANT=root
  MASTER=$(master_pid "$(socket_of)")
  chown -hR "$OTHER" "$ROOT"
}
root_cleans() {
  local turn
  for ((turn = 0; turn < 25 / STEP; turn++)); do
    timeout 10 "$BUILD/ssh-fast-gc" --ttl=0 -q >/dev/null 2>&1 || [ $? = 1 ] || FAILED=1
    timeout 10 "$BUILD/ssh-fast-ls" -l >/dev/null 2>&1 || [ $? = 1 ] || FAILED=1
  done
}

@test "root over another user's root is led nowhere by links or new folders" {
  needs_root
  start_their_pool
  local before name
  # What a test before this one asked late.
  : >"$THEIRS/log"
  before=$(all_of_others)
  ln "$THEIRS/sock" "$NS/c/$FRESH"
  (umask 077 && : >"$NS/free/$FRESH")
  chown "$OTHER" "$NS/free/$FRESH"
  ln "$DIR/victim" "$NS/free/sBBBBBBBBBBB"
  quickly root_cleans
  rm "$NS/free/sBBBBBBBBBBB"
  for name in c free used; do
    ln -s "$DIR/house" "$PARENT/link"
    chown "$OTHER" "$PARENT"
    other_exec "$TOOLS/hostile" exchange "$NS/$name" "$PARENT/link" >"$T/hostile" &
    HOSTILE=$!
    wait_until has_content "$T/hostile"
    quickly root_cleans
    kill "$HOSTILE"
    wait "$HOSTILE" || :
    if [ -L "$NS/$name" ]; then rm "$NS/$name" && mv "$PARENT/link" "$NS/$name"; else rm "$PARENT/link"; fi
  done
  diff <(echo "$before") <(all_of_others)
  # Nothing was asked of his masters without being told to.
  [ ! -s "$THEIRS/log" ]
}

@test "folders that root puts back belong to their owner; links stay unused" {
  needs_root
  start_their_pool
  local before gc
  before=$(all_of_others)
  rm -f "$NS"/free/* "$NS"/c/* "$NS"/last
  strace -f -o "$T/trace" -e trace=unlinkat,mkdirat,fchmodat \
    -e inject=unlinkat:delay_enter=1500000:when=2 -e inject=mkdirat,fchmodat:delay_enter=500000 \
    "$BUILD/ssh-fast-gc" --ttl=0 >/dev/null 2>&1 3>&- &
  gc=$!
  other_exec "$TOOLS/hostile" swap "$NS/free" "$DIR/house" >"$T/hostile" &
  HOSTILE=$!
  wait_until is_gone_file "$NS/free"
  : >"$NS/used/$FRESH"
  wait "$gc" || :
  wait "$HOSTILE"
  grep -q ENOTEMPTY "$T/trace"
  diff <(echo "$before") <(all_of_others)
  [ "$(stat -c %u:%a "$NS/free.aside")" = "$OTHER:700" ]
}
