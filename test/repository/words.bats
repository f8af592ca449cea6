#!/usr/bin/env bats
# Documents, messages and comments are plain: short sentences, and one word for
# one thing.

load ../lib/helper

prose() { sh "$TOP/test/prose.sh" "$@"; }
# at_most PERCENT KIND: so many sentences of KIND have more than 25 words.
at_most() {
  local share
  share=$(prose share "$2")
  awk -v share="$share" -v most="$1" 'BEGIN {exit !(share <= most)}' ||
    { echo "$2: $share percent of the sentences have more than 25 words" >&2; return 1; }
}

# tree: a small copy of what prose.sh reads, in $TREE.
tree() {
  export TREE=$BATS_TEST_TMPDIR/tree
  mkdir -p "$TREE/cmd" "$TREE/lib/base"
  cp "$TOP/README" "$TREE/"
  cp "$TOP/cmd/ssh-fast-gc.1" "$TREE/cmd/"
  cp "$TOP/lib/ssh-fast.7" "$TREE/lib/"
  cp "$TOP/lib/base/text.h" "$TREE/lib/base/"
  cp -r "$TOP/completions" "$TREE/"
}
LONG='one two three four five six seven eight nine ten eleven twelve 13 14 15 16 17 18 19 20 21 22 23 24 25 26.'

@test "at most one sentence in twenty is long" {
  at_most 5 readme
  at_most 5 manuals
  at_most 5 comments
}

@test "and a long sentence is counted in each kind of text" {
  tree
  local kind before
  for kind in readme manuals comments; do
    before=$(prose long "$kind" | wc -l)
    case $kind in
    readme) printf '\nShort. %s Short.\n' "$LONG" >>"$TREE/README" ;;
    manuals) printf '.Pp\nShort.\n%s\nShort.\n' "$LONG" >>"$TREE/cmd/ssh-fast-gc.1" ;;
    comments) printf '/*\n * Short. %s\n * Short.\n */\n' "$LONG" >>"$TREE/lib/base/text.h" ;;
    esac
    run prose long "$kind"
    [ "${#lines[@]}" = $((before + 1)) ]
    [[ "$output" == *"26"*"$LONG"* ]]
    run -1 at_most 0 "$kind"
  done
}

@test "the same seed samples the same paragraphs" {
  tree
  [ "$(prose sample 7 3)" = "$(prose sample 7 3)" ]
  [ "$(prose sample 7 3)" != "$(prose sample 8 3)" ]
  [ "$(prose sample 7 3 | grep -cE '^(README|[a-z/-]+\.[1-9ch]):$')" = 6 ]
}

# avoided KIND: the words in texts of KIND that the glossary has others for.
avoided() { prose avoided "$BATS_TEST_DIRNAME/words.list" "$1"; }

@test "documents, messages and comments use the words of the glossary" {
  [ "$(grep -vc '^#' "$BATS_TEST_DIRNAME/words.list")" -ge 20 ]
  local kind
  for kind in readme manuals messages comments; do
    run avoided "$kind"
    [ "$output" = "" ] || { echo "$output" >&2; return 1; }
  done
}

@test "and a word that they must not use is found in each kind of text" {
  tree
  local kind
  printf '\nIt vouches for it.\n' >>"$TREE/README"
  printf '.Pp\nThe process is left for init\nto reap.\n' >>"$TREE/cmd/ssh-fast-gc.1"
  printf '/* What is said of the\n * text of the pool. */\n' >>"$TREE/lib/base/text.h"
  printf 'void f(void) { message("what is "\n\t"untold: %%s", x); }\n' >"$TREE/cmd/new.c"
  for kind in readme:vouches "manuals:left for init to reap" "comments:the text of the pool" messages:untold; do
    run avoided "${kind%%:*}"
    [[ "$output" == *": ${kind#*:} (write: "* ]]
  done
}
