#!/usr/bin/env bash
# What the compiler does not see. Tools that are missing are named: no check
# is skipped in silence. With --rules only what is this tree's own, which takes
# a second; the tests run that.
set -u
cd "$(dirname "$0")/.." || exit 2
failed=0
complain() {
  echo "lint: $*" >&2
  failed=1
}

tools() {
  for tool in cppcheck clang-tidy clang-format shellcheck nm; do
    command -v "$tool" >/dev/null || complain "$tool is not installed"
  done
  [ "$failed" = 0 ] || return

  mapfile -t sources < <(git ls-files 'cmd/*.[ch]' 'lib/*.[ch]' 'test/*.c')
  mapfile -t c_files < <(git ls-files 'cmd/*.c' 'lib/*.c')
  mapfile -t scripts < <(git ls-files 'test/*.sh' 'test/*.bash' .ci/run .deb/build.sh completions/ssh-fast.bash)
  defines=(-D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 '-DSSH_FAST_VERSION="0"')

  clang-format --dry-run -Werror "${sources[@]}" ||
    complain "the formatter would change something"
  cppcheck --quiet --error-exitcode=1 --std=c11 \
    --enable=warning,portability,performance --inline-suppr \
    --suppress=missingIncludeSystem "${defines[@]}" -Ilib -Icmd -Ilib/library "${c_files[@]}" ||
    complain "cppcheck"
  # shellcheck disable=SC2016 # the inner shell's
  printf '%s\n' "${c_files[@]}" | xargs -P "$(nproc)" -n 5 sh -c 'clang-tidy --quiet \
    --warnings-as-errors="*" "$@" -- -std=c11 '"$(printf "'%s' " "${defines[@]}")"' \
    -Ilib -Icmd -Ilib/library 2>/dev/null' sh || complain "clang-tidy"
  shellcheck -x "${scripts[@]}" || complain "shellcheck"
  shellcheck -s sh cmd/examples/*.sh || complain "shellcheck"
}
[ "${1:-}" = --rules ] || tools

# The library prints nothing and never ends the process.
if git grep -nE '\b(printf|fprintf|puts|perror|exit)\(' -- 'lib/*.c' | grep -v '_exit('; then
  complain "lib/ prints or exits"
fi
# Close-on-exec is the default.
# Each call with all its arguments, on a line.
calls() {
  git ls-files -z 'lib/*.c' 'cmd/*.c' | xargs -0 grep -HPzo \
    '(?<![\w>.])(open|openat|socket|socketpair|pipe|accept|dup|fopen)\((?:[^()]|\([^()]*\))*\)' |
    tr '\n\0' ' \n'
}
if calls | grep -vE 'CLOEXEC|fopen\(.*"[a-z]*e"\)|open\(2\)'; then
  complain "a descriptor without close-on-exec"
fi
# What a library file exports begins with its name.
objects=()
for file in $(git ls-files 'lib/*.c' | grep -v '^lib/health/'); do
  object=${BUILD:-build}/${file%.c}.o
  [[ "$file" != lib/library/* ]] || object=${BUILD:-build}/library/${file%.c}.o
  objects+=("$object")
  [ "$object" -nt "$file" ] || complain "$object is missing or old: make it first"
done
nm -A --defined-only -g "${objects[@]}" | awk '{
  file = $1; sub(/\.o:.*/, "", file); sub(/.*\//, "", file)
  prefix = file ~ /^linux_/ ? "platform" : file
  if (index($NF, prefix "_") != 1) {print file ".o exports " $NF; bad = 1}
} END {exit bad}' || complain "a name that does not begin with that of its file"
# Functions of a screenful, files that can be read at once.
mapfile -t readable < <(git ls-files 'cmd/*.[ch]' 'lib/*.[ch]' 'test/*.[ch]' 'test/*.sh')
awk 'function end_file() {if (last > 400) {print name ": " last " lines"; bad = 1}}
  FNR == 1 {end_file(); name = FILENAME; inside = 0} {last = FNR}
  /^{/ {inside = FNR} /^}/ {
    if (inside && FNR - inside > 60) {print FILENAME ":" inside ": " FNR - inside " lines"; bad = 1}
    inside = 0} END {end_file(); exit bad}' "${readable[@]}" || complain "a function or a file is too long"
[ "$(wc -l <GNUmakefile)" -lt 150 ] || complain "GNUmakefile has 150 lines or more"
# A bare ! cannot fail in bats; a fixed sleep is luck.
if git grep -nE '^[[:space:]]+! ' -- '*.bats'; then complain "a bare ! in bats"; fi
if git grep -nE '^@test ".{72,}" \{' -- '*.bats'; then complain "a title of 72 characters or more"; fi
[ "$failed" = 1 ] || [ $# -gt 0 ] || echo "lint: nothing to complain of"
exit "$failed"
