#!/usr/bin/env bats
# The model of the protocol: all that can happen, not what happens to.

load ../lib/helper

MODEL=$TOP/test/model
# Spin's files go below it, and nothing of them stays.
setup() { export TMPDIR=$BATS_TEST_TMPDIR; }
leaves_nothing() { [ "$(find "$BATS_TEST_TMPDIR" -mindepth 1 | wc -l)" = 0 ]; }

@test "no state breaks a promise: acquirers and gc, killed anywhere" {
  run "$MODEL/run.sh" gc removal
  [ "$status" = 0 ]
  [[ ${lines[0]} =~ ^"gc: "[0-9.e+]+" states, depth "[0-9]+", no error"$ ]]
  [[ ${lines[1]} =~ ^"removal: "[0-9.e+]+" states, depth "[0-9]+", no error"$ ]]
  [ "${#lines[@]}" = 2 ]
  leaves_nothing
}

@test "a rule left out is found" {
  run "$MODEL/run.sh" --without-rules R5 R7
  [ "$status" = 0 ]
  [ "$(grep -c '^without R[57], ' <<<"$output")" = 2 ]
  leaves_nothing
}

@test "a search that is cut short has shown nothing" {
  DEPTH=25 run "$MODEL/run.sh" gc
  [ "$status" = 1 ]
  [[ "$output" == *"gc: "*"depth too small"* ]]
  leaves_nothing
}

@test "each rule and each configuration of the model has its switch" {
  local rule
  for rule in 1 2 3 4 5 6 7 8; do
    grep -q "NO_R$rule\$" "$MODEL/lease.pml"
    grep -q "^R$rule " "$MODEL/run.sh"
  done
  [ "$("$MODEL/run.sh" --list | wc -l)" -ge 4 ]
  run "$MODEL/run.sh" nothing
  [ "$status" = 1 ]
}
