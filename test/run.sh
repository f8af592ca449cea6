#!/usr/bin/env bash
# Runs the tests and ends with a line that counts them. Some files at a time run
# side by side, two for each core or JOBS: most of what a test does is to wait.
set -u
cd "$(dirname "$0")/.." || exit 2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ $# = 0 ]; then set -- test/*/*.bats; fi
# Each line of the queue is a file and the client to run it with. A file that
# says "# clients: ssh native auto" runs once with each of these.
for file in "$@"; do
  if [ ! -e "$file" ]; then file=test/$file; fi
  # A bare name serves while only one room has it.
  if [ ! -e "$file" ]; then file=$(echo test/*/"${file##*/}"); fi
  clients=${CLIENT:-$(sed -n 's/^# clients: //p' "$file")}
  for client in ${clients:-default}; do echo "$file $client"; done
done >"$work/files"
# What took longest the last time begins first, and what is new before that: so
# no lane is left with a long one at the end.
times=${BUILD:-build}/test-times
touch "$times"
awk 'FILENAME == ARGV[1] {took[$2 " " $3] = $1; next} {print ($0 in took ? took[$0] : 9999), $0}' \
  "$times" "$work/files" | sort -s -k1,1nr | cut -d' ' -f2- >"$work/queue"
# Makes that tests run have the variables of this one, but not its jobs.
MAKEFLAGS=$(sed -E 's/(^| )(-j[0-9]*|--jobserver-[a-z]+=[^ ]*)//g' <<<"${MAKEFLAGS:-}")
export MAKEFLAGS
filter=()
# Sanitizers make system calls, instructions and memory of their own, and link
# no static program: what counts or limits such things is tagged "unsanitized"
# (# bats test_tags=unsanitized, or file_tags), and left out for them.
if [ -n "${SANITIZED:-}" ]; then filter=(--filter-tags '!unsanitized'); fi
# ONLY=REGEX: the tests of that name.
if [ -n "${ONLY:-}" ]; then filter+=(--filter "$ONLY"); fi
export BATS_TEST_TIMEOUT="${BATS_TEST_TIMEOUT:-180}"

# The next file of the queue, for one lane alone.
next() {
  # shellcheck disable=SC2016 # the inner shell's
  flock "$work" sh -c 'head -n 1 "$1" && sed -i 1d "$1"' sh "$work/queue"
}
# run_bats FILE CLIENT
run_bats() {
  local client=()
  if [ "$2" != default ]; then client=("CLIENT=$2"); fi
  # What nohup, or a shell that runs this in the background, has ignored.
  env --default-signal=HUP,INT,QUIT,TERM "${client[@]}" bats --setup-suite-file test/lib/setup_suite.bash --timing --tap \
    "${filter[@]}" "$1" 2>&1 </dev/null || echo "$*" >>"$work/failed"
}
# judge OUTPUT FILE CLIENT: what passes has to leave no process behind; the end
# of a test that failed need not have come that far.
judge() {
  if grep -q '^# left behind: ' "$1" && ! grep -q '^not ok ' "$1"; then
    echo "${*:2}, left behind" >>"$work/failed"
  fi
}
# run_lane NUMBER: file after file; what one prints comes in one piece.
run_lane() {
  local file client began
  while read -r file client < <(next); do
    began=$SECONDS
    run_bats "$file" "$client" >"$work/lane$1"
    judge "$work/lane$1" "$file" "$client"
    echo "$((SECONDS - began)) $file $client" >>"$work/times"
    {
      echo "# $file, client $client"
      cat "$work/lane$1"
    } | flock "$work" tee -a "$work/output"
  done
}
lanes=()
if [ "$(wc -l <"$work/queue")" = 1 ]; then
  read -r file client < <(next)
  run_bats "$file" "$client" | tee "$work/output"
  judge "$work/output" "$file" "$client"
fi
for ((lane = 1; lane <= ${JOBS:-$(($(nproc) * 2))}; lane++)); do
  run_lane "$lane" &
  lanes+=($!)
done
wait "${lanes[@]}"
if [ -e "$work/times" ] && [ -z "${ONLY:-}" ]; then
  # The latest of each file and client.
  cat "$work/times" "$times" | awk '!seen[$2 $3]++' >"$work/merged" && cp "$work/merged" "$times"
fi

planned=$(awk -F'[.][.]' '/^1[.][.][0-9]+$/ {n += $2} END {print n + 0}' "$work/output")
passed=$(grep -c '^ok ' "$work/output")
failed=$(grep -c '^not ok ' "$work/output")
skipped=$(grep -c '^ok .*# skip' "$work/output")
# Tests that never ran have not passed, whatever ended them.
missing=$((${planned:-0} - passed - failed))
if [ "$missing" -gt 0 ]; then failed=$((failed + missing)); fi
if [ -e "$work/failed" ]; then
  echo "failed: $(paste -sd' ' "$work/failed")"
  if [ "$failed" = 0 ]; then failed=1; fi
fi
if [ "$skipped" -gt 0 ]; then
  echo "$((passed - skipped)) passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
