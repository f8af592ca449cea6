#!/usr/bin/env bats
# The namespace text: two inputs never have the same. "make pairs" tries many.

load ../lib/helper

@test "no two inputs have one text, and each is read back as it was" {
  run -0 "$TOOLS/text-pairs" "$(times 10000000 20000)"
  [[ "$output" == *" pairs, no two inputs with one text" ]]
}
