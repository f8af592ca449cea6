#!/usr/bin/env bats
# ssh as an alias in bash, zsh and fish, typed into in a pseudo-terminal: what
# people see is what they see of plain ssh, cold and warm.

load ../lib/helper

setup_file() { make_dir; start_sshd; write_config "$DIR/config"; sed -i /LogLevel/d "$DIR/config"; }
setup() {
  new_root
  T=$BATS_TEST_TMPDIR
  BEFORE=$(logins)
}
teardown() {
  if [ -n "${PAM_PID:-}" ]; then kill "$PAM_PID" && wait "$PAM_PID" || :; fi
  if [ -n "${SSH_AGENT_PID:-}" ]; then kill "$SSH_AGENT_PID"; fi
}

# typed FILE SHELL CLIENT CASE...
typed() {
  local file=$1 shell=$2 client=$3
  shift 3
  rm -f "$T/known" "$T/known.2"
  KNOWN=$T/known LOCKED=$T/locked PAM_PORT=${PAM_PORT:-} \
    "$BATS_TEST_DIRNAME/alias.exp" "$shell" "$client -F $DIR/config" "$@" >"$file" 2>&1 </dev/null || {
    cat "$file"
    return 1
  }
}
# like_plain SHELL LOGINS CASE...: twice with ssh-fast, cold and warm.
like_plain() {
  local shell=$1 wanted=$2 before
  shift 2
  typed "$T/plain" "$shell" ssh "$@"
  grep -q '^status ' "$T/plain"
  before=$(logins)
  typed "$T/cold" "$shell" "$SSH_FAST" "$@"
  diff "$T/plain" "$T/cold"
  wait_until is_released
  typed "$T/warm" "$shell" "$SSH_FAST" "$@"
  diff "$T/plain" "$T/warm"
  wait_until is_released
  [ $(($(logins) - before)) = "$wanted" ]
}
TERMINAL_CASES="login top resize interrupt escape"

@test "bash: login, top, resize, ^C, escapes" {
  needs_terminals
  like_plain bash 1 $TERMINAL_CASES
}
@test "zsh: login, top, resize, ^C, escapes, ^Z and fg" {
  needs_command zsh
  needs_terminals
  like_plain zsh 1 $TERMINAL_CASES suspend
}
@test "fish: login, top, resize, ^C, escapes" {
  needs_command fish
  needs_terminals
  like_plain fish 1 $TERMINAL_CASES
}

@test "bash, no terminal at the far end: ^\\, ^Z and fg" { like_plain bash 1 suspend quit; }

@test "~C is disabled over a master, as it is by default" {
  needs_terminals
  typed "$T/plain" bash ssh commandline
  grep -q 'shows \(commandline disabled\|ssh> \)' "$T/plain"
  typed "$T/fast" bash "$SSH_FAST" commandline
  grep -q 'shows commandline disabled' "$T/fast"
}

@test "the question about an unknown host key, yes and no" {
  # Cold only: warm there is nothing to ask.
  typed "$T/plain" bash ssh question refusal
  typed "$T/cold" bash "$SSH_FAST" question refusal
  diff "$T/plain" "$T/cold"
}

@test "a key with a passphrase is asked for cold, and not again" {
  ssh-keygen -q -t ed25519 -N secret -f "$T/locked"
  cat "$T/locked.pub" >>"$DIR/authorized_keys"
  sed -i '/IdentityFile/d' "$DIR/config"
  typed "$T/plain" bash ssh passphrase
  typed "$T/cold" bash "$SSH_FAST" passphrase
  diff "$T/plain" "$T/cold"
  wait_until is_released
  [ "$(ssh_fast_says -i "$T/locked" host echo warm)" = warm ]
  write_config "$DIR/config"
  sed -i /LogLevel/d "$DIR/config"
}
ssh_fast_says() { "$SSH_FAST" -F "$DIR/config" -oBatchMode=yes "$@" </dev/null; }

# A server that asks for passwords, of a password file that only it sees.
start_asking_sshd() {
  local try
  sed 's/^root:[^:]*:/root:'"$(openssl passwd -6 secret | sed 's/[\/&]/\\&/g')"':/' /etc/shadow >"$T/shadow"
  chmod 600 "$T/shadow"
  for try in 1 2 3; do
    PAM_PORT=$("$TOOLS/free-port")
    sed -e "s/^Port .*/Port $PAM_PORT/" -e "s|^PidFile .*|PidFile $T/pam.pid|" \
      -e 's/^UsePAM .*/UsePAM yes/' "$DIR/sshd_config" >"$T/sshd_config"
    printf '%s\n' 'PermitRootLogin yes' 'PasswordAuthentication yes' \
      'KbdInteractiveAuthentication yes' >>"$T/sshd_config"
    # shellcheck disable=SC2016 # the inner shell's
    unshare -m sh -c 'mount --bind "$1/shadow" /etc/shadow &&
      exec /usr/sbin/sshd -D -e -f "$1/sshd_config"' sshd "$T" \
      </dev/null >/dev/null 2>"$T/pam.log" 3>&- &
    PAM_PID=$!
    wait_until has_content "$T/pam.pid" && break
    echo "try $try"
  done
}

@test "passwords and keyboard-interactive: the same questions, once" {
  [ "$(id -u)" = 0 ] || skip "only root can run a server that checks passwords"
  needs_mounts
  # Who makes an account meanwhile would put the real file there again.
  exec 8</etc
  flock -w 60 8
  start_asking_sshd
  local case
  for case in password kbdinteractive; do
    typed "$T/plain" bash ssh "$case"
    typed "$T/cold" bash "$SSH_FAST" "$case"
    diff "$T/plain" "$T/cold"
    wait_until is_released
  done
  # Warm, nobody is asked.
  [ "$(ssh_fast_says -o PubkeyAuthentication=no -o PreferredAuthentications=password \
    -p "$PAM_PORT" host echo warm)" = warm ]
}

@test "-A and -a, and -X: what the far side gets is what plain ssh gives it" {
  eval "$(ssh-agent -s -a "$T/agent" 3>&-)" >/dev/null
  export SSH_AUTH_SOCK SSH_AGENT_PID DISPLAY=127.0.0.1:99
  ssh-add -q "$DIR/id"
  like_plain bash 2 agent
  unset SSH_AUTH_SOCK
  ROOT=$ROOT.x SSH_FAST_ROOT=$ROOT.x like_plain bash 1 display
}
