#!/usr/bin/env bats
# The tests clean up after themselves, whatever has failed in them.

load ../lib/helper

setup() { OUT=$BATS_TEST_TMPDIR; }

# run_file LINE...: a file with one test of these lines, as make check runs it.
# Its suite's folder is in SUITE_OF.
run_file() {
  local variable
  printf '%s\n' 'load "$TOP/test/lib/helper"' 'setup_file() { make_dir; start_sshd; }' 'export SSH_FAST_CLIENT=ssh' 'setup() { new_root; }' \
    '@test "it" {' 'echo "$SUITE" >"$SUITE_OF"' "$@" '}' >"$OUT/it.bats"
  for variable in $(compgen -e BATS_); do
    case $variable in BATS_LIBEXEC | BATS_TEST_DIRNAME) ;; *) unset "$variable" ;; esac
  done
  SUITE_OF=$OUT/suite TOP=$TOP bash "$TOP/test/run.sh" "$OUT/it.bats" 2>&1
}
# Nothing is left of that run, though its suite has not seen it.
is_clean() {
  [ -s "$OUT/suite" ] && has_none_of "$(cat "$OUT/suite")" && [ ! -e "$(cat "$OUT/suite")" ]
}

@test "a failed test that leaves stopped and stubborn processes leaves none" {
  # shellcheck disable=SC2016 # the inner test's
  run run_file 'start_session' 'stop "$SSH" "$(master_pid "$(socket_of)")"' \
    '(trap "" TERM HUP INT; exec sleep 600) 3>&- &' 'false'
  [ "$status" = 1 ]
  # The test alone is red, neither its file's end nor the suite's.
  [[ "$output" == *"not ok 1 it in "* ]]
  [ "$(grep -c '^not ok' <<<"$output")" = 1 ]
  is_clean
}

@test "far commands that outlive their session end with the file" {
  # shellcheck disable=SC2016 # the inner test's
  run run_file 'SSH_FAST_CLIENT=ssh fast_exec host "echo here; sleep 600" >"$BATS_TEST_TMPDIR/out" &' \
    'wait_until has_content "$BATS_TEST_TMPDIR/out"' 'kill -KILL $!' 'wait $! || :' 'wait_until is_released'
  [ "$status" = 0 ]
  is_clean
}

@test "a test that passes and leaves a process is told, and fails its file" {
  run run_file '(exec -a left_over sleep 600) >/dev/null 2>&1 3>&- &'
  [ "$status" = 1 ]
  [[ "$output" == *"ok 1 it in "* ]]
  [[ "$output" == *"# left behind: "*" left_over 600"* ]]
  is_clean
}
