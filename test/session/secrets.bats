#!/usr/bin/env bats
# clients: ssh native
# What may be a secret in a configuration or on a command line is written down
# as a digest: in files below the root, by ssh-fast-ls and by --explain.

load ../lib/helper

setup_file() {
  make_dir
  start_sshd
  mkdir "$DIR/bin"
  # An ssh that counts how often it is asked what a command line means.
  printf '#!/bin/sh\n[ "$1" != -G ] || echo asked >>%s/asked\nexec %s "$@"\n' "$DIR" "$(command -v ssh)" >"$DIR/bin/real"
  chmod 755 "$DIR/bin/real"
}
setup() {
  new_root
  export SSH_FAST_SSH=$DIR/bin/real
  rm -f "$DIR/asked"
  BEFORE=$(logins)
}

# are_hidden WORD...: none of them is in a file below the root, or printed.
are_hidden() {
  local word
  ls_json >"$BATS_TEST_TMPDIR/ls"
  "$BUILD/ssh-fast-ls" -l >>"$BATS_TEST_TMPDIR/ls"
  [ -s "$BATS_TEST_TMPDIR/ls" ]
  [ -n "$(find "$ROOT" -name endpoint)" ]
  for word; do
    run -1 grep -rl "$word" "$ROOT" "$BATS_TEST_TMPDIR/ls" "$BATS_TEST_TMPDIR/explained"
    [ -z "$(find "$ROOT" -name "*$word*")" ]
  done
}
# runs_twice OPTION...: cold and warm, over one login, with what SetEnv says.
runs_twice() {
  local i
  "$SSH_FAST" --explain --verbose "$@" host true >"$BATS_TEST_TMPDIR/explained"
  grep -q '^namespace:' "$BATS_TEST_TMPDIR/explained"
  for i in cold warm; do
    [ "$("$SSH_FAST" "$@" host 'echo "$LC_T"')" = "$SENT" ] || return 1
    wait_until is_released
    "$SSH_FAST" --explain --verbose "$@" host true >>"$BATS_TEST_TMPDIR/explained"
  done
  [ "$(new_logins)" = 1 ]
  # What was kept can be read: ssh is asked by --explain before there was
  # anything to keep, and by the first run.
  [ "$(grep -c asked "$DIR/asked")" = 2 ]
}

@test "SetEnv, variables and the words of a ProxyCommand in the configuration" {
  export PROXY_TOKEN=hunter2 KEY_DIR=$DIR/known_hosts_hunter3 SENT=hunter4
  write_config "$BATS_TEST_TMPDIR/config" "UserKnownHostsFile \${KEY_DIR}" 'SetEnv LC_T=hunter4' \
    "ProxyCommand sh -c 'exec nc %h %p' hunter5 /tmp/hunter6/token \$PROXY_TOKEN"
  runs_twice -F "$BATS_TEST_TMPDIR/config"
  are_hidden hunter2 hunter3 hunter4 hunter5 hunter6
  grep -q '^variable KEY_DIR: ' "$BATS_TEST_TMPDIR/explained"
  [[ "$(ls_json | jq -r '.namespaces[0].endpoint.jump')" == "ProxyCommand "* ]]
  # Another value is another connection.
  PROXY_TOKEN=other "$SSH_FAST" -F "$BATS_TEST_TMPDIR/config" host true
  [ "$(new_logins)" = 2 ]
}

@test "the same on the command line" {
  export SENT=hunter2 HIDDEN=$DIR/hunter4
  runs_twice -F "$DIR/config" -o SetEnv=LC_T=hunter2 -oProxyCommand="nc %h %p #hunter3" \
    -o "UserKnownHostsFile=$DIR/known_hosts \${HIDDEN}" -oknownhostscommand="/bin/echo hunter5"
  are_hidden hunter2 hunter3 hunter4 hunter5
  "$SSH_FAST" -F "$DIR/config" -o SetEnv=LC_T=hunter6 -oProxyCommand="nc %h %p #hunter3" host true
  [ "$(new_logins)" = 2 ]
}

@test "hosts on the way: that there is one, and its digest" {
  export SENT=
  write_config "$BATS_TEST_TMPDIR/config" 'Host hunter2' 'SetEnv LC_T=hunter3'
  "$SSH_FAST" --explain -F "$BATS_TEST_TMPDIR/config" -J hunter2 host true >"$BATS_TEST_TMPDIR/explained"
  "$SSH_FAST" -F "$BATS_TEST_TMPDIR/config" -J hunter2 host true
  # The jump's own answer is kept beside, and is that of its namespace text.
  run -1 grep -rl hunter3 "$ROOT"
  run -1 grep -l hunter2 "$ROOT"/*/endpoint "$BATS_TEST_TMPDIR/explained"
  run -1 bash -c "'$BUILD/ssh-fast-ls' -j | grep hunter2"
  [[ "$(ls_json | jq -r '.namespaces[0].endpoint.jump')" == "ProxyJump "* ]]
  grep -q '^flag -J: ' "$BATS_TEST_TMPDIR/explained"
  [ "$(new_logins)" = 2 ]
}
