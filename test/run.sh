#!/usr/bin/env bash
# Runs the tests and ends with a line that counts them.
set -u
cd "$(dirname "$0")/.." || exit 2

output=$(mktemp)
trap 'rm -f "$output"' EXIT
if [ $# = 0 ]; then set -- test/*.bats; fi
files=()
for file in "$@"; do
  if [ -e "$file" ]; then files+=("$file"); else files+=("test/$file"); fi
done
filter=()
# Sanitizers make system calls, instructions and memory of their own, and link
# no static program: what counts or limits such things is tagged "unsanitized"
# (# bats test_tags=unsanitized, or file_tags), and left out for them.
if [ -n "${SANITIZED:-}" ]; then filter=(--filter-tags '!unsanitized'); fi
export BATS_TEST_TIMEOUT="${BATS_TEST_TIMEOUT:-180}"
bats --timing --tap "${filter[@]}" "${files[@]}" 2>&1 </dev/null | tee "$output"
status=${PIPESTATUS[0]}
planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$output" | tail -n 1)
passed=$(grep -c '^ok ' "$output")
failed=$(grep -c '^not ok ' "$output")
skipped=$(grep -c '^ok .*# skip' "$output")
# Tests that never ran have not passed, whatever ended them.
missing=$((${planned:-0} - passed - failed))
if [ "$missing" -gt 0 ]; then failed=$((failed + missing)); fi
if [ "$status" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
if [ "$skipped" -gt 0 ]; then
  echo "$((passed - skipped)) passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
