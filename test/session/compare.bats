#!/usr/bin/env bats
# The most telling cases of make compare, and that it sees what differs.
# bats file_tags=unsanitized

load ../lib/helper

compare() { BUILD=${BINARIES:-$BUILD} JOBS=${COMPARE_JOBS:-8} python3 "$TOP/test/compare/run.py" "$@"; }

# with NAME TEXT CASE: compares that case, as NAME, where what compare takes for
# ssh-fast is a script that begins with TEXT; in the background.
with() {
  mkdir "$BATS_TEST_TMPDIR/$1"
  printf '#!/bin/sh\n%s\nexec %s "$@"\n' "$2" "$(command -v ssh)" >"$BATS_TEST_TMPDIR/$1/ssh-fast"
  chmod 755 "$BATS_TEST_TMPDIR/$1/ssh-fast"
  BINARIES=$BATS_TEST_TMPDIR/$1 compare --ways=native-cold "$3" >"$BATS_TEST_TMPDIR/$1/output" 2>&1 3>&- &
  STARTED+=($!)
}
# said NAME PATTERN: and that it has failed.
said() {
  local output
  output=$(cat "$BATS_TEST_TMPDIR/$1/output")
  # shellcheck disable=SC2053 # a pattern
  [[ $output == $2 ]] && [[ $output == *$'\n1 passed, 1 failed' ]] || { echo "$1: $output"; return 1; }
}

@test "in the most telling cases cold and warm runs look like plain ssh" {
  local cases
  run compare --short
  echo "$output"
  [[ ${lines[-1]} =~ ^1[0-9][0-9]\ passed,\ [0-9]\ failed$ ]]
  # On a busy machine a case may be late. What differs once more is a fault.
  mapfile -t cases < <(sed -n 's/^\([a-z0-9/-]*\): [a-z-]*.*: plain: .*/\1/p' <<<"$output" | sort -u)
  if [ "$status" != 0 ]; then
    [ "${#cases[@]}" -ge 1 ]
    COMPARE_JOBS=1 run -0 compare --short "${cases[@]}"
  fi
}

@test "compare sees output, a status, modes, processes, slow runs and hangs" {
  with output 'echo more >&2' output-and-errors
  with status 'set -- -F none -p 1 127.0.0.1' here-document
  with late 'sleep 4' here-document
  with hang 'sleep 30' here-document
  with modes 'stty -echo' escape-first
  with left 'sleep 3 </dev/null >/dev/null 2>&1 &' here-document
  wait "${STARTED[@]}" || :
  said output 'output-and-errors: native-cold: stderr: plain: err* | ours: more*'
  said status 'here-document: native-cold: status: plain: 5 | ours: 255*'
  said late 'here-document: native-cold: time: plain: at once | ours: seconds*'
  said hang 'here-document: native-cold: status: plain: 5 | ours: hangs*'
  said modes 'escape-first: native-cold: *seen: *modes afterwards: *echo*'
  said left 'here-document: native-cold: left: plain: (nothing) | ours: sleep 3*'
}

@test "compare takes plain ssh for plain ssh, and has a name for each case" {
  run -0 compare --ways=plain-3,plain-4 here-document escape-first
  [ "${lines[-1]}" = '6 passed, 0 failed' ]
  run -1 compare no-such-case
  [ "$output" = 'compare: no case no-such-case' ]
  [ "$(compare --list | wc -l)" -ge 400 ]
  [ "$(compare --list --short | wc -l)" -ge 50 ]
}
