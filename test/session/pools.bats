#!/usr/bin/env bats
# Which command lines share a pool, and which must not.
# clients: ssh

load ../lib/helper

setup_file() {
  make_dir
  start_sshd
  cp "$DIR/id" "$DIR/id2"
  ssh-keygen -q -t ed25519 -N '' -f "$DIR/other_key" -C other
}
setup() { new_root; }

# The folder of a command line with the usual configuration.
pool() { folder_of -F "$DIR/config" "$@"; }
same() { [ -n "$1" ] && [ "$1" = "$2" ]; }
differ() { [ -n "$1" ] && [ -n "$2" ] && [ "$1" != "$2" ]; }

@test "session options share: -t -T -n -q -e -s -v and their -o" {
  local base words
  base=$(pool host)
  for words in -t -tt -T -n -q '-e none' -s -oRequestTTY=yes -oLogLevel=DEBUG \
    '-o LogLevel=quiet' -oRemoteCommand=none -oEscapeChar=none -oBatchMode=yes \
    -oControlMaster=no '-o ControlMaster=no' '-qTn' -oStdinNull=yes; do
    # shellcheck disable=SC2086
    same "$base" "$(pool $words host)" || { echo "$words" >&2; return 1; }
  done
  same "$base" "$(pool host some command -p 9)"
  same "$base" "$(pool host -t)"
  same "$base" "$(pool -- host)"
}

@test "what shapes the connection splits" {
  local base words seen=" "
  base=$(pool host)
  seen+="$base "
  for words in "-i $DIR/other_key" '-J jump' '-J other' \
    '-p 2222' '-l nobody' '-C' '-4' '-6' '-A' '-X' '-Y' '-K' '-b 127.0.0.1' \
    '-c aes128-ctr' '-m hmac-sha2-256' '-I lib.so' '-E log' '-g' '-k' \
    '-oSendEnv=GIT_PROTOCOL' '-oSetEnv=A=b' '-oCompression=yes' \
    -oRekeyLimit=1G '-oStrictHostKeyChecking=yes' '-oConnectTimeout=3' \
    '-oForwardAgent=/tmp/agent' '-oProxyCommand=nc' '-oHostName=other'; do
    # shellcheck disable=SC2086
    local folder
    folder=$(pool $words host)
    case "$seen" in
    *" $folder "*) echo "shared: $words" >&2; return 1 ;;
    esac
    [ -n "$folder" ]
    seen+="$folder "
  done
  differ "$base" "$(pool other)"
  differ "$base" "$(pool HOST)"
}

@test "the same thing said in other words shares" {
  same "$(pool -p 23 -l bob host)" "$(pool bob@host -p23)"
  same "$(pool ssh://bob@host:23)" "$(pool -oUser=bob -oPort=23 host)"
  same "$(pool -oCompression=yes host)" "$(pool -o 'compression yes' host)"
  same "$(pool -o 'Compression = yes' host)" "$(pool -oCompression=yes host)"
  # The first user and port count, as in ssh.
  same "$(pool -l bob alice@host)" "$(pool bob@host)"
  same "$(pool alice@host -l bob)" "$(pool alice@host)"
  same "$(pool -p 1 ssh://host:2)" "$(pool -p 1 host)"
  # The last @ parts user and host.
  "$SSH_FAST" --explain -F "$DIR/config" me@there@host | grep -qx 'user: me@there'
  "$SSH_FAST" --explain -F "$DIR/config" me@there@host | grep -qx 'destination: host'
}

@test "the content of the configuration counts, and that of all it includes" {
  cp "$DIR/config" "$DIR/copy"
  same "$(pool host)" "$(folder_of -F "$DIR/copy" host)"
  echo "# changed" >>"$DIR/copy"
  differ "$(pool host)" "$(folder_of -F "$DIR/copy" host)"

  mkdir "$DIR/conf.d"
  write_config "$DIR/copy" "Include $DIR/conf.d/*.conf" "Include \"$DIR/conf.d/with blank\""
  local before
  before=$(folder_of -F "$DIR/copy" host)
  echo "User bob" >"$DIR/conf.d/a.conf"
  differ "$before" "$(folder_of -F "$DIR/copy" host)"
  before=$(folder_of -F "$DIR/copy" host)
  echo "Include $DIR/deeper" >>"$DIR/conf.d/a.conf"
  before=$(folder_of -F "$DIR/copy" host)
  echo "Compression yes" >"$DIR/deeper"
  differ "$before" "$(folder_of -F "$DIR/copy" host)"
  before=$(folder_of -F "$DIR/copy" host)
  echo "Compression yes" >"$DIR/conf.d/with blank"
  differ "$before" "$(folder_of -F "$DIR/copy" host)"
  before=$(folder_of -F "$DIR/copy" host)
  same "$before" "$(folder_of -F "$DIR/copy" host)"
}

@test "the same words in other files or Includes are another configuration" {
  local before
  mkdir "$DIR/parts" "$DIR/more"
  write_config "$DIR/whole" "Include $DIR/parts/*"
  printf 'Host other\n#' >"$DIR/parts/a"
  printf 'User bob\n' >"$DIR/parts/b"
  before=$(folder_of -F "$DIR/whole" host)
  # A Host ends with its file: who logs in is another one now.
  printf 'Host other\n#1file\nUser bob\n' >"$DIR/parts/a"
  rm "$DIR/parts/b"
  differ "$before" "$(folder_of -F "$DIR/whole" host)"

  rm "$DIR/parts/a"
  write_config "$DIR/whole" "Include $DIR/parts/*" 'Host other' "Include $DIR/more/*"
  printf 'User bob\n' >"$DIR/parts/a"
  before=$(folder_of -F "$DIR/whole" host)
  mv "$DIR/parts/a" "$DIR/more/a"
  differ "$before" "$(folder_of -F "$DIR/whole" host)"
}

@test "a configuration that includes itself, or nothing, is read to its end" {
  write_config "$DIR/loop" "Include $DIR/loop" "Include $DIR/nothing-*" "Include"
  [ -n "$("$SSH_FAST" --explain -F "$DIR/loop" host)" ]
}

@test "a configuration without an end is left to ssh, and soon" {
  local _ name
  mkfifo "$DIR/pipe"
  write_config "$DIR/pipes" "Include $DIR/pipe"
  write_config "$DIR/zeroes" 'Include /dev/zero'
  for _ in {1..60}; do echo "Include $DIR/wide"; done >"$DIR/wide"
  yes '' | head -c 9M >"$DIR/large"
  write_config "$DIR/larger" "Include $DIR/large" "Include $DIR/large"
  for _ in {1..70}; do echo "Include $DIR/leaves"; done >"$DIR/many"
  for _ in {1..70}; do echo "Include $DIR/nothing $DIR/config"; done >"$DIR/leaves"
  for name in pipes zeroes wide larger many; do
    run timeout 10 "$SSH_FAST" --explain -F "$DIR/$name" host
    [ "$status" = 0 ]
    [[ "$output" == "decision: plain ssh, the configuration "* ]] ||
      { echo "$name: $output" >&2; return 1; }
  done
}

@test "a configuration in a file of size 0 from the kernel counts in full" {
  local name pid folders=()
  for name in bob eve; do
    bash -c 'exec -a "User $1" sleep 60' bash "$name" 3>&- &
    pid=$!
    wait_until grep -q "^User $name" "/proc/$pid/cmdline"
    ln -sf "/proc/$pid/cmdline" "$DIR/made-up"
    write_config "$DIR/including" "Include $DIR/made-up"
    folders+=("$(folder_of -F "$DIR/including" host)")
    kill "$pid"
  done
  differ "${folders[@]}"
}

@test "variables that the configuration refers to count, others do not" {
  write_config "$DIR/vars" "UserKnownHostsFile \${SF_KEY}"
  differ "$(SF_KEY=a folder_of -F "$DIR/vars" host)" "$(SF_KEY=b folder_of -F "$DIR/vars" host)"
  same "$(SF_KEY=a folder_of -F "$DIR/config" host)" "$(SF_KEY=b folder_of -F "$DIR/config" host)"
}

@test "Match exec is asked every time: what it decides splits" {
  write_config "$DIR/exec" "Match exec \"test -e $DIR/at-work\"" "  Compression yes" "Host *"
  local away at_work
  away=$(folder_of -F "$DIR/exec" host)
  : >"$DIR/at-work"
  at_work=$(folder_of -F "$DIR/exec" host)
  differ "$away" "$at_work"
  rm "$DIR/at-work"
  same "$away" "$(folder_of -F "$DIR/exec" host)"
}

@test "agent and display count where they are forwarded, and nowhere else" {
  local base
  base=$(pool host)
  same "$base" "$(SSH_AUTH_SOCK=/tmp/a DISPLAY=:1 pool host)"
  differ "$base" "$(pool -A host)"
  differ "$(SSH_AUTH_SOCK=/tmp/a pool -A host)" "$(SSH_AUTH_SOCK=/tmp/b pool -A host)"
  differ "$(DISPLAY=:1 pool -Y host)" "$(DISPLAY=:2 pool -Y host)"
  write_config "$DIR/kerberos" 'GSSAPIAuthentication yes'
  # Debian sid's ssh has no GSSAPI.
  if ssh -G -oGSSAPIAuthentication=yes host 2>/dev/null | grep -q '^gssapiauthentication yes'; then
    differ "$(folder_of -F "$DIR/kerberos" host)" "$(KRB5CCNAME=x folder_of -F "$DIR/kerberos" host)"
  fi
  same "$base" "$(KRB5CCNAME=x pool host)"
}

# What scp puts in front, of older and of newer versions.
SCP=(-x -oForwardAgent=no -oPermitLocalCommand=no -oClearAllForwardings=yes
  -oRemoteCommand=none -oRequestTTY=no)

@test "scp's options share where the configuration forwards nothing" {
  local before
  before=$(logins)
  same "$(pool host)" "$(pool "${SCP[@]}" host)"
  same "$(pool host)" "$(pool "${SCP[@]}" -oControlMaster=no host)"
  same "$(pool host)" "$(pool "${SCP[@]/=/ }" -s host sftp)"
  fast host true
  wait_until is_released
  fast "${SCP[@]}" host true
  wait_until is_released
  [ "$(logins)" = $((before + 1)) ]
}

@test "scp's options split where the configuration forwards something" {
  local line
  for line in "ForwardAgent yes" "ForwardX11 yes" "LocalForward 1234 host:1"; do
    write_config "$DIR/forwards" "$line"
    differ "$(folder_of -F "$DIR/forwards" "${SCP[@]}" host)" \
      "$(folder_of -F "$DIR/config" "${SCP[@]}" host)"
    # The pool of the session that gets the forwarding is another one.
    differ "$(folder_of -F "$DIR/forwards" "${SCP[@]}" host)" \
      "$(folder_of -F "$DIR/forwards" -oRequestTTY=no host)x"
  done
  # What the command line asks for itself is not shared with who takes it away.
  differ "$(pool -A host)" "$(pool -A -oForwardAgent=no host)"
}

@test "a session after scp's still gets its agent" {
  eval "$(ssh-agent -s)" >/dev/null
  ssh-add -q "$DIR/id"
  write_config "$DIR/forwards" "ForwardAgent yes"
  "$SSH_FAST" -F "$DIR/forwards" "${SCP[@]}" host 'test -z "$SSH_AUTH_SOCK"'
  wait_until is_released
  "$SSH_FAST" -F "$DIR/forwards" host 'ssh-add -l' >"$BATS_TEST_TMPDIR/keys"
  wait_until is_released
  "$SSH_FAST" -F "$DIR/forwards" "${SCP[@]}" host 'test -z "$SSH_AUTH_SOCK"'
  kill "$SSH_AGENT_PID"
  grep -q ED25519 "$BATS_TEST_TMPDIR/keys"
}

@test "SendEnv reaches the server over a pool of its own" {
  fast host true
  local value
  value=$(SF_TEST=x fast -oSendEnv=SF_TEST host 'echo $SF_TEST')
  [ "$value" = x ]
  value=$(SF_TEST=y fast -oSendEnv=SF_TEST host 'echo $SF_TEST')
  [ "$value" = y ]
}

@test "--namespace names the pool, and two roots never share" {
  same "$(folder_of --namespace=mine -F "$DIR/config" host)" \
    "$(folder_of --namespace=mine -F "$DIR/config" -p 99 other)"
  differ "$(folder_of --namespace=mine -F "$DIR/config" host)" \
    "$(folder_of --namespace=yours -F "$DIR/config" host)"
  differ "$(pool host)" "$(SSH_FAST_ROOT=$ROOT-2 pool host)"
}

@test "the record tells in plain text what the folder stands for" {
  "$SSH_FAST" --namespace=$'two\nlines\\' -F "$DIR/config" host true
  local record
  record=$(cat "$ROOT"/*/endpoint)
  [[ "$record" == *'text: two\x0alines\x5c'* ]]
  [[ "$record" == *'policy: lease'* ]]
  [[ "$record" == *'hostname: 127.0.0.1'* ]]
  [[ "$record" == *"port: $PORT"* ]]
  [[ "$record" == *"user: $(id -un)"* ]]
  [ "$(stat -c %a "$ROOT"/*/endpoint)" = 600 ]
  # It is understood again: no second ssh -G.
  strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=execve \
    "$SSH_FAST" --namespace=$'two\nlines\\' -F "$DIR/config" host true
  [ "$(grep -c '"-G"' "$BATS_TEST_TMPDIR/trace")" = 0 ]
}

@test "a garbled record is made anew, with what it held" {
  fast host true
  wait_until is_released
  local record before content
  before=$(logins)
  record=$(echo "$ROOT"/*/endpoint)
  grep -v '^made' "$record" >"$BATS_TEST_TMPDIR/good"
  for content in '' 'garbage' 'policy: nonsense' $'policy: lease\ntext: other' \
    'policy: lease' $'policy: plain\ntext: \\xzz'; do
    printf '%s' "$content" >"$record"
    fast host true
    wait_until is_released
    diff "$BATS_TEST_TMPDIR/good" <(grep -v '^made' "$record")
  done
  head -c 2000000 /dev/urandom >"$record"
  fast host true
  wait_until is_released
  diff "$BATS_TEST_TMPDIR/good" <(grep -v '^made' "$record")
  # What a newer version may write is left alone.
  echo "news: of tomorrow" >>"$record"
  fast host true
  grep -q '^news' "$record"
  [ "$(logins)" = "$before" ]
  # The folder holds nothing else of it.
  [ "$(find "$ROOT"/* -maxdepth 1 -name 'endpoint*' | wc -l)" = 1 ]
}

@test "the verdict of a pool is not that of one session's own options" {
  # Who comes first must not decide for all others of the pool.
  local pair setting option
  for pair in 'Tunnel yes|-oTunnel=no' \
    'ForkAfterAuthentication yes|-oForkAfterAuthentication=no' \
    'SessionType none|-oSessionType=default' 'SessionType none|-s'; do
    setting=${pair%|*} option=${pair#*|}
    write_config "$DIR/asks" "$setting"
    export SSH_FAST_ROOT=$ROOT-${#pair}
    "$SSH_FAST" -F "$DIR/asks" $option host sftp </dev/null >/dev/null 2>&1 3>&- || :
    run decision_of -F "$DIR/asks" host true
    [[ "$output" == plain* ]] || { echo "$pair: $output" >&2; return 1; }
  done
  # Of two users the first counts, for ssh -G as well.
  write_config "$DIR/asks" "Match user bob" "  LocalForward 1 host:2" "Match all"
  run decision_of -F "$DIR/asks" bob@host -l alice
  [[ "$output" == plain*LocalForward* ]]
  run decision_of -F "$DIR/asks" alice@host -l bob
  [[ "$output" == lease* ]]
}

@test "a quoted SessionType none is one as well" {
  run decision_of -F "$DIR/config" -o 'SessionType="none"' host
  [[ "$output" == plain* ]]
}

@test "variables without braces, and those of -o, count" {
  write_config "$DIR/vars" 'IdentityAgent $SF_AGENT'
  differ "$(SF_AGENT=a folder_of -F "$DIR/vars" host)" "$(SF_AGENT=b folder_of -F "$DIR/vars" host)"
  write_config "$DIR/vars" 'ProxyCommand nc -x $SF_PROXY %h %p'
  differ "$(SF_PROXY=a folder_of -F "$DIR/vars" host)" "$(SF_PROXY=b folder_of -F "$DIR/vars" host)"
  # The first $ of two stands for itself.
  differ "$(SF_A=a pool -o 'IdentityAgent=/$${SF_A}' host)" "$(SF_A=b pool -o 'IdentityAgent=/$${SF_A}' host)"
  differ "$(SF_A=a pool -o 'IdentityAgent=${SF_A}' host)" "$(SF_A=b pool -o 'IdentityAgent=${SF_A}' host)"
  differ "$(LD_PRELOAD= pool host)" "$(LOCALDOMAIN=x pool host)"
}

@test "a key file whose name ssh would expand is left to plain ssh" {
  local name
  for name in '%C/key' '${UNSET_BY_ALL}/key' '~root/key'; do
    run decision_of -F "$DIR/config" -oIdentityFile="$name" host
    [[ "$output" == plain* ]] || { echo "$name: $output" >&2; return 1; }
  done
  run decision_of -F "$DIR/config" -i '~root/key' host
  [[ "$output" == plain* ]]
  # These are expanded as ssh does it.
  mkdir "$DIR/keys"
  cp "$DIR/other_key" "$DIR/keys/host-$PORT-bob"
  for name in "%d/..$DIR/keys/%n-%p-%r" "\${SF_KEYS}/host-%p-bob" "'$DIR/keys/host-%p-%r'" "$DIR/keys/host-$PORT-bob"; do
    [ "$(SF_KEYS=$DIR/keys pool -oIdentityFile="$name" -l bob host)" = "$(pool -oIdentityFile="$DIR/other_key" -l bob host)" ]
    differ "$(SF_KEYS=$DIR/keys pool -oIdentityFile="$name" -l bob host)" "$(pool -l bob host)"
  done
}

@test "paths from the working directory on split by it, others do not" {
  local line
  mkdir "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
  cp "$DIR/other_key" "$BATS_TEST_TMPDIR/a/key"
  ssh-keygen -q -s "$DIR/host_key" -I name -n me "$DIR/other_key.pub"
  cp "$DIR/other_key-cert.pub" "$BATS_TEST_TMPDIR/a/key.pub"
  in_folder() { (cd "$BATS_TEST_TMPDIR/$1" && shift && folder_of "$@"); }
  for line in "IdentityFile key" "ProxyCommand ./proxy %h" "UserKnownHostsFile known" \
    "CertificateFile key"; do
    write_config "$DIR/relative" "$line"
    differ "$(in_folder a -F "$DIR/relative" host)" "$(in_folder b -F "$DIR/relative" host)"
  done
  for line in "IdentityFile ~/key" "ProxyCommand nc %h %p" "IdentityAgent none" "IdentityAgent agent"; do
    write_config "$DIR/relative" "$line"
    same "$(in_folder a -F "$DIR/relative" host)" "$(in_folder b -F "$DIR/relative" host)"
  done
}

@test "Include follows what ssh follows, and says so where it does not" {
  local before line
  mkdir -p "$DIR/home/.ssh"
  for line in "Include $DIR/with\\ blank" "Include $DIR/'with blank'" \
    "Include from-home" "Include ~/.ssh/from-home"; do
    rm -f "$DIR/with blank" "$DIR/home/.ssh/from-home"
    write_config "$DIR/including" "$line"
    before=$(HOME=$DIR/home folder_of -F "$DIR/including" host)
    echo "Compression yes" >"$DIR/with blank"
    echo "Compression yes" >"$DIR/home/.ssh/from-home"
    HOME=$DIR/home ssh -G -F "$DIR/including" host | grep -qx 'compression yes'
    differ "$before" "$(HOME=$DIR/home folder_of -F "$DIR/including" host)" || {
      echo "$line" >&2
      return 1
    }
  done
  local words
  words=$(printf 'host%04d.example.com,' {1..80})
  for line in 'Include ~root/x' 'Include /x/%h' '"Include" /x' \
    "Match host ${words}host exec true" 'Match command x' "Include /$(printf 'x%.0s' {1..4200})"; do
    write_config "$DIR/including" "$line" "Match all"
    run decision_of -F "$DIR/including" host
    [[ "$output" == plain* ]] || { echo "$line: $output" >&2; return 1; }
  done
}

@test "ControlPath none that depends on more than text is plain" {
  write_config "$DIR/none" 'Match exec "true"' '  ControlPath none' 'Match all'
  run decision_of -F "$DIR/none" host
  [[ "$output" == plain* ]]
  write_config "$DIR/none" 'Match final all' '  ControlPath none' 'Match all'
  run decision_of -F "$DIR/none" host
  [[ "$output" == plain* ]]
}

@test "session options share also where ssh has to be asked each time" {
  write_config "$DIR/exec" 'Match exec "true"' '  Compression yes' 'Match all'
  local base words
  base=$(folder_of -F "$DIR/exec" host)
  for words in -t -q -n -s -oBatchMode=yes -oLogLevel=ERROR; do
    # shellcheck disable=SC2086
    same "$base" "$(folder_of -F "$DIR/exec" $words host)" || { echo "$words" >&2; return 1; }
  done
}

@test "a slow Match exec is left to plain ssh, and no process stays" {
  write_config "$DIR/slow" "Match exec \"sleep 1.87654; true\"" "  Compression yes" 'Match all'
  run decision_of -F "$DIR/slow" host
  [[ "$output" == *"timed out"*plain* ]]
  run pgrep -f 'sleep 1.8765[4]'
  [ "$status" = 1 ]
}
