#!/usr/bin/env bats
# Every option of ssh(1), and every keyword of ssh_config(5), has a meaning for
# pools: keywords.table names all of them, and says which. ROOTS, folders with
# another system below each, has the ssh of these tried too.

load ../lib/helper

setup_file() {
  make_dir
  make_keys
  ssh-keygen -q -s "$DIR/host_key" -I id -n user "$DIR/id.pub"
  printf 'Host *\n  HostName 127.0.0.1\n' >"$DIR/config"
  { cat "$DIR/config"; echo '  LogLevel ERROR'; } >"$DIR/other"
  # Any library that can be loaded.
  cp "$(ldd "$(command -v ssh)" | sed -n 's/.* => \(.*libcrypto[^ ]*\) .*/\1/p')" "$DIR/lib"
  : >"$DIR/revoked"
  ssh-agent -D -a "$DIR/agent" >/dev/null 2>&1 3>&- &
  echo $! >"$DIR/agent.pid"
  wait_until listens
  SSH_AUTH_SOCK=$DIR/agent ssh-add -q "$DIR/id"
}
listens() { local status=0; SSH_AUTH_SOCK=$DIR/agent ssh-add -l >/dev/null 2>&1 || status=$?; [ "$status" -lt 2 ]; }
teardown_file() {
  kill "$(<"$DIR/agent.pid")"
  rm -rf "$DIR"
}
setup() { new_root; export HOME=$DIR SSH_AUTH_SOCK=; }

rows() { sed 's/ *#.*//; /^$/d' "$TOP/test/session/keywords.table"; }

# pages ROOT NAME.SECTION: the text of a manual page, if it is installed.
page() {
  local file=$1/usr/share/man/man${2#*.}/$2
  if [ -e "$file.gz" ]; then zcat "$file.gz"; elif [ -e "$file" ]; then cat "$file"; fi
}
# All keywords that the ssh of a root knows: its manual names them, and -G
# prints those that have a value.
keywords_of() {
  { page "$1" ssh_config.5 | sed -n 's/^\.It Cm \([A-Z][A-Za-z0-9]*\).*/\1/p'
    chroot_into "$1" ssh -G -F none host | cut -d' ' -f1; } 2>/dev/null | tr '[:upper:]' '[:lower:]' | sort -u
}
flags_of() {
  { page "$1" ssh.1 | sed -n 's/^\.It Fl \([A-Za-z0-9]\).*/\1/p'
    chroot_into "$1" ssh 2>&1 | sed -n 's/^usage: ssh \[-\([A-Za-z0-9]*\)\].*/\1/p; s/.*\[-\([A-Za-z]\) .*/\1/p' | fold -w1; } | sort -u | sed 's/^/-/'
}
chroot_into() { local root=$1; shift; if [ "$root" = / ]; then "$@"; else chroot "$root" "$@"; fi; }

@test "the table names every option and keyword, and no other meaning" {
  local root missing
  for root in / ${ROOTS:-}; do
    [ "$(keywords_of "$root" | wc -l)" -gt 60 ]
    [ "$(flags_of "$root" | wc -l)" -gt 40 ]
    missing=$(comm -13 <(rows | cut -d' ' -f1 | sort -u) <({ keywords_of "$root"; flags_of "$root"; } | sort -u))
    [ -z "$missing" ] || { echo "not in the table:" $missing >&2; return 1; }
  done
  [ -z "$(rows | cut -d' ' -f2 | grep -vxE 'shared|split|asked|plain|-')" ]
}

# explain NAME VALUE: with that option or keyword on the command line.
explain() {
  local name=$1 value=${2/@/$DIR} words
  value=${value//_/ }
  case $name in
  -?) words=("$name"); [ "$value" = - ] || words+=("$value") ;;
  *) words=("-o" "$name=$value") ;;
  esac
  [ "$name" != -F ] || { "$SSH_FAST" --client=ssh --explain -F "$value" host; return; }
  "$SSH_FAST" --client=ssh --explain -F "$DIR/config" "${words[@]}" host
}
# What it is, by what --explain says.
meaning_of() {
  local name=$1 fact=${3:-} output
  output=$(explain "$name" "$2" 2>/dev/null)
  case $output in
  *"decision: plain ssh, ssh rejects"*) echo rejected ;;
  "decision: plain"*) echo plain ;;
  *"folder: $FOLDER "*) echo shared ;;
  *) if [ -z "$fact" ]; then echo split
     elif grep -q "^$fact: " <<<"$output" && ! grep -q "^$fact: " <<<"$BASE"; then echo asked
     else echo "no line of $fact"; fi ;;
  esac
}

@test "each is shared, split, asked or plain, as the table has it" {
  local name kind value fact known wrong=0 got
  BASE=$("$SSH_FAST" --client=ssh --explain -F "$DIR/config" host)
  FOLDER=$(sed -n 's/^folder: \([^ ]*\).*/\1/p' <<<"$BASE")
  [ -n "$FOLDER" ]
  while read -r name kind value fact; do
    [ "$kind" != - ] || continue
    got=$(meaning_of "$name" "$value" "$fact")
    # Refused, it is as plain as can be.
    if [ "$got $kind" = "rejected plain" ]; then continue; fi
    # What only a newer ssh knows, or one that was built so, is ssh's to refuse.
    if [ "$got" = rejected ] && ! grep -qx -- "$name" <<<"${known:=$(keywords_of /)}"; then continue; fi
    [ "$got" = "$kind" ] || { echo "$name $value: $kind in the table, and is $got" >&2; wrong=1; }
  done < <(rows)
  [ "$wrong" = 0 ]
}
