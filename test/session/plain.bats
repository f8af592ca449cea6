#!/usr/bin/env bats
# What is not leased: the real ssh gets its arguments byte for byte, nothing is
# made, and no port stays open.
# clients: ssh

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() {
  new_root
  export STAND_IN_OUT=$BATS_TEST_TMPDIR/seen
  STAND_IN=$TOOLS/stand-in
}

# seen_arguments: what the stand-in got, and what it was given, as "N:word".
seen_arguments() {
  # Words may hold newlines: everything up to the first line of another kind.
  awk '/^env /{exit} {sub(/^arg /, ""); print}' "$STAND_IN_OUT" | tail -n +2
}
given() { local word; for word in "$@"; do echo "${#word}:$word"; done; }

# is_plain ARGUMENT...: arguments unchanged, status handed on, no namespace.
is_plain() {
  rm -f "$STAND_IN_OUT"
  LC_ALL=C run "$SSH_FAST" --ssh="$STAND_IN" "$@"
  [ "$status" = 7 ] || return 1
  diff <(LC_ALL=C given "$@") <(seen_arguments) || return 1
  [ ! -e "$ROOT" ] || [ -z "$(find "$ROOT" -name 's*')" ]
}

@test "options that make ssh plain leave argv byte for byte as it is" {
  local option
  for option in -V -G -N -M -fN -Nf -vN; do
    is_plain "$option" host
    is_plain host "$option" true
  done
  is_plain -Q cipher
  is_plain -O check host
  is_plain -S /tmp/x host
  is_plain -S none host true
  is_plain -L 1:host:2 host
  is_plain -L1:host:2 -C host
  is_plain -R 1:host:2 host
  is_plain -D 1080 host
  is_plain -D1080 host true
  # In the background, but nothing there that a lease could serve.
  is_plain -f host
  is_plain -f -W host:22 jump
  is_plain -tf host true
  is_plain -w 0:0 host
  is_plain -P tag host
  is_plain -o ControlPath=/tmp/x host
  is_plain -o "ControlPath /tmp/x" host
  is_plain -oControlPath=none host
  is_plain -oControlMaster=auto host
  is_plain -oControlMaster=yes host
  is_plain -oControlPersist=5 host
  is_plain -oLocalForward='1 host:2' host
  is_plain -oremoteforward='1 host:2' host
  is_plain -oDynamicForward=1 host
  is_plain -oTunnel=yes host
  is_plain -oSessionType=none host
  is_plain -oForkAfterAuthentication=yes host
}

@test "arguments that do not parse, or name no host, are ssh's to complain of" {
  is_plain
  is_plain -p
  is_plain -p 22
  is_plain -Z host
  is_plain --
  is_plain @host
  is_plain host -L
  is_plain 'ssh://host/path'
  is_plain 'ssh://host:port'
  is_plain ''
}

@test "what follows the host is the command's, however much it looks like -N" {
  local words
  for words in '-- -N' 'true -N' 'true -L 1:a:2'; do
    # shellcheck disable=SC2086
    run decision_of -F "$DIR/config" host $words
    [[ "$output" == lease* ]]
  done
  run decision_of -F "$DIR/config" host -N
  [[ "$output" == plain* ]]
  run decision_of -F "$DIR/config" -- host -N
  [[ "$output" == lease* ]]
}

@test "argv survives: empty words, newlines, bytes above 127, many and long" {
  local long
  long=$(head -c 100000 /dev/zero | tr '\0' x)
  is_plain -V '' $'two\nlines' $'\377\376' '*' "it's" "$long"
  # Leased as well, behind the words put in front.
  "$SSH_FAST" --ssh=/usr/bin/ssh -F "$DIR/config" host true
  local words=('' $'two\nlines' $'\377\376' "$long")
  export SSH_FAST_NAMESPACE=fixed
  "$SSH_FAST" -F "$DIR/config" host true
  wait_until is_released
  rm -f "$STAND_IN_OUT"
  LC_ALL=C run "$SSH_FAST" --ssh="$STAND_IN" -F "$DIR/config" host "${words[@]}"
  [ "$status" = 7 ]
  diff <(LC_ALL=C given -F "$DIR/config" host "${words[@]}") <(seen_arguments | tail -n +5)
  LC_ALL=C given -oControlMaster=auto -oControlPersist=90 -S >"$BATS_TEST_TMPDIR/front"
  diff "$BATS_TEST_TMPDIR/front" <(seen_arguments | head -n 3)
}

@test "the configuration can ask for plain: each of its ways" {
  local line
  for line in "LocalForward 1234 localhost:22" "RemoteForward 1234 localhost:22" \
    "DynamicForward 1234" "SessionType none" "ForkAfterAuthentication yes" \
    "ControlPath none" "controlpath  None" "Tunnel yes"; do
    write_config "$DIR/special" "Host special" "  $line"
    run decision_of -F "$DIR/special" special true
    [[ "$output" == plain* ]]
    # Other hosts of the same configuration are leased.
    run decision_of -F "$DIR/special" other true
    [[ "$output" == lease* ]]
  done
  write_config "$DIR/special" "Host special" "  PermitLocalCommand yes" "  LocalCommand true"
  run decision_of -F "$DIR/special" special true
  [[ "$output" == plain*LocalCommand* ]]
  write_config "$DIR/special" "Host special" "  LocalCommand true"
  run decision_of -F "$DIR/special" special true
  [[ "$output" == lease* ]]
  write_config "$DIR/special" "Host special" "  ControlPath /tmp/own-%C" "Host *" "  ControlPath none"
  run decision_of -F "$DIR/special" special true
  [[ "$output" == lease* ]]
}

@test "the verdict of the configuration is kept: warm runs do not ask again" {
  write_config "$DIR/special" "LocalForward 1234 localhost:22"
  "$SSH_FAST" --ssh="$STAND_IN" -F "$DIR/special" host true || :
  # The stand-in is no ssh -G: it gave no verdict, and none was written.
  [ -z "$(find "$ROOT" -name '.answer.*')" ]
  run "$SSH_FAST" -F "$DIR/special" -oExitOnForwardFailure=no host true
  [ "$status" = 0 ]
  grep -q '^localforward 1234' "$ROOT"/.answer.*
  strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=execve \
    "$SSH_FAST" -F "$DIR/special" -oExitOnForwardFailure=no host true
  [ "$(grep -c 'execve.*"ssh"' "$BATS_TEST_TMPDIR/trace")" = 1 ]
  [ "$(grep -c 'execve.*"-G"' "$BATS_TEST_TMPDIR/trace")" = 0 ]
}

listens() { timeout 1 bash -c ": </dev/tcp/127.0.0.1/$1" 2>/dev/null; }
does_not_listen() { if listens "$1"; then return 1; fi; }

@test "a forward ends with its session, also where masters are warm" {
  fast host true
  wait_until is_released
  local port
  port=$("$TOOLS/free-port")
  fast_exec -L "$port:127.0.0.1:$PORT" host 'echo here; cat' \
    >"$BATS_TEST_TMPDIR/out" < <(sleep 60 3>&- & echo $! >"$BATS_TEST_TMPDIR/cat"; wait) &
  local pid=$!
  wait_until has_content "$BATS_TEST_TMPDIR/out"
  listens "$port"
  kill "$pid" "$(cat "$BATS_TEST_TMPDIR/cat")"
  wait "$pid" || :
  does_not_listen "$port"
  # And by the configuration.
  write_config "$DIR/special" "LocalForward $port 127.0.0.1:$PORT"
  "$SSH_FAST" -F "$DIR/special" host true
  "$SSH_FAST" -F "$DIR/special" host true
  does_not_listen "$port"
}

@test "-N and -D work and leave no port open" {
  fast host true
  wait_until is_released
  local port
  port=$("$TOOLS/free-port")
  fast_exec -N -D "127.0.0.1:$port" host </dev/null &
  local pid=$!
  wait_until listens "$port"
  kill "$pid"
  wait "$pid" || :
  does_not_listen "$port"
}

@test "a configuration that comes through a pipe is left for ssh to read" {
  mkfifo "$BATS_TEST_TMPDIR/pipe"
  cat "$DIR/config" >"$BATS_TEST_TMPDIR/pipe" 3>&- &
  [ "$("$SSH_FAST" -F "$BATS_TEST_TMPDIR/pipe" host echo piped)" = piped ]
  [ ! -e "$ROOT" ]
}

@test "SSH_FAST_DISABLE=1 is plain at once" {
  SSH_FAST_DISABLE=1 is_plain -F "$DIR/config" host true
  [ ! -e "$ROOT" ]
}

@test "a destination that begins with a dash is never an option, nor in ssh -G" {
  local destination="-oProxyCommand=touch $DIR/touched"
  mkdir "$DIR/noting"
  printf '#!/bin/sh\nprintf "%%s\\n" "$@" >>%s/noted\nexec /usr/bin/ssh "$@"\n' "$DIR" >"$DIR/noting/ssh"
  chmod +x "$DIR/noting/ssh"
  PATH=$DIR/noting:$PATH run "$SSH_FAST" -F "$DIR/config" -- "$destination"
  [ "$status" = 255 ]
  grep -qx -e -G "$DIR/noted"
  [ "$(grep -cx -e "$destination" "$DIR/noted")" = 2 ]
  [ "$(grep -x -B 1 -e "$destination" "$DIR/noted" | grep -cx -e --)" -ge 2 ]
  [ ! -e "$DIR/touched" ]
}
