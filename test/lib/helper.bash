# What all test files share. The files beside this one hold a subject each:
# process.bash, sshd.bash, pool.bash and session.bash.

bats_require_minimum_version 1.7.0

TOP=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
# shellcheck source=test/lib/process.bash
. "$TOP/test/lib/process.bash"
# shellcheck source=test/lib/sshd.bash
. "$TOP/test/lib/sshd.bash"
# shellcheck source=test/lib/pool.bash
. "$TOP/test/lib/pool.bash"
# shellcheck source=test/lib/session.bash
. "$TOP/test/lib/session.bash"
BUILD=${BUILD:-$TOP/build}
SSH_FAST=$BUILD/ssh-fast
TOOLS=$BUILD/test

# Which client the tests run with: see "# clients:" in test/run.sh, or
# CLIENT=native make check.
if [ -n "${CLIENT:-}" ]; then export SSH_FAST_CLIENT=$CLIENT; fi
CLIENT=${CLIENT:-auto}

# A folder of this test file's own: $DIR, short enough for sockets below it.
make_dir() {
  DIR=$(mktemp -d "$SUITE/XXXXX")
  export DIR
}

# What a file does in the end, unless it says otherwise.
teardown_file() { if [ -n "${DIR:-}" ]; then stop_sshd; fi; }

# times FULL SHORT: how often, or how much: LONG=1 (make check-long) wants all.
times() { if [ -n "${LONG:-}" ]; then echo "$1"; else echo "$2"; fi; }

is_root() { [ "$(id -u)" = 0 ]; }
need_root() { is_root || skip "only root can play another user"; }
# What not every machine has: a test that needs it says so, and is skipped.
needs_command() { command -v "$1" >/dev/null || skip "no $1 on this machine"; }
# Containers may refuse it to root as well.
can_mount() { unshare --mount --propagation private true 2>/dev/null; }
needs_mounts() { can_mount || skip "no mount namespace can be made here"; }
# An sshd that is not root cannot hand out terminals on every machine: then it
# ends the whole connection.
has_terminals() {
  local status=0
  script -qec "ssh -F $DIR/config -t host 'exit 17'" /dev/null >/dev/null || status=$?
  [ "$status" = 17 ]
}
needs_terminals() { has_terminals || skip "this sshd hands out no terminals"; }
