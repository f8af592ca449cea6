#!/usr/bin/env bats
# Which keys a login could use: each run reaches the account that plain ssh
# would reach, and the same keys, wherever they lie, share a login.

load ../lib/helper

setup_file() {
  make_dir
  start_sshd
  local key
  for key in a b c; do
    ssh-keygen -q -t ed25519 -N '' -f "$DIR/key_$key" -C "$key"
    echo "command=\"echo account $key\" $(cat "$DIR/key_$key.pub")" >>"$DIR/authorized_keys"
  done
  sed '/Identit/d' "$DIR/config" >"$DIR/any"
}
setup() {
  new_root
  BEFORE=$(logins)
  T=$BATS_TEST_TMPDIR
}
teardown() { if [ -n "${AGENTS:-}" ]; then kill $AGENTS 2>/dev/null || :; fi; }

# An agent listens there, with keys or without.
listens() { local status=0; SSH_AUTH_SOCK=$1 ssh-add -l >/dev/null 2>&1 || status=$?; [ "$status" -lt 2 ]; }
# start_agent PATH KEY...: an agent that holds these keys.
start_agent() {
  local socket=$1 key
  shift
  ssh-agent -D -a "$socket" >/dev/null 2>&1 3>&- &
  AGENTS="${AGENTS:-} $!"
  wait_until listens "$socket"
  for key; do SSH_AUTH_SOCK=$socket ssh-add -q "$DIR/key_$key"; done
}
# as_plain CASE: what the case prints is the same by plain ssh and by ssh-fast,
# without masters and with those that the first round has left.
as_plain() {
  local wanted round
  wanted=$("$1" ssh)
  [ -n "$wanted" ]
  for round in cold warm; do
    diff <(echo "$wanted") <("$1" "$SSH_FAST") || { echo "$1, $round" >&2; return 1; }
  done
}
login() { "$@" -oBatchMode=yes host true </dev/null 2>/dev/null || echo denied; }

@test "an agent whose keys change, are locked or are gone" {
  start_agent "$T/agent" a
  export SSH_AUTH_SOCK=$T/agent
  changed() {
    local key
    for key in a b; do
      ssh-add -q -D
      ssh-add -q "$DIR/key_$key"
      login "$@" -F "$DIR/any"
    done
  }
  as_plain changed
  # The first that the server takes counts: their order does as well.
  reordered() {
    local keys
    for keys in 'a b' 'b a'; do
      ssh-add -q -D
      for key in $keys; do ssh-add -q "$DIR/key_$key"; done
      login "$@" -F "$DIR/any"
    done
  }
  as_plain reordered
  locked() {
    ssh-add -q -D
    ssh-add -q "$DIR/key_a"
    login "$@" -F "$DIR/any"
    SSH_ASKPASS_REQUIRE=force SSH_ASKPASS=/bin/echo ssh-add -q -x
    login "$@" -F "$DIR/any"
    SSH_ASKPASS_REQUIRE=force SSH_ASKPASS=/bin/echo ssh-add -q -X
    login "$@" -F "$DIR/any"
    SSH_AUTH_SOCK=$T/nobody login "$@" -F "$DIR/any"
  }
  as_plain locked
}

@test "the agent of IdentityAgent, in the configuration or behind -o" {
  start_agent "$T/one" a
  start_agent "$T/two" b
  { echo "IdentityAgent $T/agent"; cat "$DIR/any"; } >"$T/config"
  by_link() {
    local which
    for which in one two; do
      ln -sfn "$T/$which" "$T/agent"
      login "$@" -F "$T/config"
      AGENT=$T/$which login "$@" -F "$DIR/any" -oIdentityAgent='$AGENT'
      SSH_AUTH_SOCK=$T/$which login "$@" -F "$DIR/any" -oIdentityAgent=none
    done
  }
  as_plain by_link
}

@test "replaced key files split pools: configuration and command line" {
  { echo "IdentityFile $T/key"; cat "$DIR/any"; } >"$T/config"
  replaced() {
    local key
    for key in a b; do
      cp "$DIR/key_$key" "$T/new"
      mv "$T/new" "$T/key"
      login "$@" -F "$T/config"
      login "$@" -F "$DIR/any" -i "$T/key"
      (cd "$T" && login "$@" -F "$DIR/any" -oIdentityFile=key)
      cat "$DIR/key_$key" >"$T/written"
      chmod 600 "$T/written"
      login "$@" -F "$DIR/any" -oIdentitiesOnly=yes -i "$T/written"
    done
    rm "$T/key"
    login "$@" -F "$T/config"
  }
  as_plain replaced
}

@test "older forms of private keys: a copy is the same key, another one is not" {
  local key
  for key in d e; do
    ssh-keygen -q -t rsa -b 2048 -m PEM -N '' -f "$T/key_$key"
    echo "command=\"echo account $key\" $(cat "$T/key_$key.pub")" >>"$DIR/authorized_keys"
    rm "$T/key_$key.pub"
  done
  old() {
    for key in d e; do
      cp "$T/key_$key" "$T/new"
      mv "$T/new" "$T/key"
      login "$@" -F "$DIR/any" -i "$T/key"
    done
  }
  as_plain old
  [ "$(new_logins)" = 4 ]
}

@test "a public key that selects from the agent, and one that fits no more" {
  start_agent "$T/agent" a b
  export SSH_AUTH_SOCK=$T/agent
  selected() {
    local key
    for key in a b; do
      cp "$DIR/key_$key.pub" "$T/id.pub"
      login "$@" -F "$DIR/any" -oIdentitiesOnly=yes -i "$T/id"
      login "$@" -F "$DIR/any" -oIdentitiesOnly=yes -i "$T/id.pub"
    done
    # A private key beside another one's public key is of no use.
    cp "$DIR/key_c" "$T/id"
    SSH_AUTH_SOCK= login "$@" -F "$DIR/any" -oIdentitiesOnly=yes -i "$T/id"
    rm "$T/id.pub"
    SSH_AUTH_SOCK= login "$@" -F "$DIR/any" -oIdentitiesOnly=yes -i "$T/id"
    rm "$T/id"
  }
  as_plain selected
}

@test "a certificate that is made anew, or named, counts as its key does" {
  local account
  ssh-keygen -q -t ed25519 -N '' -f "$T/ca"
  ssh-keygen -q -t ed25519 -N '' -f "$T/id"
  echo "cert-authority,principals=\"me\" $(cat "$T/ca.pub")" >>"$DIR/authorized_keys"
  for account in a b; do
    ssh-keygen -q -s "$T/ca" -I me -n me -O force-command="echo account $account" "$T/id.pub"
    mv "$T/id-cert.pub" "$T/$account-cert.pub"
  done
  renewed() {
    for account in a b; do
      cp "$T/$account-cert.pub" "$T/id-cert.pub"
      login "$@" -F "$DIR/any" -i "$T/id"
      rm "$T/id-cert.pub"
      login "$@" -F "$DIR/any" -i "$T/id" -oCertificateFile="$T/$account-cert.pub"
    done
    login "$@" -F "$DIR/any" -i "$T/id"
  }
  as_plain renewed
}

@test "a key from a pipe is left for ssh to read" {
  piped() { login "$@" -F "$DIR/any" -i <(cat "$DIR/key_a"); }
  wanted=$(piped ssh)
  [ "$(piped "$SSH_FAST")" = "$wanted" ]
  mkfifo "$T/pipe"
  [[ "$(decision_of -F "$DIR/any" -i "$T/pipe" host)" == "plain ssh, a key comes from a pipe" ]]
}

# With the keys that ssh takes by itself, in a home of its own.
at_home() {
  mkdir -p "$T/home/.ssh"
  # shellcheck disable=SC2016 # the inner shell's
  unshare -m sh -c 'mount --bind "$1" "$(getent passwd "$(id -u)" | cut -d: -f6)"; shift; exec "$@"' sh "$T/home" "$@"
}

@test "ssh's default keys: replaced, added, and one beside the agent's" {
  at_home true 2>/dev/null || skip "needs a mount namespace"
  # The tree may lie in the folder that is covered.
  cp "$SSH_FAST" "$T/ssh-fast"
  local SSH_FAST=$T/ssh-fast
  by_default() {
    local key
    rm -f "$T/home/.ssh/"id_*
    login at_home "$@" -F "$DIR/any"
    for key in a b; do
      cp "$DIR/key_$key" "$T/home/.ssh/new"
      mv "$T/home/.ssh/new" "$T/home/.ssh/id_ed25519"
      login at_home "$@" -F "$DIR/any"
    done
    cp "$DIR/key_c" "$T/home/.ssh/id_ecdsa"
    login at_home "$@" -F "$DIR/any"
  }
  as_plain by_default
}

@test "the same key shares: six copies, two agents, a file and an agent" {
  local i
  for i in 1 2 3 4 5 6; do
    cp "$DIR/key_a" "$T/copy$i"
    [ "$(login "$SSH_FAST" -F "$DIR/any" -i "$T/copy$i")" = "account a" ]
    wait_until is_released
    rm "$T/copy$i"
  done
  [ "$(new_logins)" = 1 ]
  start_agent "$T/one" a
  start_agent "$T/two" a
  for i in one two; do
    [ "$(SSH_AUTH_SOCK=$T/$i login "$SSH_FAST" -F "$DIR/any" -oIdentityFile=none)" = "account a" ]
    wait_until is_released
    [ "$(SSH_AUTH_SOCK=$T/$i login "$SSH_FAST" -F "$DIR/any" -i "$DIR/key_a")" = "account a" ]
    wait_until is_released
  done
  [ "$(new_logins)" = 1 ]
}

@test "an agent that never answers costs 0.1 s once, then is remembered" {
  ssh-agent -D -a "$T/agent" >/dev/null 2>&1 3>&- &
  AGENTS=$!
  wait_until listens "$T/agent"
  kill -STOP "$AGENTS"
  export SSH_AUTH_SOCK=$T/agent
  # How long it waited for the agent, in milliseconds.
  waited() {
    strace -f -r -e trace=ppoll,poll -o "$T/trace" "$SSH_FAST" --explain -F "$DIR/any" host >"$T/out"
    grep -q "silent agent: $T/agent" "$T/out"
    sed -n 's/.*poll(\[{fd=[0-9]*, events=POLLIN}\], 1, \([0-9]*\)).*/\1/p' "$T/trace" | awk '$1 <= 100 {n += $1} END {print n + 0}'
  }
  # The first run but one writes it down.
  "$SSH_FAST" --verbose -F "$DIR/any" -i "$DIR/key_a" host true </dev/null >"$T/first" 2>&1 &
  local run=$!
  wait_until compgen -G "$ROOT/.silent.*"
  kill -CONT "$AGENTS"
  wait "$run" || :
  kill -STOP "$AGENTS"
  [ "$(waited)" -le 12 ]
  # After some seconds it is asked again.
  touch -d '-11 seconds' "$ROOT"/.silent.*
  [ "$(waited)" -gt 80 ]
  kill -CONT "$AGENTS"
}

@test "odd agents: nonsense, half an answer, too much of one" {
  local answer
  for answer in '' '\0\0' '\0\0\0\1\5' '\0\0\0\5\14\0\0\0\2' '\0\0\0\11\14\377\377\377\377\377\377\377\377' \
    '\377\377\377\377\14\0\0\0\1' '\0\0\0\15\14\0\0\0\1\0\0\0\0\0\0\0\0'; do
    python3 - "$T/odd" "$answer" <<'X' 3>&- &
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen()
open(sys.argv[1] + '.listens', 'w').close()
c = s.accept()[0]
c.recv(100)
c.send(sys.argv[2].encode().decode('unicode_escape').encode('latin1'))
X
    wait_until test -e "$T/odd.listens"
    SSH_AUTH_SOCK=$T/odd timeout 5 "$SSH_FAST" --explain -F "$DIR/any" host | grep -q '^decision: lease'
    rm "$T/odd" "$T/odd.listens"
  done
}

@test "Kerberos: who the ticket is of counts, not the tickets that come and go" {
  ssh -G -oGSSAPIAuthentication=yes host 2>/dev/null | grep -q '^gssapiauthentication yes' ||
    skip "this ssh has no GSSAPI"
  write_config "$T/config" 'GSSAPIAuthentication yes'
  # The front of a ticket cache, for that name.
  cache() { printf '\5\4\0\0\0\0\0\1\0\0\0\1\0\0\0\1R\0\0\0\1%s%s' "$1" "${2:-}" >"$T/cache"; }
  pool() { KRB5CCNAME=FILE:$T/cache folder_of -F "$T/config" host; }
  cache a
  local first
  first=$(pool)
  cache a tickets
  [ "$(pool)" = "$first" ]
  cp "$T/cache" "$T/other"
  [ "$(KRB5CCNAME=$T/other folder_of -F "$T/config" host)" = "$first" ]
  cache b
  [ "$(pool)" != "$first" ]
  [ "$(KRB5CCNAME=KCM: folder_of -F "$T/config" host)" != "$(KRB5CCNAME=KEYRING:x folder_of -F "$T/config" host)" ]
}
