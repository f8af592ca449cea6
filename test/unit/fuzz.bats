#!/usr/bin/env bats
# Inputs that are not quite right, for all that reads what others have written:
# those that fuzzers start from (test/fuzz/corpus), and some that are made up
# of them, under AddressSanitizer and UndefinedBehaviorSanitizer. "make fuzz"
# looks for more.

load ../lib/helper

# replay NAME COUNT: a fuzzer's inputs, and so many that it makes up.
replay() {
  export TMPDIR=$BATS_TEST_TMPDIR
  run "$TOOLS/replay-$1" "$TOP/test/fuzz/corpus/$1" "$2"
  [ "$status" = 0 ] && [ "$output" = "nothing found" ] || {
    echo "$output" >&2
    return 1
  }
}

@test "command lines: what ssh finds in them is found" { replay arguments 1000; }
@test "configurations: reading ends, and no two are taken for one" { replay config 500; }
@test "records: written, they are read as they were" { replay record 500; }
@test "lock files and hints: their numbers and names, or nothing" { replay holder 2000; }
@test "100,000 messages that are not quite right confuse no reader" { replay messages 100000; }

@test "escapes: typed in any pieces, they mean what they mean to ssh" { replay escape 100000; }

@test "every fuzzer is replayed, and has inputs to start from" {
  local file name
  for file in "$TOP"/test/fuzz/*.c; do
    name=$(basename "$file" .c)
    grep -q "{ replay $name " "$BATS_TEST_FILENAME"
    [ -n "$(ls "$TOP/test/fuzz/corpus/$name")" ]
  done
}
