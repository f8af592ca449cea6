#!/usr/bin/env bash
# Who uses whom: reads every #include of lib/ and cmd/ and prints a line for
# each room, with the rooms that it uses. Fails where a room uses one that is
# not below it, or headers include each other in a circle. With a build folder
# as argument, the objects there may need no symbol of a room that is not below
# theirs: a header could declare what another room defines.
set -u
cd "${TREE:-$(dirname "$0")/..}" || exit 2

# From the bottom up. Rooms with the same number do not know each other.
order='base 1 platform 2 ssh 3 mux 3 namespace 4 lease 5 health 5 library 6 pool 6
  cmd/shared 7 cmd/ssh-fast 8 cmd/ls 8 cmd/health 8 cmd 9'

# "FILE OTHER": each include; "FILE OTHER SYMBOL": each symbol that FILE needs.
includes() {
  find lib cmd -name '*.[ch]' ! -path 'cmd/examples/*' -exec grep -H '^ *# *include "' {} + |
    sed -E 's/^([^:]*):[^"]*"([^"]*)".*/\1 \2/'
}
symbols() {
  # Objects whose sources are gone may still lie there.
  find lib cmd -name '*.c' ! -path 'cmd/examples/*' | sed "s,^\(.*\)\.c$,$1/\1.o," | xargs ls 2>/dev/null |
    xargs nm -A -g |
    sed -E -n "s,^$1/([^:]*)\.o:[0-9a-f ]* ([TDBRVU]) (.*),\1.c \3 \2,p" |
    awk '$3 == "U" {need[++n] = $1 " " $2; next} {has[$2] = $1}
      END {for (i = 1; i <= n; i++) {split(need[i], part, " "); if (part[2] in has) print part[1], has[part[2]], part[2]}}'
}

{
  find lib cmd -name '*.[ch]' ! -path 'cmd/examples/*' | sed 's/$/ ./'
  includes
  if [ $# -gt 0 ]; then symbols "$1"; fi
} | awk -v order="$order" '
  function room(file, part) {
    split(file, part, "/")
    if (part[1] == "lib") return part[2]
    return file ~ /\/.*\// ? "cmd/" part[2] : "cmd"
  }
  function complain(text) {print "rooms: " text >"/dev/stderr"; failed = 1}
  # Headers that lead back to themselves.
  function walk(file, way, i, many, next_ones) {
    if (state[file] == 2) return
    if (state[file] == 1) {complain("a circle: " way " " file); return}
    state[file] = 1
    many = split(reaches[file], next_ones, " ")
    for (i = 1; i <= many; i++) walk(next_ones[i], way " " file)
    state[file] = 2
  }
  BEGIN {
    many = split(order, word, " ")
    for (i = 1; i < many; i += 2) {name[++rooms] = word[i]; rank[word[i]] = word[i + 1]}
  }
  $2 == "." {files[$1] = 1; if (!(room($1) in rank)) complain($1 " is in no room"); next}
  {
    # An include names the room; a program may have one beside the library.
    to = ($2 in files) ? $2 : ("lib/" $2 in files) ? "lib/" $2 : "cmd/" $2
    if (!(to in files)) {complain($1 " includes " $2 ", which is not there"); next}
    a = room($1); b = room(to)
    if (a != b && NF == 2) uses[a " " b] = 1
    if (a != b && rank[b] >= rank[a])
      complain($1 " uses " (NF == 2 ? "" : $3 " of ") to)
    if ($1 ~ /\.h$/) reaches[$1] = reaches[$1] " " to
  }
  END {
    for (file in files) walk(file, "")
    for (i = 1; i <= rooms; i++) {
      line = sprintf("%-12s", name[i])
      for (k = 1; k <= rooms; k++) if ((name[i] " " name[k]) in uses) line = line " " name[k]
      sub(/ +$/, "", line)
      print line
    }
    exit failed
  }'
