#!/usr/bin/env bats
# What a proxy says during a login that fails: ssh hides it, and a line says
# how to see it.

load ../lib/helper

setup_file() { make_dir; start_sshd; }
teardown_file() { stop_sshd; }
setup() {
  new_root
  T=$BATS_TEST_TMPDIR
  LINE='ssh-fast: cannot show what the proxy has said: SSH_FAST_DISABLE=1 shows it'
}

@test "after a failed login over a proxy, one line says how to see its words" {
  # It waits for ssh's first line, so that its words are there before ssh ends it.
  local said='sh -c "echo visit-https >&2; head -n 1 >/dev/null; exit 1"'
  run -255 fast -oProxyCommand="$said" host true
  [ "$(grep -cx "$LINE" <<<"$output")" = 1 ]
  run -255 env SSH_FAST_DISABLE=1 "$SSH_FAST" -F "$DIR/config" -oProxyCommand="$said" host true
  [[ "$output" == *visit-https* && "$output" != *ssh-fast:* ]]
  # With -v ssh shows them itself.
  run -255 fast -v -oProxyCommand="$said" host true
  [[ "$output" == *visit-https* && "$output" != *"$LINE"* ]]
}

@test "no such line without a proxy, nor where the login works" {
  run -255 fast -p 1 host true
  [[ "$output" != *"$LINE"* ]]
  [ "$(fast -J bastion host 'echo ran' 2>&1)" = ran ]
  run -255 fast -J bastion host 'exit 255'
  [ -z "$output" ]
}
