#!/usr/bin/env bash
# The tests again with programs that AddressSanitizer and
# UndefinedBehaviorSanitizer watch. Tests that are tagged "unsanitized" are
# left out: see test/run.sh.
set -u
cd "$(dirname "$0")/.." || exit 2
build=${BUILD:-build}/sanitized
mkdir -p "$build/test"
build=$(realpath "$build")
reports=$build/reports
rm -rf "$reports"
# Some tests are other users.
mkdir -m 1777 "$reports"
chmod 1777 "$reports"

flags="-fsanitize=address,undefined -fno-sanitize-recover=all"
cc -O1 -fPIE -Wall -Wextra -Werror "-DREPORTS=\"$reports\"" \
  -c -o "$build/options.o" test/sanitizers/options.c || exit 1
export BATS_TEST_TIMEOUT=${BATS_TEST_TIMEOUT:-600}
# On the command line, so that the makes which tests run inherit them.
SANITIZED=1 make -s CC=cc BUILD="$build" OPTIMISE="-O1 -g -fno-omit-frame-pointer" \
  CPPFLAGS=-DSTART_CHILD_BY_FORK CFLAGS="$flags" \
  LDFLAGS="$flags $build/options.o" CHECK="${CHECK:-}" check
status=$?
shopt -s nullglob
found=("$reports"/*)
if [ "${#found[@]}" -gt 0 ]; then
  head -n 40 "${found[@]}" >&2
  echo "sanitizers: ${#found[@]} reports in $reports" >&2
  exit 1
fi
echo "sanitizers: nothing to report"
exit "$status"
