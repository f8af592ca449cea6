#!/usr/bin/env bats
# ssh-fast's own options and variables, its names, and how it finds ssh.

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() { new_root; }

# refuses WORD ARGUMENT...: 255, nothing on stdout, a message with the word.
refuses() {
  local word=$1
  shift
  run --separate-stderr "$@" host true
  [ "$status" = 255 ] && [ -z "$output" ] && [[ "$stderr" == "ssh-fast: "*"$word"* ]] &&
    [ "$(wc -l <<<"$stderr")" = 1 ] || {
    echo "$*: $status $output $stderr" >&2
    return 1
  }
}

@test "bad options and values are errors that name them, never guessed at" {
  local option
  for option in --nonsense --prob --probes --verbos --root --root= --probe \
    --probe= --probe=fast --probe-timeout=0 --probe-timeout=-1 --probe-timeout=1x --probe-timeout=ms --probe-timeout=1mss --health=2sms --health=35m \
    --probe-timeout=60001 --probe-timeout=99999999999999999999 '--probe-timeout= 5' \
    --max-age=0 --max-age=never --max-age= --persist=0 --persist=x --persist=31536001 --persist=1y --persist=m --persist=1h-5 \
    --persist=1.5h '--persist=1h 5m' --persist=9999999999w --persist=0h0m --persist=53w --client=paramiko --strict=1 \
    --verbose=yes --no-touch=1 --ssh= --namespace= --touch; do
    refuses "$(sed 's/^\(--[a-z-]*\).*/\1/' <<<"$option")" "$SSH_FAST" "$option"
  done
  [ ! -e "$ROOT" ]
}

@test "bad values in variables are errors that name the variable" {
  local pair
  for pair in SSH_FAST_PROBE=fast SSH_FAST_PROBE_TIMEOUT=0 SSH_FAST_PERSIST=-1 SSH_FAST_MAX_AGE=0s \
    SSH_FAST_TOUCH=no SSH_FAST_STRICT=yes SSH_FAST_VERBOSE=2 \
    SSH_FAST_CLIENT=other; do
    refuses "${pair%%=*}" env "$pair" "$SSH_FAST"
  done
  # Set to nothing is not set.
  run env SSH_FAST_PROBE= SSH_FAST_STRICT= SSH_FAST_ROOT="$ROOT" "$SSH_FAST" -F "$DIR/config" host echo fine
  [ "$output" = fine ]
}

@test "every option has its variable, and the option wins" {
  run env SSH_FAST_PERSIST=5 "$SSH_FAST" --explain -F "$DIR/config" host
  [[ "$output" == *-oControlPersist=5* ]]
  run env SSH_FAST_PERSIST=5 "$SSH_FAST" --persist=6 --explain -F "$DIR/config" host
  [[ "$output" == *-oControlPersist=6* ]]
  # As ssh itself takes times, added up.
  run env SSH_FAST_PERSIST=10m "$SSH_FAST" --explain -F "$DIR/config" host
  [[ "$output" == *-oControlPersist=600* ]]
  run "$SSH_FAST" --persist=1W2d3H4m5 --max-age=none --explain -F "$DIR/config" host
  [[ "$output" == *-oControlPersist=788645* ]]
  # Milliseconds may have a unit.
  run env SSH_FAST_PROBE_TIMEOUT=1m "$SSH_FAST" --explain -F "$DIR/config" host
  [ "$status" = 0 ]
  run env SSH_FAST_HEALTH=1s500ms "$SSH_FAST" --probe-timeout=2S --health=500Ms --explain -F "$DIR/config" host
  [ "$status" = 0 ]
  run env SSH_FAST_ROOT="$DIR/x" "$SSH_FAST" --explain -F "$DIR/config" host
  [[ "$output" == *"folder: $DIR/x/"* ]]
  run env SSH_FAST_NAMESPACE=mine "$SSH_FAST" --explain -F "$DIR/config" host
  [[ "$output" == *$'namespace:\nmine\n'* ]]
  run env SSH_FAST_SSH="$TOOLS/stand-in" "$SSH_FAST" --explain -V
  [[ "$output" == *"command: $TOOLS/stand-in -V"* ]]
  run --separate-stderr env SSH_FAST_VERBOSE=1 "$SSH_FAST" -F "$DIR/config" host true
  [[ "$stderr" == *"ssh-fast: lease s"* ]]
  [ -z "$output" ]
  run env SSH_FAST_CLIENT=ssh SSH_FAST_PROBE=ssh SSH_FAST_PROBE_TIMEOUT=900 "$SSH_FAST" -F "$DIR/config" host echo fine
  [ "$output" = fine ]
  run env SSH_FAST_STRICT=1 SSH_FAST_ROOT=/proc/x "$SSH_FAST" -F "$DIR/config" host true
  [ "$status" = 255 ]
}

@test "options end at the first word that is none; what follows is ssh's" {
  run --separate-stderr "$SSH_FAST" -F "$DIR/config" host echo --verbose --strict --nonsense
  [ "$output" = "--verbose --strict --nonsense" ]
  [ -z "$stderr" ]
  run "$SSH_FAST" --strict -F "$DIR/config" -- host echo fine
  [ "$output" = fine ]
}

@test "--help and --version go to stdout, and fail where that is full" {
  run --separate-stderr "$SSH_FAST" --help
  [ "$status" = 0 ]
  [[ "$output" == "usage: ssh-fast "* ]]
  [ -z "$stderr" ]
  run --separate-stderr "$SSH_FAST" --version
  [ "$status" = 0 ]
  [[ "$output" =~ ^ssh-fast\ [0-9]+\.[0-9]+$ ]]
  run sh -c "'$SSH_FAST' --help >/dev/full"
  [ "$status" = 255 ]
  run sh -c "'$SSH_FAST' --version >/dev/full"
  [ "$status" = 255 ]
}

@test "--explain says what would be done, and makes and contacts nothing" {
  run --separate-stderr "$SSH_FAST" --explain -F "$DIR/config" host 'two words' "it's"
  [ "$status" = 0 ]
  [ -z "$stderr" ]
  [[ "$output" == *"decision: lease, cold"* ]]
  [[ "$output" == *"destination: host"* ]]
  [[ "$output" == *"-F $DIR/config host 'two words' 'it'\\''s'"* ]]
  [ ! -e "$ROOT" ]
  # Not even the log that ssh -G would open.
  "$SSH_FAST" --explain -E "$BATS_TEST_TMPDIR/log" -F "$DIR/config" host >/dev/null
  [ ! -e "$BATS_TEST_TMPDIR/log" ]
  fast host true
  wait_until is_released
  local before
  before=$(logins)
  strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=connect,renameat2,mkdirat,unlinkat,flock \
    "$SSH_FAST" --explain -F "$DIR/config" host >"$BATS_TEST_TMPDIR/out"
  grep -q 'decision: lease, warm' "$BATS_TEST_TMPDIR/out"
  [ "$(grep -c 'connect(\|renameat2(\|mkdirat(\|unlinkat(\|LOCK_EX' "$BATS_TEST_TMPDIR/trace")" = 0 ]
  [ "$(logins)" = "$before" ]
  run "$SSH_FAST" --explain -V
  [[ "$output" == *"decision: plain ssh, -V only prints"* ]]
  run env SSH_FAST_ROOT=/proc/x/y "$SSH_FAST" --explain -F "$DIR/config" host
  [[ "$output" == *"cannot open /proc/x"* ]] || [[ "$output" == *"not made yet"* ]]
  run sh -c "'$SSH_FAST' --explain -V >/dev/full"
  [ "$status" = 255 ]
}

@test "--verbose speaks on stderr alone: lease, plain and why" {
  run --separate-stderr "$SSH_FAST" --verbose -F "$DIR/config" host echo fine
  [ "$output" = fine ]
  [[ "$stderr" == *"cold"* ]]
  wait_until is_released
  run --separate-stderr "$SSH_FAST" --verbose -F "$DIR/config" host echo fine
  [ "$output" = fine ]
  [[ "$stderr" == *"warm, master "*"probe"*" ms"* ]]
  run --separate-stderr "$SSH_FAST" --verbose -V
  [[ "$stderr" == *"ssh-fast: plain ssh: -V only prints"* ]]
}

@test "started as ssh, or under any other name, it does the same" {
  mkdir "$BATS_TEST_TMPDIR/bin"
  local name
  for name in ssh s; do
    ln -s "$SSH_FAST" "$BATS_TEST_TMPDIR/bin/$name"
    [ "$(PATH=$BATS_TEST_TMPDIR/bin:$PATH "$name" -F "$DIR/config" host echo fine)" = fine ]
    wait_until is_released
  done
  [ -n "$(find "$ROOT" -type s)" ]
  run bash -c "exec -a '' '$SSH_FAST' --version"
  [ "$status" = 0 ]
}

@test "the real ssh is the first in PATH that is no ssh-fast in any form" {
  local bin=$BATS_TEST_TMPDIR/bin
  mkdir "$bin" "$bin/link" "$bin/copy" "$bin/script" "$bin/folder" "$bin/folder/ssh" "$bin/plain"
  ln -s "$SSH_FAST" "$bin/link/ssh"
  cp "$SSH_FAST" "$bin/copy/ssh"
  printf '#!/bin/sh\nexec ssh-fast "$@"\n' >"$bin/script/ssh"
  : >"$bin/plain/ssh"
  chmod +x "$bin/script/ssh"
  run env PATH="$bin/link:$bin/copy:$bin/script:$bin/folder:$bin/plain:$bin/nowhere:/usr/bin" \
    "$bin/link/ssh" --explain -V
  [[ "$output" == *"command: /usr/bin/ssh -V"* ]]
  run env PATH="$bin/copy:$bin/link:/usr/bin" ssh -F "$DIR/config" host echo fine
  [ "$output" = fine ]
  run --separate-stderr env PATH="$bin/link:$bin/copy" "$SSH_FAST" host
  [ "$status" = 255 ]
  [[ "$stderr" == "ssh-fast: cannot find ssh: "* ]]
  refuses "$bin/copy/ssh" "$SSH_FAST" --ssh="$bin/copy/ssh"
  refuses /nonexistent "$SSH_FAST" --ssh=/nonexistent
  refuses "$bin" "$SSH_FAST" --ssh="$bin"
}

@test "a program that runs ssh-fast again is a loop that ends with a message" {
  local bin=$BATS_TEST_TMPDIR/bin
  mkdir "$bin" "$bin/back"
  ln -s "$SSH_FAST" "$bin/ssh"
  # A script that calls ssh, which is ssh-fast again.
  printf '#!/bin/sh\nexec ssh "$@"\n' >"$bin/back/wrapper"
  chmod +x "$bin/back/wrapper"
  PATH=$bin:$PATH SSH_FAST_SSH=$bin/back/wrapper run --separate-stderr timeout 20 ssh -V
  [ "$status" = 255 ]
  [[ "$stderr" == *"runs ssh-fast again"* ]]
  SSH_FAST_NAMESPACE=loop fast host true
  PATH=$bin:$PATH SSH_FAST_NAMESPACE=loop SSH_FAST_SSH=$bin/back/wrapper \
    run --separate-stderr timeout 20 ssh -F "$DIR/config" host true
  [ "$status" = 255 ]
  [[ "$stderr" == *"runs ssh-fast again"* ]]
  wait_until is_released
}

@test "a program that can be executed and not read is no trouble" {
  local bin=$BATS_TEST_TMPDIR/bin
  mkdir "$bin"
  cp /usr/bin/ssh "$bin/ssh"
  chmod 0111 "$bin/ssh"
  [ "$(PATH=$bin:$PATH fast host echo fine)" = fine ]
}

# bats test_tags=unsanitized
@test "own system calls before the exec: 100 at most, and one process" {
  # With an agent that holds five keys.
  eval "$(ssh-agent -s)" >/dev/null
  local key
  for key in 1 2 3 4 5; do
    ssh-keygen -q -t ed25519 -N '' -f "$BATS_TEST_TMPDIR/key$key"
    ssh-add -q "$BATS_TEST_TMPDIR/key$key"
  done
  sed '/IdentitiesOnly/d' "$DIR/config" >"$DIR/any-key"
  fast() { "$SSH_FAST" -F "$DIR/any-key" "$@"; }
  fast host true
  wait_until is_released
  # A keeper renames first and lets go then: whoever comes in between waits.
  wait_until flock -n "$(echo "$ROOT"/*/free/s*)" true
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin \
    strace -f -o "$BATS_TEST_TMPDIR/trace" "$SSH_FAST" --client=ssh -F "$DIR/any-key" host true
  kill "$SSH_AGENT_PID"
  local first calls
  first=$(awk '{print $1; exit}' "$BATS_TEST_TMPDIR/trace")
  calls=$(awk -v pid="$first" '$1 == pid {
      if (/execve\(/ && seen++) exit; if (!/resumed>/) count++ } END {print count}' \
    "$BATS_TEST_TMPDIR/trace")
  # A dynamic C library makes more before the program begins: what --version
  # makes, but for its write and its exit, is no call of ours.
  strace -f -o "$BATS_TEST_TMPDIR/start" "$SSH_FAST" --version
  calls=$((calls - $(wc -l <"$BATS_TEST_TMPDIR/start") + 2))
  echo "$calls system calls"
  [ "$calls" -gt 30 ]
  [ "$calls" -le 100 ]
  [ "$(awk -v pid="$first" '$1 == pid {if (/execve\(/ && seen++) exit; print}' \
    "$BATS_TEST_TMPDIR/trace" | grep -cE '(clone|clone3|fork|vfork)\(')" = 1 ]
}
