#!/usr/bin/env bash
# Checks the model of the protocol, lease.pml, with spin: every state that can
# be reached, in each configuration.
#
#   run.sh [--list] [CONFIGURATION...]      all of them by default
#   run.sh --without-rules [RULE...]        leaves out a rule, R1 to R8, and
#                                           fails where nothing goes wrong then
#
# A search that DEPTH=100000 cuts short is a failure, too.
set -u
model=$(cd "$(dirname "$0")" && pwd)/lease.pml

# Name and switches. Each has at least three participants, and two names.
# peer-rename is no part of the rules: see MOVE_C in the model.
configurations='
acquirers      -DACQUIRERS=3 -DCRASHES=2
stay           -DACQUIRERS=3 -DCRASHES=1 -DSTAY
crowd          -DACQUIRERS=3 -DCRASHES=0 -DRUNS=2
runs           -DACQUIRERS=2 -DGC=1 -DCRASHES=1 -DRUNS=2
gc             -DACQUIRERS=2 -DGC=1 -DCRASHES=2
orphans        -DACQUIRERS=2 -DGC=1 -DCRASHES=2 -DSLOTS=2 -DORPHANS
peer           -DACQUIRERS=2 -DPEER=1 -DCRASHES=2
peer-orphans   -DACQUIRERS=1 -DPEER=1 -DGC=1 -DCRASHES=2 -DSLOTS=2 -DORPHANS
removal        -DACQUIRERS=2 -DGC=1 -DCRASHES=2 -DREMOVAL
peer-removal   -DACQUIRERS=1 -DPEER=1 -DGC=1 -DCRASHES=2 -DREMOVAL
peer-rename    -DACQUIRERS=1 -DPEER=1 -DGC=1 -DCRASHES=2 -DREMOVAL -DMOVE_C
pruners        -DACQUIRERS=1 -DGC=2 -DCRASHES=2 -DSLOTS=2 -DORPHANS
removers       -DACQUIRERS=1 -DGC=2 -DCRASHES=2 -DREMOVAL
'
# Where the lack of a rule shows.
without_rules='
R1 acquirers
R2 acquirers
R3 stay
R4 orphans
R5 acquirers
R6 gc
R7 acquirers
R8 removal
'

folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
trap 'exit 2' HUP INT TERM

# search SWITCH...: what pan says, in $folder/pan.log.
search() {
  cd "$folder" || exit 2
  rm -f -- *
  spin -a "$@" "$model" >pan.log 2>&1 &&
    cc -O1 -w -DSAFETY -DNOREDUCE -DMEMLIM=2000 -o pan pan.c >>pan.log 2>&1 &&
    ./pan -m"${DEPTH:-100000}" -w22 >>pan.log 2>&1
}
number_of() { sed -n "s/$1.*/\\1/p" "$folder/pan.log" | head -n 1; }
states() { number_of ' *\([0-9.e+]*\) states, stored'; }
depth() { number_of '.*depth reached \([0-9]*\)'; }
errors() { number_of '.*errors: \([0-9]*\)'; }
# Nothing was cut short: neither depth nor memory nor time.
cut_short() { grep -iE 'depth too small|not completed|out of memory|aborted' "$folder/pan.log"; }
is_exhaustive() {
  grep -q '^Full statespace search for:' "$folder/pan.log" && [ -z "$(cut_short)" ]
}
# The name of the promise that was broken; or whatever else it is.
violation() {
  number_of 'pan:[0-9]*: \(.*\)' | sed -e 's/^assertion violated (\([abcd]_[a-z_]*\)||.*/\1/' \
    -e 's/^invalid end state.*/waits for ever/'
}

# check NAME SWITCH...
check() {
  local name=$1
  shift
  search "$@"
  if [ "$(errors)" = 0 ] && is_exhaustive && [ -n "$(states)" ]; then
    echo "$name: $(states) states, depth $(depth), no error"
    return
  fi
  case $(violation) in
  [abcd]_*) echo "$name: not $(violation)" ;;
  waits*) echo "$name: somebody $(violation)" ;;
  ?*) echo "$name: $(violation)" ;;
  *) echo "$name: $(cut_short || tail -n 5 "$folder/pan.log")" ;;
  esac >&2
  return 1
}

# break_rule RULE CONFIGURATION SWITCH...
break_rule() {
  local rule=$1 name=$2
  shift 2
  search "$@" "-DNO_$rule"
  case $(violation) in
  [abcd]_*) echo "without $rule, $name: not $(violation)" ;;
  waits*) echo "without $rule, $name: somebody $(violation)" ;;
  *)
    echo "without $rule, $name: no violation is found, $(violation)" >&2
    return 1
    ;;
  esac
}

switches_of() { sed -n "s/^$1 \\+//p" <<<"$configurations"; }
configuration_of() { sed -n "s/^$1 \\+//p" <<<"$without_rules"; }
names() { sed -n 's/^\([^ ]\+\).*/\1/p' <<<"$1"; }

what=check
case ${1:-} in
--list)
  names "$configurations"
  exit
  ;;
--without-rules)
  what=break_rule
  shift
  ;;
esac
if [ $# = 0 ]; then
  if [ "$what" = check ]; then
    mapfile -t chosen < <(names "$configurations")
  else
    mapfile -t chosen < <(names "$without_rules")
  fi
  set -- "${chosen[@]}"
fi
status=0
for one; do
  if [ "$what" = check ]; then
    configuration=$one
  else
    configuration=$(configuration_of "$one")
  fi
  read -ra switches <<<"$(switches_of "$configuration")"
  if [ "${#switches[@]}" = 0 ]; then
    echo "there is no $one" >&2
    status=1
  elif [ "$what" = check ]; then
    check "$one" "${switches[@]}" || status=1
  else
    break_rule "$one" "$configuration" "${switches[@]}" || status=1
  fi
done
exit "$status"
