#!/usr/bin/env bash
# Measures ssh-fast beside what people would use instead, in one run, on a
# throwaway sshd: each round runs every command once, in turn.
#
#   ROUNDS=100   how many rounds
#   BENCH=FILE   the table as TSV as well
set -eu
BATS_TEST_DIRNAME=$(cd "$(dirname "$0")/.." && pwd)
bats_require_minimum_version() { :; }
# shellcheck source=test/setup_suite.bash
. "$BATS_TEST_DIRNAME/setup_suite.bash"
# shellcheck source=test/helper.bash
. "$BATS_TEST_DIRNAME/helper.bash"

BATS_LIBEXEC=
setup_suite
trap 'stop_sshd; teardown_suite' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
make_dir
start_sshd 'MaxSessions 10'
export SSH_FAST_ROOT=$DIR/r SSH_FAST_PERSIST=600
rounds=${ROUNDS:-100}
config=(-F "$DIR/config" host true)
# An ordinary master of ssh's own, and one leased master for each way to probe.
ssh -oControlMaster=auto -oControlPersist=600 -S "$DIR/own" "${config[@]}"
"$SSH_FAST" "${config[@]}"

echo "ssh HOST true over loopback, median of $rounds rounds, ratio to ssh's own warm client:"
{
  "$TOOLS/pairs" "$rounds" \
    "ssh, its own ControlMaster, warm" ssh -S "$DIR/own" "${config[@]}" -- \
    "ssh-fast, warm" "$SSH_FAST" "${config[@]}" -- \
    "ssh-fast --probe=none, warm" "$SSH_FAST" --probe=none "${config[@]}" -- \
    "ssh-fast --probe=ssh, warm" "$SSH_FAST" --probe=ssh "${config[@]}" -- \
    "ssh, plain" ssh "${config[@]}"
} >"$DIR/table"
if [ -n "${BENCH:-}" ]; then
  { printf 'command\tmedian_ms\tp90_ms\tratio\n'; cat "$DIR/table"; } >"$BENCH"
fi
awk -F '\t' 'BEGIN {printf "  %-36s %10s %10s %8s\n", "command", "median ms", "p90 ms", "ratio"}
  {printf "  %-36s %10.2f %10.2f %8.3f\n", $1, $2, $3, $4}' "$DIR/table"

strace -f -o "$DIR/trace" "$SSH_FAST" "${config[@]}"
awk 'NR == 1 {pid = $1} $1 == pid {if (/execve\(/ && seen++) exit; if (!/resumed>/) count++}
  END {printf "\n  system calls of ssh-fast before it execs ssh: %d\n", count}' "$DIR/trace"
