#!/usr/bin/env bats
# --warm brings masters up, --stop has them end.

load ../lib/helper

setup_file() { make_dir; start_sshd; }
teardown_file() { stop_sshd; }
setup() {
  new_root
  BEFORE=$(logins)
}
teardown() { [ -z "${SESSION:-}" ] || { kill "$SESSION" && wait "$SESSION" || :; }; }
new_logins() { echo $(($(logins) - BEFORE)); }
warm() { "$SSH_FAST" "$1" -F "$DIR/config" "${@:2}" </dev/null; }

@test "--warm leaves that many idle masters, and logs in no more often" {
  run warm --warm host
  [ "$status" = 0 ]
  [ -z "$output" ]
  [ "$(free_names) $(used_names)" = "1 0" ]
  warm --warm=3 host
  [ "$(free_names) $(used_names)" = "3 0" ]
  warm --warm=2 host
  fast host true </dev/null
  [ "$(new_logins)" = 3 ]
  SSH_FAST_SLOTS=4 warm --warm=3 host
  [ "$(new_logins)" = 4 ]
}

@test "--stop ends idle masters at once, and others after their sessions" {
  local fifo
  mkfifo "$BATS_TEST_TMPDIR/in"
  exec {fifo}<>"$BATS_TEST_TMPDIR/in"
  warm --warm=3 host
  fast_exec host 'read line; echo $line' <&"$fifo" >"$BATS_TEST_TMPDIR/out" &
  SESSION=$!
  wait_until one_is_used
  run "$SSH_FAST" --stop -F "$DIR/config" host
  [ "$status" = 0 ]
  [ -z "$output" ]
  # The lock files of the idle ones are gone with them.
  [ "$(free_names) $(used_names)" = "0 1" ]
  [ -e "/proc/$SESSION" ]
  fast host true </dev/null
  [ "$(new_logins)" = 4 ]
  warm --stop host
  echo fine >&"$fifo"
  exec {fifo}>&-
  wait "$SESSION"
  SESSION=
  [ "$(cat "$BATS_TEST_TMPDIR/out")" = fine ]
  # Where there is none, nothing is to be done.
  warm --stop host
  # And those of another pool go on.
  SSH_FAST_SLOTS=2 warm --warm host
  warm --stop host
  [ "$(SSH_FAST_SLOTS=2 decision_of -F "$DIR/config" host)" = 'lease, warm: there is a free master to ask' ]
}

@test "what cannot be done is an error, and leaves nothing" {
  run -255 warm --warm host true
  [ "$output" = 'ssh-fast: cannot start masters of host: a command cannot be run as well' ]
  run -255 warm --warm -N host
  [[ "$output" == 'ssh-fast: cannot start masters of host: -N '* ]]
  run -255 warm --stop -N host
  [[ "$output" == 'ssh-fast: cannot stop masters of host: -N '* ]]
  run -255 warm --warm
  [[ "$output" == 'ssh-fast: cannot start masters of no destination'* ]]
  run -255 warm --warm=0 host
  run -255 warm --warm -o PubkeyAuthentication=no -o BatchMode=yes host
  [[ "$output" == *'Permission denied'* ]]
  [ "$(new_logins)" = 0 ]
  [ "$(find "$ROOT" -path '*/used/*')" = "" ]
}

@test "only the first login may ask" {
  strace -f -qq -e trace=execve -o "$BATS_TEST_TMPDIR/trace" \
    "$SSH_FAST" --warm=2 --persist=1 -F "$DIR/config" host </dev/null
  [ "$(grep -c 'execve.*"-MNTf"' "$BATS_TEST_TMPDIR/trace")" = 2 ]
  [ "$(grep -c 'execve.*"-MNTf".*"-oBatchMode=yes"' "$BATS_TEST_TMPDIR/trace")" = 1 ]
}
