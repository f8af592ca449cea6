#!/usr/bin/env bats
# ROOT/config: settings for each host, and what counts more.

load ../lib/helper

setup_file() { make_dir; start_sshd; }
setup() {
  new_root
  mkdir -m 700 "$ROOT"
  BEFORE=$(logins)
}
# settings LINE...
settings() { printf '%s\n' "$@" >"$ROOT/config"; chmod 600 "$ROOT/config"; }
# setting KEYWORD HOST [NAME=VALUE...]: its value and where it comes from.
setting() {
  local keyword=$1 host=$2
  shift 2
  env "$@" "$SSH_FAST" --explain -F "$DIR/config" "$host" | sed -n "s/^  $keyword //p"
}
# refuses WORDS: 255 with that message, and nothing is run.
refuses() {
  run -255 fast host true </dev/null
  [ "$output" = "ssh-fast: $1" ]
}

@test "the first value counts, of the hosts that fit" {
  settings 'Probe e2e' 'Host a* !ab' 'Persist 1m' 'Host ?b "x y" c' 'persist=2m' 'PROBE = "none"' 'Host *' 'Persist 3m'
  [ "$(setting Persist a)" = "60s ($ROOT/config line 3)" ]
  [ "$(setting Persist ab)" = "120s ($ROOT/config line 5)" ]
  [ "$(setting Persist 'u@cb')" = "120s ($ROOT/config line 5)" ]
  [ "$(setting Persist 'ssh://u@c:22')" = "120s ($ROOT/config line 5)" ]
  # Capitals count in names of hosts, as for ssh.
  [ "$(setting Persist A)" = "180s ($ROOT/config line 8)" ]
  [ "$(setting Persist aba)" = "60s ($ROOT/config line 3)" ]
  [ "$(setting Probe cb)" = "e2e ($ROOT/config line 1)" ]
  [ "$(setting Client cb)" = 'auto (default)' ]
}

@test "an option counts more than a variable, and that more than the file" {
  settings 'Persist 1m' 'Touch no' 'ReuseOnly yes' 'Plain yes'
  [ "$(setting Persist h)" = "60s ($ROOT/config line 1)" ]
  [ "$(setting Persist h SSH_FAST_PERSIST=2m)" = '120s (SSH_FAST_PERSIST)' ]
  [ "$(SSH_FAST_PERSIST=2m "$SSH_FAST" --persist=3m --explain h | sed -n 's/^  Persist //p')" = '180s (--persist)' ]
  [ "$(setting Touch h SSH_FAST_TOUCH=1)" = 'yes (SSH_FAST_TOUCH)' ]
  [ "$("$SSH_FAST" --no-touch --explain h | sed -n 's/^  Touch //p')" = 'no (--no-touch)' ]
  [ "$(setting ReuseOnly h SSH_FAST_REUSE_ONLY=0)" = 'no (SSH_FAST_REUSE_ONLY)' ]
  [ "$(setting Plain h SSH_FAST_DISABLE=0)" = 'no (SSH_FAST_DISABLE)' ]
  [ "$(decision_of -F "$DIR/config" host)" = 'plain ssh, it is asked for' ]
}

@test "settings do what options do" {
  settings 'Host host' 'Persist 7' 'Strict yes' 'Client native'
  fast host true </dev/null
  pgrep -f "^[^ ]*ssh -MNTf -oControlPersist=7 -S $ROOT/"
  settings 'Host host' 'Plain yes'
  fast host true </dev/null
  [ "$(new_logins)" = 2 ]
  settings "Ssh $TOOLS/stand-in"
  run fast -V
  [ "$status" = 0 ]
  run "$SSH_FAST" --explain -F "$DIR/config" host
  [[ "$output" == *"command: $TOOLS/stand-in "* ]]
}

@test "a wrong line is an error with file and line, whichever host it is for" {
  local file=$ROOT/config
  settings 'Host other' 'Persist 5x'
  refuses "$file line 2: bad value for Persist: 5x (it takes a time of 1 to 31536000 seconds, as 90, 10m or 1h30m)"
  settings '' '  # a comment' 'Persistent 5'
  refuses "$file line 3: unknown keyword Persistent"
  settings 'Match all'
  refuses "$file line 1: unknown keyword Match"
  settings 'Root /tmp'
  refuses "$file line 1: unknown keyword Root"
  settings 'Strict maybe'
  refuses "$file line 1: bad value for Strict: maybe (it takes yes or no)"
  settings 'Persist # 5'
  refuses "$file line 1: Persist needs a value"
  settings 'Persist 5 6'
  refuses "$file line 1: Persist takes one value, and here is more"
  settings 'Namespace ""'
  refuses "$file line 1: bad value for Namespace:  (it takes a text)"
  settings 'Host'
  refuses "$file line 1: Host wants patterns of host names"
  settings '"Persist" 5'
  refuses "$file line 1: this is not understood"
  printf 'Persist 5\n\0' >"$file"
  refuses "$file: it holds a NUL, and is no text"
  # Whatever counts more does not make it good.
  settings 'Persist 5x'
  run -255 env SSH_FAST_PERSIST=5 "$SSH_FAST" -F "$DIR/config" host true
  # But for who wants none of it.
  SSH_FAST_DISABLE=1 fast host true </dev/null
  [ "$(new_logins)" = 1 ]
}

@test "a file that others may have written is an error" {
  local file=$ROOT/config
  settings 'Persist 5'
  chmod 620 "$file"
  refuses "cannot trust $file: it may be written by others"
  chmod 602 "$file"
  refuses "cannot trust $file: it may be written by others"
  rm "$file"
  mkfifo -m 600 "$file"
  refuses "cannot trust $file: it is no plain file"
  rm "$file"
  mkdir -m 700 "$file"
  refuses "cannot trust $file: it is no plain file"
  rmdir "$file"
  # A link is followed, as ssh does: the file counts.
  echo 'Persist 5' >"$BATS_TEST_TMPDIR/mine"
  chmod 644 "$BATS_TEST_TMPDIR/mine"
  ln -s "$BATS_TEST_TMPDIR/mine" "$file"
  [ "$(setting Persist h)" = "5s ($file line 1)" ]
  [ "$(id -u)" = 0 ] || return 0
  chown games "$BATS_TEST_TMPDIR/mine"
  refuses "cannot trust $file: it belongs to another user"
}

@test "a file that is not there costs one system call" {
  fast host true </dev/null
  wait_until is_released
  strace -o "$BATS_TEST_TMPDIR/trace" "$SSH_FAST" -F "$DIR/config" host true </dev/null
  [ "$(grep -cF "$ROOT/config" "$BATS_TEST_TMPDIR/trace")" = 1 ]
  grep -F "$ROOT/config" "$BATS_TEST_TMPDIR/trace" | grep -q ENOENT
  # A file that cannot be read is no reason not to run.
  run strace -o "$BATS_TEST_TMPDIR/trace" -e trace=open,openat -P "$ROOT/config" \
    -e inject=open,openat:error=EMFILE "$SSH_FAST" -F "$DIR/config" host echo fine </dev/null
  [ "$output" = fine ]
  run -255 strace -o "$BATS_TEST_TMPDIR/trace" -e trace=open,openat -P "$ROOT/config" \
    -e inject=open,openat:error=EMFILE "$SSH_FAST" --strict -F "$DIR/config" host echo fine </dev/null
  [ "$output" = "ssh-fast: cannot read $ROOT/config: No file descriptors available" ] ||
    [ "$output" = "ssh-fast: cannot read $ROOT/config: Too many open files" ]
}

@test "gc and ls pass the file over" {
  settings 'Persist 5'
  fast host true </dev/null
  [ "$("$BUILD/ssh-fast-ls" | wc -l)" = 2 ]
  gc -q --ttl=1
  [ -s "$ROOT/config" ]
}
