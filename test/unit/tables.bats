#!/usr/bin/env bats
# The parsers, the holder's line and the protocol, by tables: test/tools/tables.c.

load ../lib/helper

@test "each row of the tables of parsers is read as it should be" {
  run "$TOOLS/tables"
  [ "$status" = 0 ] || { echo "$output" >&2; return 1; }
  [ "${output%% rows*}" -ge 150 ]
}
