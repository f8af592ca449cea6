#!/usr/bin/env bash
# Tests of the tests: puts each fault of test/seeds into a copy of the tree, in
# turn, and shows which tests go red for it. A fault that nothing sees is a
# missing test, and fails. Arguments: the seeds to try, else all; --fit in front
# only shows that each still changes the file that it is for.
#
# A seed: a line that tells what is wrong, "file FILE", "tests FILE...", perhaps
# "only REGEX" (a test by its name, where running all of them takes long), perhaps
# "hangs yes", where a test that runs into its limit counts as red (elsewhere
# the machine may just be slow), and a script for sed -E that must change the
# file.
set -u
cd "$(dirname "$0")/.." || exit 2

build=${BUILD:-build}
copy=$(mktemp -d "${TMPDIR:-/tmp}/sf-checks.XXXXXX")
trap 'rm -rf "$copy"' EXIT

export BATS_TEST_TIMEOUT=${BATS_TEST_TIMEOUT:-40}

field() { sed -n "s/^$2 //p" "$1"; }

# fits SEED: makes its script, and what the script makes of the file.
fits() {
  local file only tests=()
  only=$(field "$1" only)
  read -ra tests <<<"$(field "$1" tests)"
  if ! sed -n 's/^@test "\(.*\)" {$/\1/p' "${tests[@]/#/test/}" | grep -qE -e "$only"; then
    echo "the fault $(basename "$1") has no test of the name $only in ${tests[*]}"
    return 1
  fi
  file=$(field "$1" file)
  sed -E '/^(#|file |tests |only |hangs )/d' "$1" >"$copy/script"
  sed -E -f "$copy/script" "$file" >"$copy/changed" && ! cmp -s "$file" "$copy/changed" && return
  echo "the fault $(basename "$1") does not fit $file any more"
  return 1
}

plant() {
  local seed=$1
  fits "$seed" || return 1
  rm -rf "$copy/tree"
  mkdir "$copy/tree"
  git ls-files -z | xargs -0 cp --parents -P -t "$copy/tree"
  cp -rp "$build" "$copy/tree/build"
  cat "$copy/changed" >"$copy/tree/$(field "$seed" file)"
}

seen=0 unseen=0
try() {
  local seed=$1 red
  if ! plant "$seed"; then return 1; fi
  env -u BUILD ONLY="$(field "$seed" only)" make -C "$copy/tree" check CHECK="$(field "$seed" tests)" \
    >"$copy/output" 2>&1 </dev/null
  red=$(grep -E '^not ok ' "$copy/output" |
    if [ -n "$(field "$seed" hangs)" ]; then cat; else grep -v '# timeout'; fi |
    sed -E 's/^not ok [0-9]+ //; s/ in [0-9]+ms$//; s/^/    /' | sort -u)
  if [ -n "$red" ]; then
    echo "$red"
  else
    tail -n 5 "$copy/output"
    echo "    nothing saw it"
    return 1
  fi
}

if [ "${1:-}" = --fit ]; then
  status=0
  for seed in test/seeds/*; do fits "$seed" || status=1; done
  exit "$status"
fi
[ -x "$build/ssh-fast" ] || { echo "make it first" >&2; exit 2; }
if [ $# = 0 ]; then set -- test/seeds/*; fi
for seed in "$@"; do
  [ -e "$seed" ] || seed=test/seeds/$seed
  echo "$(basename "$seed"): $(sed -n '1s/^# //p' "$seed")"
  if try "$seed"; then seen=$((seen + 1)); else unseen=$((unseen + 1)); fi
done
echo "$seen passed, $unseen failed"
[ "$unseen" = 0 ]
