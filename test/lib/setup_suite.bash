# Once around all test files: builds what they use, and in the end makes sure
# that no process and no file of theirs is left.

# shellcheck source=test/lib/process.bash
. "${BASH_SOURCE[0]%/*}/process.bash"
# shellcheck source=test/lib/sshd.bash
. "${BASH_SOURCE[0]%/*}/sshd.bash"

setup_suite() {
  local umask_was
  umask_was=$(umask)
  umask 077
  SUITE=$(mktemp -d /tmp/sf.XXXXXX)
  umask "$umask_was"
  # bats starts with whatever the caller had: no setting of his counts here.
  local name
  for name in $(compgen -e SSH_FAST_); do unset "$name"; done
  unset SSH_AUTH_SOCK DISPLAY KRB5CCNAME
  export SUITE
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$BATS_LIBEXEC
  export LC_ALL=C.UTF-8
  make_sshd_folder
}

teardown_suite() {
  local left=""
  await_end_of "$SUITE" || left=$(show_processes_of "$SUITE")
  end_processes_of "$SUITE"
  local files
  files=$(find "$SUITE" -mindepth 1 2>/dev/null)
  chmod -R u+rwx "$SUITE" 2>/dev/null
  rm -rf "$SUITE"
  if [ -n "$left$files" ]; then
    echo "left behind: $left $files" >&2
    return 1
  fi
}
