#!/usr/bin/env bats
# The examples of the man pages run, and print what the pages show.

load ../lib/helper

# The far side works in a folder of this file, not in the user's home.
setup_file() {
  make_dir
  mkdir "$DIR/far"
  cat >"$DIR/force" <<END
#!/bin/sh
cd "$DIR/far" || exit 1
case \$SSH_ORIGINAL_COMMAND in
internal-sftp)
  for server in /usr/lib/openssh /usr/lib/ssh /usr/libexec/openssh /usr/libexec; do
    if [ -x \$server/sftp-server ]; then exec \$server/sftp-server; fi
  done ;;
*) exec sh -c "\$SSH_ORIGINAL_COMMAND" ;;
esac
END
  chmod 755 "$DIR/force"
  start_sshd "ForceCommand $DIR/force"
  write_config "$DIR/config" 'Host build' '  HostName localhost'
  ssh-keygen -q -t ed25519 -N '' -C '' -f "$DIR/other"
  echo "[127.0.0.1]:$PORT $(cat "$DIR/other.pub")" >"$DIR/other_hosts"
}

# Programs of the examples, which find the server by the configuration here.
setup() {
  new_root
  OUT=$BATS_TEST_TMPDIR
  mkdir -p "$OUT/bin" "$OUT/home/bin" "$OUT/work/here"
  echo content >"$OUT/work/file"
  local name
  for name in ssh-fast ssh-fast-health; do
    cat >"$OUT/bin/$name" <<END
#!/bin/sh
while [ \$# -gt 0 ]; do
  case \$1 in --*) own="\$own \$1"; shift ;; *) break ;; esac
done
exec "$BUILD/$name" \$own -F "$DIR/config" "\$@"
END
    chmod +x "$OUT/bin/$name"
  done
  ln -s "$BUILD/ssh-fast-ls" "$BUILD/ssh-fast-gc" "$OUT/bin/"
}

examples() {
  mandoc -Tascii -O width=200 "$1" | sed 's/.\x08//g' | sed -n '/^EXAMPLES$/,/^[A-DF-Z]/p'
}
# commands PAGE: what stands behind "$ ", with lines that go on behind "|".
commands() { examples "$1" | sed -n '/^ *\$ /{:more; /|$/{N; bmore}; s/\n */ /g; s/^ *\$ //p}'; }
# screen PAGE COMMAND: the lines that the page shows below the command.
screen() {
  examples "$1" | awk -v want="\$ $2" '{line = $0; sub(/^ +/, "", line)}
    on && (line == "" || line ~ /^\$ /) {exit} on {print line} line == want {on = 1}'
}
# in_place COMMAND: as a user types it, with the programs of the examples.
in_place() {
  (cd "$OUT/work" && HOME=$OUT/home PATH=$OUT/bin:$PATH bash -c "$1" </dev/null 3>&-)
}
# shape: the text without names and numbers that each run has its own of.
shape() {
  # A digest may have a "/".
  sed -E 's/SHA256:[^ ]+/DIGEST/g; s|/[^ ]*/ssh |SSH |g; s|/[^ ]*/s[A-Za-z0-9_X-]{11}|SOCKET|g; s|/[^ ]+|PATH|g
    s/ -F PATH//g; s/[^ ]+@[^ ]+:[0-9]+/ENDPOINT/g; s/\bs[A-Za-z0-9_-]{11}\b/LEASE/g
    s/[0-9.]+:[0-9]+/ADDRESS/g; s/\b[0-9]+[smhd]\b/TIME/g; s/-R \x27[^\x27]*\x27/-R HOST/
    s/\b[0-9]{3,}\b|[0-9]+\.[0-9.]+|(port|line) [0-9]+/N/g; s/ +/ /g; s/^ //; s/ $//'
}
# folders: the beginnings of folders' names, for a table.
folders() { sed -E 's/([^ ]@[^ ]+:[0-9]+.*) [A-Za-z0-9_-]{12}( |$)/\1 FOLDER\2/'; }
# flowed: all in one line, if FLOWED is set: the page breaks a long line.
flowed() { if [ -n "${FLOWED:-}" ]; then tr '\n' ' '; echo; else cat; fi; }
# shows PAGE COMMAND: its output has the shape of the screen. "..." stands for
# any lines.
shows() {
  in_place "$2" 2>&1 | flowed | folders | shape >"$OUT/is"
  screen "$1" "$2" | flowed | folders | shape >"$OUT/wanted"
  [ -s "$OUT/wanted" ] || { echo "$1 shows nothing of: $2" >&2; return 1; }
  awk 'FNR == NR {is[++count] = $0; next} $0 == "..." {any = 1; next}
    {do at++; while (any && at <= count && is[at] != $0)
      if (is[at] != $0) {print "not there: " $0; exit bad = 1} any = 0}
    END {if (!bad && !any && at != count) {print "more: " is[at + 1]; bad = 1} exit bad}' \
    "$OUT/is" "$OUT/wanted" || { cat "$OUT/is" >&2; return 1; }
}

@test "each command of the examples of ssh-fast(1) runs" {
  local command count=0
  while IFS= read -r command; do
    command -v "${command%% *}" >/dev/null || continue
    in_place "$command" || { echo "failed: $command" >&2; return 1; }
    count=$((count + 1))
  done < <(commands "$TOP/cmd/ssh-fast.1")
  [ "$count" -ge 6 ]
  [ "$(cat "$DIR/far/file")" = content ]
  [ "$(in_place 'command -v ~/bin/ssh')" = "$OUT/home/bin/ssh" ]
}

@test "ssh-fast prints what ssh-fast(1) shows" {
  local page=$TOP/cmd/ssh-fast.1
  shows "$page" 'ssh-fast --explain -L 8080:localhost:80 host'
  in_place 'ssh-fast host true'
  shows "$page" 'ssh-fast --explain host uptime >explanation; cat explanation'
  shows "$page" 'ssh-fast --verbose host true >log 2>&1; cat log'
}

@test "ssh-fast-ls and ssh-fast-gc print what their pages show" {
  local page=$TOP/cmd/ssh-fast-ls.1 command
  local session
  "$OUT/bin/ssh-fast" backup 'sleep 60' >/dev/null 2>&1 </dev/null 3>&- &
  session=$!
  wait_until one_is_used
  in_place 'ssh-fast build true'
  kill -KILL "$(pgrep -f -- "-S $ROOT/.* build\$")"
  shows "$page" ssh-fast-ls
  shows "$page" 'ssh-fast-ls -l'
  shows "$TOP/cmd/ssh-fast-gc.1" 'ssh-fast-gc -n'
  while IFS= read -r command; do
    run in_place "$command"
    [ "$status" -le 1 ] || { echo "failed: $command: $output" >&2; return 1; }
  done < <(commands "$page"; commands "$TOP/cmd/ssh-fast-gc.1")
  kill "$session"
}

@test "ssh-fast-health prints what ssh-fast-health(1) shows" {
  local page=$TOP/cmd/ssh-fast-health.1
  [ -x "$BUILD/ssh-fast-health" ] || skip "no ssh-fast-health was built"
  write_config "$OUT/config" 'Host backup' '  Port 1' 'Host web1' "  UserKnownHostsFile $DIR/other_hosts"
  sed -i "s|$DIR/config|$OUT/config|" "$OUT/bin/ssh-fast-health"
  shows "$page" 'ssh-fast-health --timeout=1000 backup'
  FLOWED=1 shows "$page" 'ssh-fast-health web1'
}

@test "and a screen that is out of date is found" {
  sed 's/^decision: plain ssh,/decision: plain:/' "$TOP/cmd/ssh-fast.1" >"$OUT/page.1"
  run -1 shows "$OUT/page.1" 'ssh-fast --explain -L 8080:localhost:80 host'
  [[ "$output" == *"not there: decision: plain:"* ]]
  sed 's/^command: .*8080.*/&\nnew: line/' "$TOP/cmd/ssh-fast.1" >"$OUT/page.1"
  run -1 shows "$OUT/page.1" 'ssh-fast --explain -L 8080:localhost:80 host'
  [[ "$output" == *"not there: new: line"* ]]
  sed '/^command: .*8080.*/,/^settings:/d' "$TOP/cmd/ssh-fast.1" | sed '0,/^.&\.\.\./{//d}' >"$OUT/page.1"
  run -1 shows "$OUT/page.1" 'ssh-fast --explain -L 8080:localhost:80 host'
  [[ "$output" == *"more: command: SSH"* ]]
}
