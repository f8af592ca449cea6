#!/usr/bin/env bats
# Death and failure at the system calls of every kind of run, one after the
# other. The points are counted, not listed: FAULTS_STEP=1 (make faults) tries
# all of them, make check one in FAULTS_STEP.

load ../lib/helper

# bats file_tags=unsanitized

setup_file() {
  make_dir
  start_sshd
  : >"$BUILD/faults.tsv"
}
setup() {
  new_root
  OUT=$BATS_TEST_TMPDIR
  HOLDER=
}
teardown() {
  if [ -n "$HOLDER" ]; then kill -KILL "$HOLDER" || :; fi
  end_masters
}
STEP=${FAULTS_STEP:-61}

# The pids of this root's masters.
masters() { masters_below "$ROOT"; }
have_ended() {
  local pid
  for pid; do ended "$pid" || return 1; done
}
end_masters() {
  local pids
  pids=$(masters)
  # shellcheck disable=SC2086 # a list
  if [ -n "$pids" ]; then kill $pids || :; fi
  # shellcheck disable=SC2086
  wait_until have_ended $pids
}

# What a run finds before it, by the name of the scenario.
before_first() {
  end_masters
  rm -rf "$ROOT"
}
before_cold() {
  be_warm
  end_masters
}
before_warm() { be_warm; }
before_native() { be_warm; }
before_background() { be_warm; }
before_gc() {
  be_warm
  touch -d '1 hour ago' "$ROOT"/*/c/*
}
before_ls() { be_warm; }
before_leftover() {
  local file
  be_warm
  # There are more namespaces once a configuration could not be read.
  file=$(find "$ROOT"/*/free -type f -print -quit)
  mv "$file" "${file%/free/*}/used/"
}
before_dead() {
  local pids
  be_warm
  pids=$(masters | grep -vx "${HELD_MASTER:-0}")
  # shellcheck disable=SC2086
  kill -KILL $pids
  # shellcheck disable=SC2086
  wait_until have_ended $pids
}
be_warm() {
  if [ "$(free_names)" = 0 ] || [ -z "$(masters)" ]; then
    fast host true
    wait_until nothing_is_held
  fi
}

# A session that nobody else may get at: its lock file, connection and master.
hold_one() {
  wait_until is_released
  # shellcheck disable=SC2016 # for the far side
  fast_exec host 'echo "$SSH_CONNECTION"; sleep 7200' >"$OUT/held" &
  HOLDER=$!
  wait_until has_content "$OUT/held"
  HELD=$(find "$ROOT"/*/used -type f)
  HELD_MASTER=$(masters)
}
# By a descriptor: by name, flock(1) makes a file that has just been moved.
lock_is_free() { flock -n 9 9<"$1"; }
is_held() {
  [ -z "$HOLDER" ] ||
    { [ -e "$HELD" ] && ! lock_is_free "$HELD"; }
}
# Of all names in used/, only that one's lock is anybody's.
nothing_is_held() {
  local file
  for file in "$ROOT"/*/used/s*; do
    [ "$file" = "${HELD:-}" ] || lock_is_free "$file" ||
      [ ! -e "$file" ] || return 1
  done
}

# The command of the scenario; ends as it does.
# shellcheck disable=SC2016 # for the far side
run_first() { "$@" -F "$DIR/config" host 'echo "$SSH_CONNECTION"'; }
run_cold() { run_first "$@"; }
run_warm() { run_first "$@"; }
run_leftover() { run_first "$@"; }
run_dead() { run_first "$@"; }
run_native() { run_first "$@" --client=native; }
run_background() { "$@" -f -F "$DIR/config" host true; }
run_gc() { "$@" --ttl=0; }
run_ls() { "$@" -l --probe=native; }

# fault SCENARIO SUBJECT MODE [OPTION...]: one run of it, with its output.
fault() {
  local scenario=$1 program=$SSH_FAST
  case $scenario in gc | ls) program=$BUILD/ssh-fast-$scenario ;; esac
  "before_$scenario"
  status=0
  "run_$scenario" "$TOOLS/fault" "$2" "$3" "$OUT/report" "$program" "${@:4}" \
    >"$OUT/out" 2>"$OUT/err" </dev/null || status=$?
  read -r COUNTED NUMBER ERROR VICTIM <"$OUT/report"
  : "$VICTIM"
}

# What must hold after any fault.
all_is_well() {
  is_held || {
    echo "the held lease is not: $HELD of $HOLDER" >&2
    ps -o pid,stat,args "$HOLDER" >&2
    find "$ROOT" -ls >&2
    return 1
  }
  if [ -n "$HOLDER" ]; then
    run -1 grep -qxF -f "$OUT/held" "$OUT/out"
    run -1 ended "$HELD_MASTER"
  fi
  run -0 --separate-stderr fast host 'echo "$SSH_CONNECTION"'
  [ -n "$output" ] || return 1
  [ ! -s "$OUT/held" ] || [ "$output" != "$(cat "$OUT/held")" ]
  wait_until nothing_is_held
}

# A failed call: ssh runs nevertheless, or --strict says why not.
run_is_well() {
  local scenario=$1 strict=$2
  case $scenario in
  gc | ls)
    [ "$status" = 0 ] || { [ "$status" -le 2 ] || [ "$status" = 255 ]; } && {
      [ "$status" = 0 ] || grep -q "^ssh-fast-$scenario: cannot " "$OUT/err"
    }
    ;;
  *)
    if [ "$status" = 255 ] && [ -n "$strict" ]; then
      grep -q '^ssh-fast: cannot ' "$OUT/err"
    elif [ "$status" = 255 ] && grep -q '^ssh-fast: cannot run ' "$OUT/err"; then
      # Where ssh itself cannot be run, there is nothing else to do.
      :
    elif [ "$status$scenario" = 255native ] &&
      grep -qE '^ssh-fast: cannot go on with the session .*/[Oo](utput)? error$' "$OUT/err"; then
      # Nor where the master cannot be heard any more: it runs over there.
      :
    else
      [ "$status" = 0 ] &&
        { [ "$scenario" = background ] || [ -s "$OUT/out" ]; }
    fi
    ;;
  esac
}

# try_all SCENARIO SUBJECT LEAST: its points, at least so many, both ways.
try_all() {
  local scenario=$1 subject=$2 least=$3 step=$STEP
  local count at killed=0 failed=0 strict
  fault "$scenario" "$subject" count
  count=$COUNTED
  [ "$status" = 0 ] && [ "$count" -ge "$least" ]
  # Most calls of ls are about other processes of the machine.
  if [ "$step" -gt 1 ] && [ "$step" -lt $((count / 4)) ]; then
    step=$((count / 4))
  fi
  # A different first point for each, so that not all begin alike.
  for ((at = 1 + ${#scenario} % step; at <= count; at += step)); do
    fault "$scenario" "$subject" "kill=$at"
    all_is_well || {
      echo "killed at $at of $count: call $NUMBER" >&2
      return 1
    }
    if [ "$ERROR" = -1 ]; then killed=$((killed + 1)); fi

    strict=
    case $scenario in
    gc | ls) ;;
    *) if [ $((at % 2)) = 0 ]; then strict=--strict; fi ;;
    esac
    # shellcheck disable=SC2086 # none or one
    fault "$scenario" "$subject" "fail=$at:$((at / step))" $strict
    run_is_well "$scenario" "$strict" && all_is_well || {
      echo "failed at $at of $count: call $NUMBER, errno $ERROR," \
        "status $status $strict" >&2
      cat "$OUT/out" "$OUT/err" >&2
      return 1
    }
    if [ "$ERROR" != 0 ]; then failed=$((failed + 1)); fi
  done
  printf '%s\t%s\t%s\t%s\t%s\n' "$scenario" "$subject" "$count" "$killed" \
    "$failed" >>"$BUILD/faults.tsv"
  echo "# $scenario, $subject: $count calls; killed at $killed," \
    "failed at $failed" >&3
  [ "$killed" -ge $((count / step / 2)) ]
}

# Nothing is left for good: gc finds all of it.
all_goes() {
  if [ -n "$HOLDER" ]; then
    kill "$HOLDER"
    wait "$HOLDER" || :
    HOLDER=
  fi
  HELD=
  end_masters
  wait_until nothing_is_held
  gc --ttl=0 && no_namespace_is_left || {
    find "$ROOT" -ls >&2
    return 1
  }
}

@test "the first run of all" {
  try_all first main 100
  all_goes
}

@test "a cold run" {
  try_all cold main 40
  all_goes
}

@test "a warm run" {
  fast host true
  hold_one
  try_all warm main 40
  all_goes
}

@test "a warm run with the native client" {
  fast host true
  hold_one
  try_all native main 40
  all_goes
}

@test "a run that salvages a leftover" {
  fast host true
  hold_one
  try_all leftover main 40
  all_goes
}

@test "a run that meets a dead master" {
  fast host true
  hold_one
  try_all dead main 40
  all_goes
}

@test "a run that goes to the background" {
  fast host true
  hold_one
  try_all background main 40
  all_goes
}

@test "the keeper" {
  export SSH_FAST_CLIENT=ssh
  fast host true
  hold_one
  try_all warm keeper 20
  all_goes
}

@test "a keeper is killed while its ssh lives: nobody else gets the master" {
  local at count tracer ssh mine
  fast host true
  wait_until nothing_is_held
  fault warm keeper count
  count=$COUNTED
  for ((at = 1; at <= count; at += STEP > 1 ? 9 : 1)); do
    : >"$OUT/mine"
    # shellcheck disable=SC2016 # for the far side
    "$TOOLS/fault" keeper "kill=$at" "$OUT/report" "$SSH_FAST" \
      -F "$DIR/config" host 'echo "$SSH_CONNECTION"; sleep 7200' \
      >"$OUT/mine" 3>&- &
    tracer=$!
    wait_until has_content "$OUT/mine"
    mine=$(cat "$OUT/mine")
    ssh=$(pgrep -P "$tracer" -x ssh)
    # shellcheck disable=SC2016
    run -0 --separate-stderr fast host 'echo "$SSH_CONNECTION"'
    [ -n "$output" ] && [ "$output" != "$mine" ] || {
      echo "killed at $at of $count" >&2
      kill "$ssh"
      return 1
    }
    kill "$ssh"
    wait "$tracer" || :
    wait_until nothing_is_held
  done
  all_goes
}

@test "gc" {
  fast host true
  hold_one
  try_all gc main 30
  all_goes
}

@test "ls" {
  fast host true
  hold_one
  try_all ls main 30
  all_goes
}

@test "a socket that cannot be looked at keeps its name" {
  local calls path user
  # The last look is the release's.
  strace -o "$OUT/trace" -e trace=newfstatat "$TOOLS/lease-user" "$ROOT" t 1 \
    </dev/null >/dev/null
  calls=$(grep -c '^newfstatat' "$OUT/trace")
  mkfifo "$OUT/end"
  : >"$OUT/path"
  strace -o /dev/null -e "inject=newfstatat:error=ENOMEM:when=$calls" \
    "$TOOLS/lease-user" "$ROOT" t 1 <"$OUT/end" >"$OUT/path" 3>&- &
  user=$!
  exec 4>"$OUT/end"
  wait_until has_content "$OUT/path"
  path=$(cut -d' ' -f2 "$OUT/path")
  "$TOOLS/odd-master" silent "$path" >"$OUT/odd" 3>&- 4>&- &
  wait_until has_content "$OUT/odd"
  exec 4>&-
  wait "$user"
  kill %%
  [ -e "${path/\/c\///free/}" ]
}

@test "the native client waits for memory rather than give up its session" {
  local when before
  be_warm
  before=$(logins)
  for when in 1 2 2..5; do
    run --separate-stderr strace -o "$OUT/trace" \
      -e "inject=ppoll:error=ENOMEM:when=$when" \
      "$SSH_FAST" --client=native -F "$DIR/config" host 'sleep 0.2; echo fine; exit 3'
    [ "$status $output $stderr" = '3 fine ' ]
    grep -q 'ppoll.*INJECTED' "$OUT/trace"
    wait_until nothing_is_held
  done
  [ "$(logins)" = "$before" ]
}

@test "a client killed a moment ago does not cost the master" {
  local at before
  be_warm
  fault warm main count
  # In front of the exec: the last of its own calls.
  at=$COUNTED
  before=$(logins)
  for _ in {1..10}; do
    fault native main "kill=$((at - 1))"
    fast host true
    wait_until nothing_is_held
  done
  [ "$(logins)" = "$before" ]
}

a_name_is_free() { [ "$(free_names)" = 1 ]; }
@test "whether a leftover is in use cannot be found out: it is left alone" {
  local name socket nth
  be_warm
  name=$(find "$ROOT"/*/free -type f -printf '%f\n')
  socket=$(socket_of)
  # shellcheck disable=SC2016 # for the far side
  plain_exec -S "$socket" host 'echo "$SSH_CONNECTION"; sleep 7200' >"$OUT/held" &
  HOLDER=$!
  wait_until has_content "$OUT/held"
  mv "$ROOT"/*/free/"$name" "$ROOT"/*/used/
  # The kernel is asked through one of the sockets that a run opens: which one,
  # a run tells whose question is answered. Its own lease is then taken away.
  strace -o "$OUT/trace" -e trace=socket "$SSH_FAST" -F "$DIR/config" host true
  nth=$(grep -n '^socket(AF_NETLINK' "$OUT/trace" | head -n 1 | cut -d: -f1)
  wait_until a_name_is_free
  rm -f "$ROOT"/*/free/* "$ROOT"/*/last
  # shellcheck disable=SC2016
  run -0 --separate-stderr strace -o "$OUT/trace" -e trace=socket \
    -e "inject=socket:error=EMFILE:when=$nth" \
    "$SSH_FAST" -F "$DIR/config" host 'echo "$SSH_CONNECTION"'
  [ -n "$output" ]
  [ "$output" != "$(cat "$OUT/held")" ]
  grep -q '^socket(AF_NETLINK.*INJECTED' "$OUT/trace"
}
