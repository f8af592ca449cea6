#!/usr/bin/env bats
# What another user, a hostile file or a hostile caller tries. Each test plays
# the attacker; ssh-fast(7), SECURITY, names the promise that it holds.

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() { new_root; T=$BATS_TEST_TMPDIR; ATTACKER=; }
teardown() {
  [ -z "$ATTACKER" ] || { kill -KILL "$ATTACKER"; wait "$ATTACKER" || :; }
}

# script FILE LINE...: a shell script in the place of ssh.
script() {
  local file=$1
  shift
  mkdir -p "${file%/*}"
  printf '%s\n' '#!/bin/sh' "$@" >"$file"
  chmod +x "$file"
}
# found_in FOLDER: the ssh that is chosen where that folder comes first.
found_in() {
  PATH=$1:/usr/bin:/bin "$SSH_FAST" --explain -V | sed -n 's/^command: \([^ ]*\).*/\1/p'
}

@test "a policy script is not skipped for a word in it" {
  script "$T/comment/ssh" '# Use this instead of ssh-fast.' 'exec /usr/bin/ssh "$@"'
  script "$T/argument/ssh" 'logger "ssh-fast refused: $*"' 'exec /usr/bin/ssh "$@"'
  script "$T/name/ssh" 'test -e /etc/ssh-fast.conf' 'exec /usr/bin/ssh "$@" # not ssh-fast'
  script "$T/longer/ssh" 'exec ssh-fast-policy "$@"'
  local kind
  for kind in comment argument name longer; do
    [ "$(found_in "$T/$kind")" = "$T/$kind/ssh" ]
  done
}

@test "a script that runs ssh-fast is skipped, and --verbose says so" {
  script "$T/plain/ssh" 'exec ssh-fast "$@"'
  script "$T/path/ssh" 'SSH_FAST_PERSIST=5 exec "/opt/bin/ssh-fast" "$@"'
  script "$T/env/ssh" 'if true; then /usr/bin/env -u X ssh-fast "$@"; fi'
  script "$T/list/ssh" 'test -t 0 && exec -a ssh ssh-fast "$@"'
  local kind
  for kind in plain path env list; do
    [ "$(found_in "$T/$kind")" = /usr/bin/ssh ]
    PATH=$T/$kind:/usr/bin:/bin run --separate-stderr "$SSH_FAST" --verbose --explain -V
    [ "$stderr" = "ssh-fast: skipping $T/$kind/ssh: it runs ssh-fast" ]
  done
}

@test "a script that calls ssh-fast in a hidden way runs once, not for ever" {
  # The script runs, and the ssh-fast that it calls goes on to the real ssh.
  script "$T/bin/ssh" "echo policy >>$T/seen" "fast=$SSH_FAST # ssh-fast" 'exec "$fast" "$@"'
  # Twice more the first time: for ssh -G, and for the login.
  PATH=$T/bin:/usr/bin:/bin fast host true
  [ "$(wc -l <"$T/seen")" = 3 ]
  PATH=$T/bin:/usr/bin:/bin run --separate-stderr fast host echo fine
  [ "$output" = fine ]
  [ "$stderr" = "" ]
  [ "$(wc -l <"$T/seen")" = 4 ]
  # A plain run, too.
  PATH=$T/bin:/usr/bin:/bin run fast -V
  [ "$status" = 0 ]
  [ "$(wc -l <"$T/seen")" = 5 ]
}

# As a set-user-id program of root's that another user has started.
as_set_id() {
  perl -e '$< = 65534; exec @ARGV' "$@"
}

@test "a set-user-id caller: none of the user's variables, nor his PATH" {
  need_root
  script "$T/bin/ssh" "echo caught >$T/caught" 'exec /usr/bin/ssh "$@"'
  SSH_FAST_SSH=$T/bin/ssh run as_set_id "$SSH_FAST" --explain -V
  [[ "$output" == *"command: /usr/bin/ssh -V"* ]]
  PATH=$T/bin:$PATH run as_set_id "$SSH_FAST" -V
  [ ! -e "$T/caught" ]
  # A value that would be refused is not even read.
  SSH_FAST_PROBE=nonsense run as_set_id "$SSH_FAST" -V
  [ "$status" = 0 ]
  SSH_FAST_ROOT=$T/theirs run as_set_id "$BUILD/ssh-fast-ls"
  [[ "$output" != *"$T/theirs"* ]]
  # Without the difference they count.
  SSH_FAST_SSH=$T/bin/ssh run "$SSH_FAST" --explain -V
  [[ "$output" == *"command: $T/bin/ssh -V"* ]]
}

@test "ssh-fast-health beside the binary runs only where nobody else writes" {
  need_root
  mkdir "$T/bin"
  cp "$SSH_FAST" "$T/bin/ssh-fast"
  script "$T/bin/ssh-fast-health" "echo caught >$T/caught" 'exit 0'
  local health=(env PATH=/usr/bin:/bin "$T/bin/ssh-fast" --health=500 -F "$DIR/config" host true)
  local mode owner
  for mode in 1777 777 775; do
    chmod "$mode" "$T/bin"
    run "${health[@]}"
    [ ! -e "$T/caught" ]
  done
  chmod 755 "$T/bin"
  for owner in 65534:root root:root; do
    chown "$owner" "$T/bin/ssh-fast-health"
    chmod 775 "$T/bin/ssh-fast-health"
    run "${health[@]}"
    [ ! -e "$T/caught" ]
  done
  chmod 755 "$T/bin/ssh-fast-health"
  SSH_FAST_ROOT=$DIR/another run "${health[@]}"
  [ -e "$T/caught" ]
}

@test "--explain prints nothing that steers a terminal" {
  local odd=$'a\033[31mb\302\233c\233d'
  run "$SSH_FAST" --explain -F "$DIR/config" --ssh=/usr/bin/ssh host "$odd"
  [[ "$output" == *"\$'a\\x1b[31mb\\xc2\\x9bc\\x9bd'"* ]]
  SSH_FAST_NAMESPACE=$odd run "$SSH_FAST" --explain -F "$DIR/config" host
  [[ "$output" == *'a\x1b[31mb\xc2\x9bc\x9bd'* ]]
  SSH_FAST_ROOT=$T/$odd run "$SSH_FAST" --explain -F "$DIR/config" host
  LC_ALL=C run ! grep -q $'\033\|\233' <<<"$output"
  # What a shell reads back is what was given.
  local word
  word=$("$SSH_FAST" --explain -V "$odd'\\x" | sed -n "s/^command: [^ ]* -V //p")
  [ "$(eval "printf %s $word")" = "$odd'\\x" ]
}

@test "a configuration that ssh refuses is refused, also over a live master" {
  local include=$T/include
  { cat "$DIR/config"; echo "Include $include"; } >"$T/config"
  : >"$include"
  local client
  for client in ssh native auto; do
    chmod 644 "$include"
    "$SSH_FAST" --client="$client" -F "$T/config" host true
    wait_until is_released
    chmod 666 "$include"
    run --separate-stderr ssh -F "$T/config" host echo reached
    [ "$status" = 255 ]
    local expected=$stderr
    run --separate-stderr "$SSH_FAST" --client="$client" -F "$T/config" host echo reached
    [ "$status" = 255 ]
    [ "$output" = "" ]
    [ "$stderr" = "$expected" ]
    # The same where the text of the namespace is given.
    SSH_FAST_NAMESPACE=given run "$SSH_FAST" --client="$client" -F "$T/config" host echo reached
    [ "$status" = 255 ]
  done
  # Where a group may write, ssh decides, and ssh-fast with it.
  chmod 664 "$include"
  local wanted=0
  plain_with "$T/config" || wanted=$?
  run "$SSH_FAST" --client=native -F "$T/config" host true
  [ "$status" = "$wanted" ]
}
plain_with() { ssh -F "$1" host true; }

@test "an included file of another user's is refused, as by ssh" {
  need_root
  { cat "$DIR/config"; echo "Include $T/include"; } >"$T/config"
  : >"$T/include"
  "$SSH_FAST" --client=native -F "$T/config" host true
  wait_until is_released
  chown 65534 "$T/include"
  run -255 ssh -F "$T/config" host true
  run -255 "$SSH_FAST" --client=native -F "$T/config" host true
}

# taken_up: another run takes the leftover and its master, without a login.
taken_up() {
  local before
  before=$(logins)
  fast host true && [ "$(logins)" = "$before" ]
}
# Leaves a lease that nobody holds in used/, with its master alive.
leave_behind() {
  fast host true
  wait_until is_released
  local name=$ROOT/*/free/s*
  name=$(basename $name)
  printf '%-79s\n' "pid 999999 since 1 space $(stat -Lc %i /proc/self/ns/pid)" >"$(namespace)free/$name"
  mv "$(namespace)free/$name" "$(namespace)used/$name"
}

@test "another user's sockets of the same name do not pin a leftover" {
  need_root
  leave_behind
  setpriv --reuid=65534 --clear-groups python3 - "$(socket_of)" >"$T/out" 3>&- <<'END' &
import os, signal, socket, sys
name = "\0" + sys.argv[1]
listening = socket.socket(socket.AF_UNIX)
listening.bind(name)
listening.listen()
client = socket.socket(socket.AF_UNIX)
client.connect(name)
accepted, _ = listening.accept()
print("connected", flush=True)
signal.pause()
END
  ATTACKER=$!
  wait_until has_content "$T/out"
  taken_up
}

@test "the same path in another user's mount namespace does not pin it" {
  need_root
  needs_mounts
  leave_behind
  unshare -m python3 - "$(socket_of)" >"$T/out" 3>&- <<'END' &
import os, signal, socket, subprocess, sys
folder = os.path.dirname(sys.argv[1])
subprocess.check_call(["mount", "-t", "tmpfs", "none", "/tmp"])
os.setgroups([])
os.setuid(65534)
os.makedirs(folder)
listening = socket.socket(socket.AF_UNIX)
os.chdir(folder)
listening.bind(sys.argv[1])
listening.listen()
client = socket.socket(socket.AF_UNIX)
client.connect(os.path.basename(sys.argv[1]))
accepted, _ = listening.accept()
print("connected", flush=True)
signal.pause()
END
  ATTACKER=$!
  wait_until has_content "$T/out"
  taken_up
}

@test "another user's process that names the lease delays no keeper" {
  need_root
  script "$T/bin/ssh" '/usr/bin/ssh "$@"'
  PATH=$T/bin:$PATH fast host true
  wait_until is_released
  setpriv --reuid=65534 --clear-groups perl -e '$| = 1; print "on\n"; sleep 60' \
    "/c/$(basename "$(socket_of)")" >"$T/out" 3>&- &
  ATTACKER=$!
  wait_until has_content "$T/out"
  PATH=$T/bin:$PATH fast host true
  wait_until is_released
}

@test "a given namespace text serves the endpoint of its first use alone" {
  local given=(env SSH_FAST_NAMESPACE=given "$SSH_FAST" -F "$DIR/config")
  run --separate-stderr "${given[@]}" host true
  [ "$stderr" = "" ]
  local before call
  before=$(logins)
  for call in "other" "other@host" "-l root2 host" "-p $PORT host" "-W 127.0.0.1:$PORT host"; do
    wait_until is_released
    # shellcheck disable=SC2086 # words
    run --separate-stderr "${given[@]}" -o BatchMode=yes $call </dev/null
    [[ "$stderr" == "ssh-fast: cannot use $ROOT/"*": its namespace text was first used for another "* ]]
    # shellcheck disable=SC2086 # words
    run -255 env SSH_FAST_STRICT=1 "${given[@]}" $call
  done
  # Each was a login of its own; the first endpoint goes on sharing.
  [ "$(logins)" -gt "$before" ]
  before=$(logins)
  run --separate-stderr "${given[@]}" host echo fine
  [ "$output" = fine ]
  [ "$stderr" = "" ]
  [ "$(logins)" = "$before" ]
}

@test "the namespace of one run does not reach what that run starts" {
  cat >"$T/proxy" <<END
#!/bin/sh
env >"$T/seen"
exec /usr/sbin/sshd -i -f "$DIR/sshd_config"
END
  chmod +x "$T/proxy"
  SSH_FAST_NAMESPACE=outer fast -o ProxyCommand="$T/proxy" host true
  grep -q '^PATH=' "$T/seen"
  run ! grep SSH_FAST_NAMESPACE "$T/seen"
  # Plain, too.
  rm "$T/seen"
  SSH_FAST_NAMESPACE=outer2 fast -o ProxyCommand="$T/proxy" -o ControlPath=none host true
  grep -q '^PATH=' "$T/seen"
  run ! grep SSH_FAST_NAMESPACE "$T/seen"
}
