#!/usr/bin/env bats
# What is told in many places is the same in all of them: usage texts, man
# pages, README, and the completions of three shells, each asked for real.

load ../lib/helper

setup_file() {
  make_dir
  mkdir "$DIR/home" "$DIR/home/.ssh"
  printf 'Host alpha beta\nHost gamma\n' >"$DIR/home/.ssh/config"
  make -C "$TOP" -s install BUILD="$BUILD" DESTDIR="$DIR/root" PREFIX=/x >/dev/null
}
teardown_file() {
  chmod -R u+rwx "$DIR"
  rm -rf "$DIR"
}
setup() { OUT=$BATS_TEST_TMPDIR; }

# in_shell [NAME=VALUE...] COMMAND...: as a user who has ssh-fast installed.
in_shell() {
  env HOME="$DIR/home" PATH="$DIR/root/x/bin:$PATH" COMPLETE_DIR="$OUT" \
    COMPLETE_SHARE="$DIR/root/x/share" XDG_CACHE_HOME="$OUT" XDG_CONFIG_HOME="$OUT" \
    XDG_DATA_HOME="$OUT" XDG_DATA_DIRS="$DIR/root/x/share:/usr/share" "$@"
}
# completed SHELL LINE...: each line as the shell leaves it.
completed() { in_shell "$BATS_TEST_DIRNAME/complete.exp" "$@" | sed 's/ *$//'; }
in_fish() {
  local line
  for line; do
    # shellcheck disable=SC2016 # fish's own
    in_shell fish -c 'complete -C $argv[1]' -- "$line" | cut -f1 | sort -u | paste -sd' '
  done
}

page() { mandoc -Tascii "$1" | sed 's/.\x08//g'; }
section() { sed -n "/^$1\$/,/^[A-Z]/p"; }
# Options, one to a line, without their values.
words() { grep -oE -- '--?[A-Za-z][a-z-]*' | sort -u; }

# The options of PROGRAM, as each place has them.
in_help() { "$BIN/$1" --help | grep -oE '^  --?[A-Za-z][a-z-]*' | words; }
in_synopsis() { page "$MAN/$1.1" | section SYNOPSIS | grep -oE '[[| ]--?[A-Za-z][a-z-]*' | words; }
in_options() { page "$MAN/$1.1" | section OPTIONS | grep -oE '^     --?[A-Za-z][a-z-]*' | words; }
in_bash() { completed bash "$1 --" "$1 -" | cut -d' ' -f2- | own "$1"; }
in_zsh() { completed zsh "$1 --" "$1 -" | cut -d' ' -f2- | own "$1"; }
in_fishes() { in_fish "$1 --" "$1 -" | own "$1"; }
# ssh-fast's own begin with two dashes, behind one stand ssh's.
own() {
  if [ "$1" = ssh-fast ]; then tr ' ' '\n' | grep -E '^--' | words; else words; fi
}

# All places agree on what PROGRAM takes.
agree() {
  local place expected
  expected=$(in_help "$1")
  for place in in_synopsis in_options "${@:2}"; do
    # A test further down is skipped without these shells, and says so.
    case $place in
    in_zsh) command -v zsh >/dev/null || continue ;;
    in_fishes) command -v fish >/dev/null || continue ;;
    esac
    diff <(echo "$expected") <("$place" "$1") || { echo "$place $1" >&2; return 1; }
  done
}
in_place() { BIN=$BUILD MAN=$TOP/cmd; }

@test "ssh-fast: --help, man page and completions name the same options" {
  in_place
  [ "$(in_help ssh-fast | wc -l)" -ge 13 ]
  agree ssh-fast in_bash in_zsh in_fishes
}

@test "ssh-fast-ls: the same" {
  in_place
  [ "$(in_help ssh-fast-ls | wc -l)" -ge 6 ]
  agree ssh-fast-ls in_bash in_zsh in_fishes
}

@test "ssh-fast-gc: the same" {
  in_place
  [ "$(in_help ssh-fast-gc | wc -l)" -ge 9 ]
  agree ssh-fast-gc in_bash in_zsh in_fishes
}

@test "ssh-fast-health: the same" {
  in_place
  [ "$(in_help ssh-fast-health | grep -c "^-[A-Za-z]$")" = 4 ]
  agree ssh-fast-health in_bash in_zsh in_fishes
}

@test "and that fails when an option is added in one place only" {
  mkdir "$OUT/bin" "$OUT/man"
  in_place
  BIN=$OUT/bin MAN=$OUT/man
  local program place
  for program in $(times "ssh-fast ssh-fast-ls ssh-fast-gc ssh-fast-health" ssh-fast-ls); do
    for place in none help letter man bash zsh fish; do
      cp "$TOP/cmd/$program.1" "$OUT/man/"
      "$BUILD/$program" --help >"$OUT/help"
      printf '#!/bin/sh\ncat %s\n' "$OUT/help" >"$OUT/bin/$program"
      chmod +x "$OUT/bin/$program"
      local extra=()
      case $place in
      none) ;;
      help) printf '  --new\n      added\n' >>"$OUT/help" ;;
      letter) printf '  -N\n      added\n' >>"$OUT/help" ;;
      man) sed -i 's/^\.It Fl \\-help/.It Fl \\-new\nAdded.\n&/' "$OUT/man/$program.1" ;;
      *)
        in_new() { { in_help "$1"; echo --new; } | sort; }
        extra=(in_new)
        ;;
      esac
      run agree "$program" "${extra[@]}"
      if [ "$place" = none ]; then [ "$status" = 0 ]; else [ "$status" = 1 ]; fi
    done
  done
}

@test "ssh-fast's variables are the same in --help and man page" {
  diff <("$SSH_FAST" --help | grep -oE 'SSH_FAST_[A-Z_]+' | sort -u) \
    <(page "$TOP/cmd/ssh-fast.1" | section ENVIRONMENT | grep -oE 'SSH_FAST_[A-Z_]+' | sort -u)
}

# unknown README: the options and variables of it that no program has.
unknown() {
  local program word
  for program in ssh-fast ssh-fast-ls ssh-fast-gc ssh-fast-health; do
    "$BUILD/$program" --help
  done >"$OUT/all-help"
  grep -oE 'SSH_FAST_[A-Z_]+' "$1" | while read -r word; do
    grep -qwF -e "$word" "$OUT/all-help" || echo "$word"
  done
  grep -oE 'ssh-fast[a-z-]* .*' "$1" | grep -oE -- ' --[a-z][a-z-]+' | while read -r word; do
    grep -qwF -e "$word" "$OUT/all-help" || echo "$word"
  done
}

@test "README has at most 300 lines, and no option that no program has" {
  [ "$(wc -l <"$TOP/README")" -le 300 ]
  # The map of the rooms is as wide as its names.
  awk 'length > 80 && !/^  cmd / {print FILENAME ":" FNR ": " length " columns"; bad = 1} END {exit bad}' "$TOP/README"
  [ "$(unknown "$TOP/README")" = "" ]
  { cat "$TOP/README"; echo 'run ssh-fast --wrong host with SSH_FAST_WRONG=1'; } >"$OUT/README"
  [ "$(unknown "$OUT/README" | sort | paste -sd' ')" = "--wrong SSH_FAST_WRONG" ]
}

@test "each variable has a keyword, and ssh-fast(5) has them all in order" {
  local pages variables
  pages=$(page "$TOP/cmd/ssh-fast.5" | section DESCRIPTION |
    sed -n '/keywords are:/,$ s/^     \([A-Z][A-Za-z]*\).*/\1/p' | grep -vxE 'Host|The')
  diff <("$SSH_FAST" --explain host | sed -n '/^settings:/,$ s/^  \([A-Za-z]*\) .*/\1/p' | sort) <(echo "$pages")
  variables=$("$SSH_FAST" --help | grep -oE 'SSH_FAST_[A-Z_]+' | sort -u | grep -cv '^SSH_FAST_ROOT$')
  [ "$variables" = "$(wc -l <<<"$pages")" ]
}

@test "man pages are clean, render, and have all that a reader looks for" {
  local page section
  for page in "$TOP"/cmd/*.[15] "$TOP/lib/ssh-fast.7" "$TOP/lib/library/ssh-fast.3"; do
    # Whether other pages are installed here is not theirs to say.
    run bash -c 'mandoc -Tlint -Wstyle "$1" 2>&1 | grep -vE "referenced manual not found|outdated mandoc.db"' - "$page"
    [ -z "$output" ] || { echo "$output" >&2; return 1; }
    for section in NAME DESCRIPTION FILES EXAMPLES 'SEE ALSO' 'SECURITY CONSIDERATIONS'; do
      page "$page" | grep -qx "$section" || { echo "$page: no $section" >&2; return 1; }
    done
    [ "$(page "$page" | wc -L)" -le 80 ]
  done
  for page in "$TOP"/cmd/*.1; do
    for section in SYNOPSIS OPTIONS ENVIRONMENT 'EXIT STATUS'; do
      page "$page" | grep -qx "$section"
    done
  done
  [ "$(find "$TOP/cmd" -name '*.1' | wc -l)" = 4 ]
}

@test "ssh-fast(3), ssh-fast.h and the library have the same names" {
  local header names
  header=$(grep -oE '\bssh_fast_[a-z_]+\(' "$TOP/lib/library/ssh-fast.h" | tr -d '(' | sort -u)
  [ "$(wc -l <<<"$header")" -ge 10 ]
  diff <(echo "$header") <(nm -g --defined-only "$BUILD/libssh-fast.a" | awk 'NF == 3 {print $3}' | sort)
  for names in NAME SYNOPSIS; do
    diff <(echo "$header") <(page "$TOP/lib/library/ssh-fast.3" | section $names |
      grep -oE '\bssh_fast_[a-z_]+[,(]?' | grep -vE '_(error|namespace|lease|options|state|check)$' | tr -d ',(' | sort -u)
  done
}

# rules_in_page PAGE, rules_in_header FILE: the rules, one to a line.
rules_in_page() {
  page "$1" | section RULES | sed '/^   [A-Z]/,$d' |
    awk '/^     [0-9]+\. / {if (text) print text; text = ""} /^     / {text = text " " $0} END {print text}' |
    sed -E 's/ +/ /g; s/^ //'
}
rules_in_header() {
  awk '/\*\// {if (text) print text; exit} /^ \* +R[0-9]+\. / {if (text) print text; text = ""; on = 1}
    on {sub(/^ \*/, ""); text = text " " $0}' "$1" | sed -E 's/ +/ /g; s/^ R?//'
}

@test "the rules have the same words in lease.h and in ssh-fast(7)" {
  rules_in_header "$TOP/lib/lease/lease.h" >"$OUT/header"
  [ "$(wc -l <"$OUT/header")" = 8 ]
  diff "$OUT/header" <(rules_in_page "$TOP/lib/ssh-fast.7")
  sed 's/MUST NOT wait/MAY wait/' "$TOP/lib/ssh-fast.7" >"$OUT/page.7"
  run -1 diff "$OUT/header" <(rules_in_page "$OUT/page.7")
  [[ "$output" == *"> 3. A process MAY wait"* ]]
}

@test "bash completes own options and values, and then all that ssh completes" {
  run completed bash 'ssh-fast --pers' 'ssh-fast --probe=n' 'ssh-fast --verbose --pro' \
    'ssh-fast alph' 'ssh-fast --probe=ssh alph' 'ssh-fast --root= beta' 'ssh-fast --strict -o ControlPers' \
    'ssh-fast alpha --he' 'ssh-fast --root=/tmp -J gamm' 'ssh-fast --root=/us' 'ssh-fast-ls --probe='
  diff - <(echo "$output") <<'END'
ssh-fast --persist=
ssh-fast --probe=native none
ssh-fast --verbose --probe-timeout= --probe=
ssh-fast alpha
ssh-fast --probe=ssh alpha
ssh-fast --root= beta
ssh-fast --strict -o ControlPersist=
ssh-fast alpha --he
ssh-fast --root=/tmp -J gamma
ssh-fast --root=/usr
ssh-fast-ls --probe=e2e native none
END
}

@test "zsh does" {
  needs_command zsh
  run completed zsh 'ssh-fast --pers' 'ssh-fast --probe=n' 'ssh-fast --verbose --pro' \
    'ssh-fast alph' 'ssh-fast --probe=ssh alph' 'ssh-fast --root= beta' 'ssh-fast --strict -o ControlPers' \
    'ssh-fast alpha --he' 'ssh-fast --root=/tmp -J gamm' 'ssh-fast --root=/us' 'ssh-fast-ls --probe='
  diff - <(echo "$output") <<'END'
ssh-fast --persist=
ssh-fast --probe=native --probe=none
ssh-fast --verbose --probe --probe-timeout=
ssh-fast alpha
ssh-fast --probe=ssh alpha
ssh-fast --root= beta
ssh-fast --strict -o ControlPersist=
ssh-fast alpha --he
ssh-fast --root=/tmp -J gamma
ssh-fast --root=/usr/
ssh-fast-ls --probe=e2e --probe=native --probe=none
END
}

@test "fish does" {
  needs_command fish
  run in_fish 'ssh-fast --pers' 'ssh-fast --probe=n' 'ssh-fast --verbose --pro' \
    'ssh-fast alph' 'ssh-fast --probe=ssh alph' 'ssh-fast --root= beta' 'ssh-fast --strict -o ControlPers' \
    'ssh-fast --root=/tmp -J gamm' 'ssh-fast --root=/us' 'ssh-fast-ls --probe='
  diff - <(echo "$output") <<'END'
--persist=
--probe=native --probe=none
--probe-timeout= --probe=
alpha
alpha
beta
ControlPersist
gamma
--root=/usr/
--probe=e2e --probe=native --probe=none
END
  # Behind a word that is not ours, nothing is.
  [[ " $(in_fish 'ssh-fast alpha --pro') " != *" --probe"* ]]
}

@test "all three complete the endpoints that there are, also of another root" {
  "$TOOLS/many-namespaces" "$OUT/root" 2 0
  local endpoint
  endpoint=$("$BUILD/ssh-fast-ls" --root="$OUT/root" | awk 'NR == 2 {print $1}')
  [[ "$endpoint" == *@*:* ]]
  local begin="ssh-fast-gc -n --root=$OUT/root ${endpoint%:*}"
  [ "$(completed bash "$begin" | tr ' ' '\n' | grep -cF "${endpoint%:*}")" -ge 1 ]
  [[ " $(completed bash "$begin") " == *"${endpoint##*:} "* ]]
  needs_command zsh
  [[ " $(completed zsh "$begin") " == *" $endpoint "* ]]
  needs_command fish
  [[ " $(in_fish "$begin") " == *" $endpoint "* ]]
}

@test "what the examples say is valid where it is used" {
  local examples=$TOP/cmd/examples file
  for file in "$examples"/*.sh; do sh -n "$file"; done
  mkdir -m 700 "$OUT/settings"
  install -m 600 "$examples/config" "$OUT/settings/"
  [[ "$("$SSH_FAST" --root="$OUT/settings" --explain vault.example.com)" == *"Persist 36000s ($OUT/settings/config line "* ]]
  # shellcheck disable=SC1091 # one of the examples
  (. "$examples/git.sh" && [ "$GIT_SSH_COMMAND" = ssh-fast ])
  grep -qE '^7 \* \* \* \*  root  ssh-fast-gc -q' "$examples/ssh-fast-gc.cron"
  for file in "$examples"/*.service "$examples"/*.timer; do
    # Sections, and settings in them.
    run grep -vE '^(#.*|\[(Unit|Service|Timer|Install)\]|[A-Z][A-Za-z]+=.+|)$' "$file"
    [ "$status" = 1 ]
  done
}

@test "every promise of ssh-fast(7) names files of tests that exist" {
  local promises file
  promises=$(page "$TOP/lib/ssh-fast.7" | section 'SECURITY CONSIDERATIONS' | tr -s '\n ' ' ')
  [ "$(grep -o 'Tests: [^ ]*' <<<"$promises" | wc -l)" -ge 10 ]
  for file in $(grep -oE '[a-z]+/[a-z-]+\.bats' <<<"$promises"); do
    [ -e "$TOP/test/$file" ] || { echo "$file is not there" >&2; return 1; }
  done
}

@test "ssh-fast(1) lists every reason for a client" {
  local reason words count=0 stream kind
  words=$(page "$TOP/cmd/ssh-fast.1" | tr -s '\n ' '  ')
  while IFS= read -r reason; do
    [[ "$words" == *"$reason"* ]] || { echo "$reason" >&2; return 1; }
    count=$((count + 1))
  done < <(
    tr -d '\n\t' <"$TOP/cmd/ssh-fast/client.c" |
      grep -oE '(choose\([a-z]+, *[A-Z_]+, *|(return|\?) *)"[^"]+"' | sed 's/.*"\([^"]*\)"/\1/' | grep -v '^native$\|^, because'
    tr -d '\n\t' <"$TOP/lib/ssh/sshsession.c" | tr -s ' ' |
      grep -oE 'leave_to_ssh\( *session, *"[^"]+"' | sed 's/.*"\([^"]*\)"/\1/'
    for stream in input output error; do echo "standard $stream is a terminal"; done
    for kind in pipe socket file; do
      echo "standard output is a $kind"
      echo "standard error is a $kind"
    done
  )
  [ "$count" -gt 25 ]
}

# messages FILE...: the strings of calls of message(), up to the first value.
messages() {
  cat "$@" | tr -d '\n\t' | grep -oE '[^_]message\( *"[^;]*;' | sed 's/""//g; s/^[^"]*"//; s/\(%\|"\).*//; s/[ -]*$//' | sort -u
}

# undocumented PAGE FILE...: the messages that the page does not list.
undocumented() {
  local text message
  text=$(page "$1" | section DIAGNOSTICS | tr -s '\n ' '  ')
  while IFS= read -r message; do
    [[ -z "$message" || "$text" == *"$message"* ]] || echo "$message"
  done < <(messages "${@:2}")
}

@test "ssh-fast(1) lists every message under DIAGNOSTICS" {
  local files=("$TOP"/cmd/ssh-fast.c "$TOP"/cmd/ssh-fast/*.c "$TOP/cmd/shared/option.c")
  [ "$(messages "${files[@]}" | wc -l)" -ge 20 ]
  run undocumented "$TOP/cmd/ssh-fast.1" "${files[@]}"
  [ "$output" = "" ]
  echo 'void f(void) { message("cannot seed %s", x); }' >"$OUT/new.c"
  run undocumented "$TOP/cmd/ssh-fast.1" "${files[@]}" "$OUT/new.c"
  [ "$output" = "cannot seed" ]
}
