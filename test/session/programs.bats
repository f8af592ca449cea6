#!/usr/bin/env bats
# What a program on the way to the host goes by: each run reaches the server
# that plain ssh would reach.

load ../lib/helper

setup_file() {
  make_dir
  PORT2=$("$TOOLS/free-port")
  export PORT2
  start_sshd "Port $PORT2" "Match LocalPort $PORT2" "  ForceCommand echo two"
  mkdir "$DIR/one" "$DIR/two" "$DIR/home" "$DIR/bin"
  # to NAME: a program that leads to that server.
  printf '#!/bin/sh\ncase $1 in two) exec nc 127.0.0.1 %s ;; *) exec nc 127.0.0.1 %s ;; esac\n' \
    "$PORT2" "$PORT" >"$DIR/bin/to"
  chmod 755 "$DIR/bin/to"
  local name
  for name in one two; do
    printf '#!/bin/sh\nexec %s/bin/to %s\n' "$DIR" "$name" >"$DIR/$name/gw"
    chmod 755 "$DIR/$name/gw"
  done
}
setup() { new_root; export HOME=$DIR/home; }

# script LINES: a gateway script of this test's own.
script() {
  printf '#!/bin/sh\n%s\n' "$1" >"$BATS_TEST_TMPDIR/way"
  chmod 755 "$BATS_TEST_TMPDIR/way"
  WAY=$BATS_TEST_TMPDIR/way
}
# as_plain CASE: what the case prints is the same by plain ssh and by ssh-fast,
# without masters and with those that the first round has left.
as_plain() {
  local wanted round
  wanted=$("$1" ssh -F "$DIR/config")
  [ -n "$wanted" ]
  for round in cold warm; do
    diff <(echo "$wanted") <("$1" "$SSH_FAST" -F "$DIR/config") ||
      { echo "$1, $round" >&2; return 1; }
  done
}
says() { "$@" host 'echo one' </dev/null; }

@test "a variable that the program reads, or a script that it runs" {
  script "exec $DIR/bin/to \$CLOUD_PROJECT"
  by_variable() {
    local to
    for to in one two one; do CLOUD_PROJECT=$to says "$@" -oProxyCommand="$WAY"; done
  }
  as_plain by_variable
  by_shell() {
    local to
    for to in two one two; do CLOUD_PROJECT=$to says "$@" -oProxyCommand="sh -c 'exec $WAY'"; done
  }
  as_plain by_shell
  by_text() {
    local to
    for to in one two; do TO=$to says "$@" -oProxyCommand="$DIR/bin/to \$TO"; done
  }
  as_plain by_text
}

@test "PATH, and the folder that a name starts from" {
  by_path() {
    local to
    for to in one two one; do PATH=$DIR/$to:$PATH says "$@" -oProxyCommand=gw; done
  }
  as_plain by_path
  by_folder() {
    local to
    for to in one two one; do (cd "$DIR/$to" && says "$@" -oProxyCommand="sh gw %h"); done
  }
  as_plain by_folder
  by_relative_path() {
    local to
    for to in two one two; do (cd "$DIR/$to" && says "$@" -oProxyCommand=./gw); done
  }
  as_plain by_relative_path
}

@test "a script that is replaced, changed in place, or another one by its link" {
  replaced() {
    local to
    for to in one two; do
      cp "$DIR/$to/gw" "$BATS_TEST_TMPDIR/new"
      mv "$BATS_TEST_TMPDIR/new" "$BATS_TEST_TMPDIR/gw"
      says "$@" -oProxyCommand="$BATS_TEST_TMPDIR/gw"
    done
  }
  as_plain replaced
  changed() {
    local to
    for to in one two; do
      cat "$DIR/$to/gw" >"$BATS_TEST_TMPDIR/gw"
      says "$@" -oProxyCommand="$BATS_TEST_TMPDIR/gw"
    done
  }
  as_plain changed
  linked() {
    local to
    for to in one two; do
      ln -sfn "$DIR/$to/gw" "$BATS_TEST_TMPDIR/link"
      says "$@" -oProxyCommand="$BATS_TEST_TMPDIR/link %h"
    done
  }
  as_plain linked
}

@test "files that a program reads unnamed split pools: folder, home, script" {
  script "exec $DIR/bin/to \$(cat .project)"
  in_folder() {
    local to
    mkdir -p "$BATS_TEST_TMPDIR/folder"
    cd "$BATS_TEST_TMPDIR/folder" || return 1
    for to in one two; do
      echo "$to" >.project
      says "$@" -oProxyCommand="$WAY"
    done
  }
  as_plain in_folder
  script "exec $DIR/bin/to \$(cat \$HOME/.kube/config)"
  mkdir -p "$HOME/.kube"
  at_home() {
    local to
    for to in one two; do
      echo "$to" >"$HOME/.kube/config"
      says "$@" -oProxyCommand="$WAY"
    done
  }
  as_plain at_home
  script "read -r to <\"\$HOME/own-context\"; exec $DIR/bin/to \$to"
  in_script() {
    local to
    for to in one two; do
      echo "$to" >"$HOME/own-context"
      says "$@" -oProxyCommand="$WAY"
    done
  }
  as_plain in_script
}

@test "KnownHostsCommand: who is known by one variable is not by another" {
  script "[ \"\$KNOWN\" = no ] || echo \"known \$(cut -d' ' -f1,2 $DIR/host_key.pub)\""
  known() {
    local is
    for is in yes no; do
      KNOWN=$is "$@" -oHostKeyAlias=known -oUserKnownHostsFile=/dev/null -oStrictHostKeyChecking=yes \
        -oGlobalKnownHostsFile=/dev/null -oKnownHostsCommand="$WAY" host 'echo known' </dev/null 2>/dev/null || echo unknown
    done
  }
  as_plain known
}

@test "a jump by ssh -W or ProxyJump: the key of the host between counts" {
  local key
  for key in a b; do
    ssh-keygen -q -t ed25519 -N '' -f "$DIR/hop_$key"
    # The port that may be opened tells which server it leads to.
    echo "restrict,port-forwarding,permitopen=\"*:$([ "$key" = a ] && echo "$PORT" || echo "$PORT2")\" $(cat "$DIR/hop_$key.pub")" \
      >>"$DIR/authorized_keys"
  done
  printf 'Host hop\n IdentityFile %s/hop_key\nHost far\n HostName 127.0.0.1\n Port %s\n IdentityFile %s/id\nHost *\n' \
    "$DIR" "$PORT" "$DIR" >"$DIR/hop_config"
  sed '/^ *IdentityFile/d' "$DIR/config" | sed '1d' >>"$DIR/hop_config"
  by_hop() {
    local key
    for key in a b a; do
      cp "$DIR/hop_$key" "$DIR/hop_key"
      "$1" -F "$DIR/hop_config" "${HOP[@]}" far 'echo through' </dev/null 2>/dev/null || echo denied
    done
  }
  HOP=(-J hop)
  as_plain by_hop
  HOP=(-oProxyCommand="ssh -F $DIR/hop_config -W %h:%p hop")
  as_plain by_hop
}

logins_since() { echo $(($(logins) - $1)); }

@test "what is common shares: nc from every folder, whatever else is set" {
  local before folder
  before=$(logins)
  for folder in "$DIR/one" "$DIR/two" /; do
    [ "$(cd "$folder" && FOO=$folder OLDPWD=/x TMUX=$folder says "$SSH_FAST" -F "$DIR/config" \
      -oProxyCommand="nc 127.0.0.1 $PORT")" = one ]
    wait_until is_released
  done
  [ "$(logins_since "$before")" = 1 ]
  # A script by that name is any program.
  mkdir -p "$BATS_TEST_TMPDIR/bin"
  printf '#!/bin/sh\nexec %s/bin/to $TO\n' "$DIR" >"$BATS_TEST_TMPDIR/bin/nc"
  sed -i 's|exec nc|exec /usr/bin/nc|g' "$DIR/bin/to"
  chmod 755 "$BATS_TEST_TMPDIR/bin/nc"
  by_script() {
    local to
    for to in one two; do PATH=$BATS_TEST_TMPDIR/bin:$PATH TO=$to says "$@" -oProxyCommand="nc x"; done
  }
  as_plain by_script
  # So is a shell, and a netcat that runs one.
  by_option() {
    local to
    for to in one two; do PATH=$DIR/$to:$PATH says "$@" -oProxyCommand="socat - EXEC:gw"; done
  }
  if command -v socat >/dev/null; then as_plain by_option; fi
}

@test "make -j in two folders, and two terminals: one pool through a script" {
  script "exec $DIR/bin/to one"
  local folders=()
  # The working directory of a program counts; how it was started does not.
  one() { env -C "$DIR/one" "$@" "$SSH_FAST" --explain -F "$DIR/config" -oProxyCommand="$WAY" host | sed -n 's/^folder: \([^ ]*\).*/\1/p'; }
  folders+=("$(one TERM=xterm WINDOWID=1 SHLVL=1 SSH_TTY=/dev/pts/1 TMUX_PANE=%1 MAKEFLAGS=-j)")
  folders+=("$(one TERM=screen WINDOWID=2 SHLVL=2 SSH_TTY=/dev/pts/2 TMUX_PANE=%2 MAKEFLAGS=-k)")
  [ -n "${folders[0]}" ] && [ "${folders[0]}" = "${folders[1]}" ]
}

@test "a Match exec that looks at its parent, a descriptor or /proc is plain" {
  local line
  printf '#!/bin/sh\ngrep -qz sftp /proc/$PPID/cmdline\n' >"$DIR/bin/looks"
  chmod 755 "$DIR/bin/looks"
  for line in 'ps -o args= -p $PPID | grep -q x' 'test -e /proc/1' '[ -t 2 ]' 'pgrep -x git' \
    "$DIR/bin/looks" "sh $DIR/bin/looks" 'looks'; do
    write_config "$DIR/looking" "Match exec \"$line\"" "  Compression yes" "Host *"
    run env PATH="$DIR/bin:$PATH" "$SSH_FAST" --explain -F "$DIR/looking" host
    [[ "$output" == "decision: plain ssh, Match exec"* ]] || { echo "$line: $output" >&2; return 1; }
  done
  write_config "$DIR/looking" "Match exec \"test -e $DIR/nothing\"" "  Compression yes" "Host *"
  [[ "$(decision_of -F "$DIR/looking" host)" == lease* ]]
}

@test "CanonicalizeHostname: ssh is asked each time, and once in a run" {
  cat >"$BATS_TEST_TMPDIR/counting" <<X
#!/bin/sh
echo "\$*" >>$BATS_TEST_TMPDIR/asked
exec ssh "\$@"
X
  chmod 755 "$BATS_TEST_TMPDIR/counting"
  write_config "$DIR/canonical" "CanonicalizeHostname yes" "CanonicalDomains invalid" "CanonicalizeFallbackLocal yes"
  questions() { grep -c -- '^-G ' "$BATS_TEST_TMPDIR/asked"; }
  local i
  for i in 1 2; do
    [ "$("$SSH_FAST" --ssh="$BATS_TEST_TMPDIR/counting" -F "$DIR/canonical" -x -oForwardAgent=no host 'echo one')" = one ]
    [ "$(questions)" = "$i" ]
  done
  for i in 3 4; do
    "$SSH_FAST" --ssh="$BATS_TEST_TMPDIR/counting" -F "$DIR/config" -oCanonicalizeHostname=yes host true
    [ "$(questions)" = "$i" ]
  done
  # Where nothing depends on more than text, once for all.
  write_config "$DIR/canonical" "CanonicalizeHostname no" "ForwardAgent yes"
  for i in 5 5 5; do
    "$SSH_FAST" --ssh="$BATS_TEST_TMPDIR/counting" -F "$DIR/canonical" -oForwardAgent=no host true
    [ "$(questions)" = "$i" ]
  done
}

@test "a Match exec that looks at the folder, also when a master logs in" {
  { printf 'Match originalhost host exec "test -e gw-two"\n  Port %s\n' "$PORT2"; cat "$DIR/config"; } \
    >"$BATS_TEST_TMPDIR/config"
  : >"$DIR/two/gw-two"
  by_folder() {
    local to
    for to in one two one; do
      (cd "$DIR/$to" && "$1" -F "$BATS_TEST_TMPDIR/config" host 'echo one' </dev/null)
    done
  }
  local wanted round
  wanted=$(by_folder ssh)
  [ "$wanted" = $'one\ntwo\none' ]
  for round in cold warm; do
    [ "$(by_folder "$SSH_FAST")" = "$wanted" ] || { echo "$round" >&2; return 1; }
  done
  # The text of the namespace is given: the folder of the first run decides.
  [ "$(cd "$DIR/two" && SSH_FAST_NAMESPACE=given "$SSH_FAST" -F "$BATS_TEST_TMPDIR/config" \
    host 'echo one' </dev/null)" = two ]
}
