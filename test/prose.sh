#!/bin/sh
# How long the sentences of README, the man pages and the comments are.
#
#   prose.sh              words, sentences, and sentences of more than 25 words
#   prose.sh long KIND    the long sentences: readme, manuals or comments
#   prose.sh share KIND   their share, in percent
#   prose.sh sample SEED [COUNT]
#                         COUNT (10) random paragraphs of the documents, and as
#                         many comments
#   prose.sh text KIND    all text, one paragraph to a line, behind its file
#
#   prose.sh avoided WORDS KIND
#                         what uses a word of the list WORDS, and the word to
#                         use; KIND may also be messages
#
# TREE=FOLDER reads another tree.
set -eu
cd "${TREE:-$(dirname "$0")/..}"

# readme, manuals, comments: one paragraph to a line, "FILE<TAB>text".
readme() {
  awk '
    function flush() {if (text != "") print FILENAME "\t" text; text = ""}
    /^ *$/ || /^ *- / {flush()}
    {sub(/^ *(- )?/, ""); text = text == "" ? $0 : text " " $0}
    END {flush()}' README
}

# On lines of 1000 columns, mandoc breaks few paragraphs.
manuals() {
  for page in $(find cmd lib -name "*.[1-7]" | sort); do
    mandoc -Tascii -O width=1000 "$page" | awk -v page="$page" '
      {gsub(/.\b/, "")}
      /^[A-Z]/ {skip = /^SYNOPSIS|^SSH-FAST/}
      skip || /^ *$/ {next}
      {sub(/^ +(o +|[0-9]+\. +)?/, ""); print page "\t" $0}'
  done
}

# Strings in C, with those that the compiler joins as one, and the completions.
messages() {
  # shellcheck disable=SC2016 # awk's own
  find cmd lib -name '*.c' | sort | xargs awk '
    function flush() {
      gsub(/"[ \t]+"/, "", text)
      while (match(text, /"([^"\\]|\\.)*"/)) {
        print name "\t" substr(text, RSTART + 1, RLENGTH - 2)
        text = substr(text, RSTART + RLENGTH)
      }
      text = ""
    }
    FNR == 1 {flush(); name = FILENAME}
    /^#/ || /^[ \t]*\/?\*/ {next}
    {text = text " " $0}
    /[;}]$/ {flush()}
    END {flush()}'
  for file in completions/*; do
    sed "s|^|$file\t|" "$file"
  done
}

comments() {
  # shellcheck disable=SC2016 # awk's own
  find cmd lib -name '*.[ch]' | sort | xargs awk '
    function flush() {if (text != "") print name "\t" text; text = ""}
    function add(line) {
      sub(/^[ \t]*\*?[ \t]*/, "", line); sub(/[ \t]+$/, "", line)
      if (line == "" || line ~ /^(- |R?[0-9]+\. )/) flush()
      sub(/^(- |R?[0-9]+\. +)/, "", line)
      if (line != "") text = text == "" ? line : text " " line
    }
    FNR == 1 {flush(); inside = 0; name = FILENAME}
    {
      line = $0
      while (line != "") {
        if (!inside) {
          at = index(line, "/*")
          if (!at || line ~ /"[^"]*\/\*/) next
          line = substr(line, at + 2); inside = 1
        }
        end = index(line, "*/")
        if (!end) {add(line); next}
        add(substr(line, 1, end - 1)); flush()
        inside = 0; line = substr(line, end + 2)
      }
      if (inside) flush()
    }
    END {flush()}'
}

# sentences WHAT: WHAT is counts, long or share. What does not end as a sentence
# does (tables, commands, labels) counts for its words alone.
sentences() {
  awk -F '\t' -v what="$1" -v most=25 '
    function words(text, field, count, i, n) {
      n = split(text, field, " "); count = 0
      for (i = 1; i <= n; i++) if (field[i] ~ /[A-Za-z0-9]/) count++
      return count
    }
    function take(sentence, n) {
      n = words(sentence)
      if (n == 0) return
      all++
      if (n > most) {long++; if (what == "long") print n "\t" $1 "\t" sentence}
    }
    {
      text = $2; total += words(text)
      if (text !~ /[A-Za-z0-9)"\047>][.?!:;,]["\047)]*$/) next
      while (match(text, /[A-Za-z0-9)"\047>][.?!]["\047)]* +/)) {
        take(substr(text, 1, RSTART + RLENGTH - 1))
        text = substr(text, RSTART + RLENGTH)
      }
      take(text)
    }
    END {
      share = all ? 100 * long / all : 0
      if (what == "counts") printf "%d\t%d\t%d\t%.1f\n", total, all, long, share
      if (what == "share") printf "%.1f\n", share
    }'
}

# sample COUNT: that many of the paragraphs, by SEED. Its own random numbers
# (minimal standard), as each awk has others.
sample() {
  awk -F '\t' -v state="$SEED" -v count="$1" '
    function random(n) {state = state * 16807 % 2147483647; return state % n}
    split($2, field, " ") >= 8 && $2 ~ /[A-Za-z0-9)"\047][.:;]$/ {line[++lines] = $1 ":\n" $2 "\n"}
    END {
      state = state % 2147483646 + 1; random(1); random(1)
      for (i = 1; i <= count && i <= lines; i++) {
        j = i + random(lines - i + 1)
        pick = line[j]; line[j] = line[i]; print pick
      }
    }' | fold -s -w 78
}

# avoided WORDS: the list has an expression and what to write, with a tab between.
avoided() {
  awk -F '\t' '
    FNR == NR {if ($0 !~ /^#/) {word[++words] = $1; better[words] = $2}; next}
    {
      text = " " tolower($2) " "
      for (i = 1; i <= words; i++)
        if (match(text, "[^a-z](" word[i] ")[^a-z]"))
          printf "%s: %s (write: %s): %s\n", $1,
            substr(text, RSTART + 1, RLENGTH - 2), better[i], $2
    }' "$1" -
}

case ${1:-counts} in
counts)
  printf '\twords\tsentences\tover 25\tpercent\n'
  for kind in readme manuals comments; do
    printf '%s\t%s\n' "$kind" "$($kind | sentences counts)"
  done | expand -t 12,22,34,44
  ;;
long | share) "$2" | sentences "$1" ;;
text) "$2" ;;
avoided) "$3" | avoided "$2" ;;
sample)
  SEED=$2
  { readme; manuals; } | sample "${3:-10}"
  comments | sample "${3:-10}"
  ;;
*)
  echo "usage: prose.sh [long KIND | share KIND | text KIND |
  avoided WORDS KIND | sample SEED [COUNT]]" >&2
  exit 2
  ;;
esac
