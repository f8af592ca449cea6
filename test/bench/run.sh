#!/usr/bin/env bash
# Measures ssh-fast beside what people would use instead, in one run, on a
# throwaway sshd.
#
#   ROUNDS=100   how many rounds of the commands that are compared
#   PARTS=...    only these: warm cold link acquire burst shrink throughput
#                footprint folders clients
#   BENCH=FILE   all figures as TSV as well: part, name, median, other, ratio
#   PLOT=FILE    and as a plot (SVG), by gnuplot
set -eu
cd "$(dirname "$0")/../.."
bats_require_minimum_version() { :; }
# shellcheck source=test/lib/setup_suite.bash
. test/lib/setup_suite.bash
# shellcheck source=test/lib/helper.bash
. test/lib/helper.bash

if [ -n "${PLOT:-}" ] && ! command -v gnuplot >/dev/null; then
  echo "PLOT needs gnuplot (on Debian: apt-get install gnuplot-nox)" >&2
  exit 1
fi
BATS_LIBEXEC=
setup_suite
trap 'stop_sshd; teardown_suite' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
make_dir
start_sshd 'MaxSessions 10'
rounds=${ROUNDS:-100}
table=$DIR/table.tsv
: >"$table"
export SSH_FAST_PERSIST=600

# The pool of ssh-fast that belongs to a name.
pool() { export SSH_FAST_ROOT=$DIR/$1; }
# Adds lines "NAME MEDIAN OTHER RATIO" of standard input to the part.
add() { sed "s/^/$1\t/" >>"$table"; }
show() {
  echo
  echo "$2"
  awk -F '\t' -v part="$1" '$1 == part {
    printf "  %-44s %10s %10s %9s\n", $2, $3, $4, $5}' "$table"
}
milliseconds() {
  local began
  began=$(date +%s%N)
  "$@" </dev/null >/dev/null
  echo $((($(date +%s%N) - began) / 1000000))
}

# compare PART ROUNDS: the ways to run a command over a warm connection, over
# one and the same master: one that is used more often answers 3 % sooner.
compare() {
  local part=$1 master config=(-F "$DIR/config" host true)
  pool "$part"
  "$SSH_FAST" "${config[@]}"
  wait_until is_warm
  master=$(echo "$SSH_FAST_ROOT"/*/c/s???????????)
  "$TOOLS/pairs" "$2" \
    "ssh -S, its own client, warm" ssh -S "$master" "${config[@]}" -- \
    "ssh-fast, warm" "$SSH_FAST" "${config[@]}" -- \
    "ssh-fast --client=native, warm" "$SSH_FAST" --client=native "${config[@]}" -- \
    "ssh-fast --client=auto, warm" "$SSH_FAST" --client=auto "${config[@]}" -- \
    "ssh-fast --probe=none, warm" "$SSH_FAST" --probe=none "${config[@]}" -- \
    "ssh-fast --probe=e2e, warm" "$SSH_FAST" --probe=e2e "${config[@]}" -- \
    "ssh-fast --probe=ssh, warm" "$SSH_FAST" --probe=ssh "${config[@]}" -- \
    "ssh, plain" ssh "${config[@]}" -- \
    "/bin/true, the floor" /bin/true | add "$part"
}
is_warm() { [ "$(find "$SSH_FAST_ROOT"/*/free -name 's*' | wc -l)" = 1 ]; }

part_warm() {
  compare warm "$rounds"
  show warm "ssh HOST true over loopback: median ms, 90th percentile, median of the ratios:"
}

part_link() {
  local port=$PORT relay
  coproc RELAY { exec "$TOOLS/relay" "$port" 20; }
  # shellcheck disable=SC2153 # the coprocess's
  relay=$RELAY_PID
  read -r PORT <&"${RELAY[0]}"
  write_config "$DIR/config"
  compare link $(((rounds + 4) / 5))
  kill "$relay"
  PORT=$port
  write_config "$DIR/config"
  show link "the same over a link with 20 ms delay each way:"
}

# Each start without a master, on a namespace that has been seen before.
part_cold() {
  local config=(-F "$DIR/config" host true)
  pool cold
  "$SSH_FAST" "${config[@]}"
  cat >"$DIR/before" <<END
for socket in $DIR/cold-own $DIR/cold/*/c/s*; do
  if [ -S "\$socket" ]; then ssh -F none -S "\$socket" -O exit x 2>/dev/null; fi
done
rm -f $DIR/cold/*/free/s*
END
  "$TOOLS/pairs" -b "sh $DIR/before" $(((rounds + 1) / 2)) \
    "ssh, ControlMaster=auto, cold" ssh -oControlMaster=auto \
    -oControlPersist=600 -S "$DIR/cold-own" "${config[@]}" -- \
    "ssh-fast, cold" "$SSH_FAST" "${config[@]}" -- \
    "ssh, plain" ssh "${config[@]}" | add cold
  sh "$DIR/before"
  show cold "a first start, which logs in:"
}

# In memory: making a file on a disk's file system takes whatever that takes.
acquire_row() {
  rm -rf "$memory/a"
  echo "$3	$("$TOOLS/acquire" "$memory/a" "$4" "$1" "$2")"
}
part_acquire() {
  local memory
  memory=$(mktemp -d /dev/shm/sf.XXXXXX)
  {
    acquire_row held 0 "none held, none free" 2000
    acquire_row held 100 "100 held" 2000
    acquire_row held 1000 "1,000 held" 2000
    acquire_row held 10000 "10,000 held" 2000
    acquire_row free 1 "1 free, not asked" 2000
    acquire_row free 1000 "1,000 free, not asked" 2000
    acquire_row dead 100 "100 free and dead" 1000
    acquire_row dead 1000 "1,000 free and dead" 1000
    acquire_row dead 10000 "10,000 free and dead" 1000
  } | awk -F '\t' 'NR == 1 {base = $2}
    {printf "%s\t%s\t%s\t%.2f\n", $1, $2, $3, $2 / base}' | add acquire
  rm -rf "$memory"
  show acquire "acquire and release in process, on tmpfs: median us, slowest, ratio to the first:"
  echo "  (bzfs, in Python: 96 us uncontended; 700, 8,800 and 44,000 us with 100, 1,000"
  echo "  and 5,000 held)"
}

at_once() {
  local i pids=()
  for ((i = 0; i < $1; i++)); do
    "$SSH_FAST" -F "$DIR/config" host "$2" </dev/null &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i"; done
}

part_burst() {
  local before pool config=(-F "$DIR/config" host true) cold i
  pool burst
  # In portions, or the server would drop some.
  for ((i = 25; i <= 200; i += 25)); do at_once "$i" 'sleep 8'; done
  pool=$(find "$DIR"/burst/*/c -type s | wc -l)
  BURST_FILE=$DIR/board "$TOOLS/burst" 200 "$SSH_FAST" \
    --ssh="$TOOLS/burst" "${config[@]}" >"$DIR/burst.out"
  awk -F '\t' -v pool="$pool" '{
    printf "200 starts at once, %d masters: ms to ssh\t%s\t%s\t%.2f\n", pool, $1, $2, $2 / $1
    printf "different masters among them\t%s\t\t\n", $3}' "$DIR/burst.out" | add burst
  pool burst30
  at_once 30 'sleep 4'
  before=$(logins)
  printf '30 x "sleep 1" at once, warm: ms\t%s\t\t\nnew logins\t%s\t\t\n' \
    "$(milliseconds at_once 30 'sleep 1')" "$(($(logins) - before))" | add burst
  pool stopped
  cold=$(milliseconds "$SSH_FAST" "${config[@]}")
  i=$(master_pid "$DIR"/stopped/*/c/s*)
  stop "$i"
  printf 'the master is stopped: ms\t%s\t\t\na cold start alone\t%s\t\t\n' \
    "$(milliseconds "$SSH_FAST" "${config[@]}")" "$cold" | add burst
  kill -CONT "$i"
  show burst "many at once (median, slowest, slowest / median), and a hung master:"
}

# A minute of one run a second, after 50 at once.
part_shrink() {
  local i
  pool shrink
  SSH_FAST_PERSIST=20 at_once 50 'sleep 3'
  printf 'masters after 50 at once\t%s\t\t\n' \
    "$(find "$DIR"/shrink/*/c -type s | wc -l)" | add shrink
  for ((i = 0; i < 60; i++)); do
    SSH_FAST_PERSIST=20 "$SSH_FAST" -F "$DIR/config" host true
    sleep 1
  done
  printf 'and after a minute of one run a second\t%s\t\t\nnames in free/\t%s\t\t\n' \
    "$(find "$DIR"/shrink/*/c -type s | wc -l)" \
    "$(find "$DIR"/shrink/*/free -type f | wc -l)" | add shrink
  show shrink "the pool with --persist=20:"
}

part_throughput() {
  local config=(-F "$DIR/config" host)
  pool throughput
  head -c 1G /dev/zero >"$DIR/data"
  "$SSH_FAST" "${config[@]}" true
  "$TOOLS/pairs" 5 \
    "ssh, plain: 1 GiB there" sh -c "exec ssh $(printf '%q ' "${config[@]}") 'cat >/dev/null' <$DIR/data" -- \
    "ssh-fast: 1 GiB there" sh -c "exec $SSH_FAST $(printf '%q ' "${config[@]}") 'cat >/dev/null' <$DIR/data" |
    add throughput
  "$TOOLS/pairs" 5 \
    "ssh, plain: 1 GiB back" ssh "${config[@]}" "cat $DIR/data" -- \
    "ssh-fast: 1 GiB back" "$SSH_FAST" "${config[@]}" "cat $DIR/data" | add throughput
  rm -f "$DIR/data"
  show throughput "throughput: median ms, 90th percentile, median of the ratios:"
}

part_footprint() {
  local config=(-F "$DIR/config" host) session
  pool footprint
  "$SSH_FAST" "${config[@]}" true
  wait_until is_warm
  strace -f -o "$DIR/trace" "$SSH_FAST" "${config[@]}" true
  awk 'NR == 1 {pid = $1} $1 == pid {if (/execve\(/ && seen++) exit; if (!/resumed>/) count++}
    END {printf "system calls before ssh, warm\t%d\t\t\n", count}' "$DIR/trace" | add footprint
  wait_until is_warm
  printf 'peak memory of ssh-fast, KiB\t%s\t\t\n' \
    "$("$TOOLS/peak" "$SSH_FAST" --ssh="$TOOLS/peak" "${config[@]}" true)" | add footprint
  "$SSH_FAST" "${config[@]}" 'sleep 5' &
  session=$!
  wait_until has_keeper "$session"
  # It forgets what it does not need once the session is no short one.
  sleep 0.5
  printf "private memory of a keeper, KiB\t%s\t\t\n" \
    "$(awk '/^Private/ {sum += $2} END {print sum}' "/proc/$KEEPER/smaps_rollup")" | add footprint
  wait "$session"
  show footprint "what it takes:"
}

part_folders() {
  local count program
  for count in 1000 10000; do
    "$TOOLS/many-namespaces" "$DIR/n$count" "$count" 10
  done
  for program in "ssh-fast-ls" "ssh-fast-ls -j" "ssh-fast-gc -n" "ssh-fast-gc"; do
    for count in 1000 10000; do
      # shellcheck disable=SC2086 # a command and its option
      echo "$program, $count namespaces	$(milliseconds "$BUILD"/$program --root="$DIR/n$count")	$count"
    done
  done | awk -F '\t' '{us = $2 * 1000 / $3} $3 == 1000 {base = us}
    {printf "%s\t%.0f\t\t%.2f\n", $1, us, us / base}' | add folders
  rm -rf "$DIR/n1000" "$DIR/n10000"
  show folders "us for each namespace of 10 lock files, ratio to 1,000 of them:"
}

# side_by_side NAME ROUNDS PLAIN... -- FAST...: what a program takes over plain
# ssh and over warm masters. A round or two before the first that counts.
side_by_side() {
  local name=$1 rounds=$2 words=()
  shift 2
  while [ "$1" != -- ]; do
    words+=("$1")
    shift
  done
  shift
  "$TOOLS/pairs" "$rounds" "$name, plain ssh" "${words[@]}" -- "$name, ssh-fast" "$@" |
    add clients
}

part_clients() {
  local bin=$DIR/bin fast="ssh-fast -F $DIR/config" few=$((rounds / 10 + 1)) i
  pool clients
  # Not $DIR: parallel takes a "config" there for its own.
  mkdir -p "$bin" "$DIR/tree" "$DIR/far" "$DIR/parallel"
  ln -s "$SSH_FAST" "$bin/ssh"
  ln -s "$SSH_FAST" "$bin/ssh-fast"
  for ((i = 0; i < 2000; i++)); do echo "$i" >"$DIR/tree/$i"; done
  git init -q --bare "$DIR/repository.git"
  local with=(env "PATH=$bin:$PATH") config=(-F "$DIR/config")
  set -- scp -q "${config[@]}" "$DIR/config" "host:$DIR/far/scp"
  side_by_side "scp, a small file" "$rounds" "$@" -- "${with[@]}" scp -S ssh-fast "${@:2}"
  set -- rsync -a -e "ssh -F $DIR/config" "$DIR/tree/" "host:$DIR/far/tree/"
  side_by_side "rsync, 2,000 files, nothing to do" "$rounds" "$@" -- \
    "${with[@]}" rsync -a -e "$fast" "${@:5}"
  side_by_side "git ls-remote" "$rounds" \
    env "GIT_SSH_COMMAND=ssh -F $DIR/config" git ls-remote -q "host:$DIR/repository.git" -- \
    "${with[@]}" "GIT_SSH_COMMAND=$fast" GIT_SSH_VARIANT=ssh \
    git ls-remote -q "host:$DIR/repository.git"
  set -- "PDSH_SSH_ARGS_APPEND=-F$DIR/config" pdsh -R ssh -f 16 -w 'h[1-50]' true
  side_by_side "pdsh, 50 hosts, 16 at a time" "$few" env "$@" -- "${with[@]}" "$@"
  set -- clush -f 16 -w 'h[1-50]' -o "-F $DIR/config" true
  side_by_side "clush, 50 hosts, 16 at a time" "$few" "$@" -- "${with[@]}" "$@"
  set -- -S "$(printf '1/h%d,' 1 2 3 4 5 6 7)1/h8" true :::
  side_by_side "parallel, 8 hosts, 40 jobs" "$few" \
    env "PARALLEL_HOME=$DIR/parallel" parallel --will-cite --ssh "ssh -F $DIR/config" "$@" {1..40} -- \
    "${with[@]}" "PARALLEL_HOME=$DIR/parallel" parallel --will-cite --ssh "$fast" "$@" {1..40}
  playbook
  show clients "Programs over ssh: median ms, 90th percentile, ratio"
}

# Ansible beside what it does by itself: a ControlMaster of its own, warm too.
playbook() {
  local common=("ANSIBLE_HOME=$DIR/ansible" "ANSIBLE_LOCAL_TEMP=$DIR/ansible/tmp" ANSIBLE_PIPELINING=1)
  printf 'h%d\n' 1 2 3 4 >"$DIR/inventory"
  printf '%s\n' '- hosts: all' '  gather_facts: no' "  vars: {ansible_remote_tmp: $DIR/far}" \
    '  tasks:' >"$DIR/play.yml"
  for i in 1 2 3 4 5; do echo "    - command: echo $i" >>"$DIR/play.yml"; done
  set -- ansible-playbook -i "$DIR/inventory" "$DIR/play.yml"
  side_by_side "Ansible, 4 hosts, 5 tasks" 3 \
    env "${common[@]}" "ANSIBLE_SSH_ARGS=-F $DIR/config -o ControlMaster=no" "$@" -- \
    "${with[@]}" "${common[@]}" ANSIBLE_SSH_EXECUTABLE=ssh-fast "ANSIBLE_SSH_ARGS=-F $DIR/config" "$@"
}

plot() {
  grep '^warm' "$table" | cut -f2,3,5 >"$DIR/plot-warm"
  grep '^acquire.*held' "$table" | awk -F '\t' '{split($2, word, " ")
    gsub(",", "", word[1]); if (word[1] == "none") word[1] = 1
    print word[1] "\t" $3}' >"$DIR/plot-held"
  gnuplot <<END
set terminal svg size 900,420 background "white"
set output "$PLOT"
set multiplot layout 1,2
set datafile separator "\t"
set title "ssh HOST true over loopback, warm"
set ylabel "ms (median)"
set yrange [0:*]
set xtics rotate by -30
set boxwidth 0.6
set style fill solid 0.5
plot "< grep -v plain $DIR/plot-warm" using 0:2:xtic(1) with boxes notitle
set title "acquire and release beside held leases"
set ylabel "us (median)"
set xlabel "leases held"
set logscale x
set xtics norotate
plot "$DIR/plot-held" using 1:2 with linespoints notitle
END
  echo
  echo "plotted: $PLOT"
}

for part in ${PARTS:-warm cold link acquire burst shrink throughput footprint folders clients}; do
  "part_$part"
done
if [ -n "${BENCH:-}" ]; then
  { printf 'part\tname\tmedian\tother\tratio\n'; cat "$table"; } >"$BENCH"
fi
if [ -n "${PLOT:-}" ]; then plot; fi
