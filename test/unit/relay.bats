#!/usr/bin/env bats
# What moves bytes between a session's pipes and the user's descriptors.

load ../lib/helper

@test "a relay of each kind: all arrives, nothing waits, no flag is left" {
  run "$TOOLS/relay-cases"
  [ "$output" = done ]
  [ "$status" = 0 ]
}
