#!/usr/bin/env bash
# fuzz.sh NAME...: each of these fuzzers for FUZZ_SECONDS. What they learn stays
# in $BUILD/fuzz/NAME for the next time, what they find beside it.
set -u
cd "$(dirname "$0")/.." || exit 2
build=${BUILD:-build}
# In memory, where there is such a place: most of them write files.
if [ -w /dev/shm ]; then TMPDIR=/dev/shm; fi
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/fuzz.XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
failed=0
table=
for name; do
  learnt=$build/fuzz/$name
  mkdir -p "$learnt"
  "$build/test/fuzz-$name" -max_total_time="${FUZZ_SECONDS:-60}" -max_len=16384 \
    -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="$learnt-" "$learnt" "test/fuzz/corpus/$name" \
    >"$learnt.log" 2>&1 </dev/null || {
    failed=1
    tail -n 60 "$learnt.log" >&2
  }
  count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$learnt.log")
  table+="$(printf '%-12s %12s executions' "$name" "${count:-?}")"$'\n'
done
printf '%s' "$table"
exit "$failed"
