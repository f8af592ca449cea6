#!/usr/bin/env bats
# Where a run takes place: who could end its master, and where a name leads to
# from there.

load ../lib/helper

setup_file() {
  make_dir
  start_sshd "ListenAddress 127.0.0.2" "Match LocalAddress 127.0.0.2" "  ForceCommand echo two"
  sed '/^ *HostName/d' "$DIR/config" >"$DIR/named"
}
setup() {
  new_root
  T=$BATS_TEST_TMPDIR
  PRIVATE=(unshare -m)
  [ "$(id -u)" = 0 ] || PRIVATE=(unshare -Um -r)
  "${PRIVATE[@]}" true 2>/dev/null || skip "no namespaces"
}

# with_hosts NAME COMMAND...: where that name is in /etc/hosts.
with_hosts() {
  local hosts=$1
  shift
  "${PRIVATE[@]}" sh -c 'mount --bind "$1" /etc/hosts; shift; exec "$@"' sh "$hosts" "$@"
}

@test "an /etc/hosts that differs, or changes, splits pools" {
  local round name
  echo "127.0.0.1 somewhere.test" >"$T/one"
  echo "127.0.0.2 somewhere.test" >"$T/two"
  for round in cold warm; do
    for name in one two one; do
      [ "$(with_hosts "$T/$name" "$SSH_FAST" -F "$DIR/named" somewhere.test echo one)" = "$name" ]
    done
  done
  # In one and the same place, between two runs.
  cp "$T/one" "$T/changing"
  # shellcheck disable=SC2016 # the inner shell's
  [ "$(with_hosts "$T/changing" sh -c '
    for name in one two one; do
      cat "$1/$name" >/etc/hosts
      "$2" -F "$3" somewhere.test echo one
    done' sh "$T" "$SSH_FAST" "$DIR/named" | paste -sd' ')" = "one two one" ]
}

@test "processes in other namespaces have pools of their own" {
  local flags folders=()
  folders+=("$(folder_of -F "$DIR/config" host)")
  for flags in -m '-m -n' '-m -p -f' '-m -U -r'; do
    # shellcheck disable=SC2086
    unshare $flags true 2>/dev/null || continue
    # shellcheck disable=SC2086
    folders+=("$(unshare $flags "$SSH_FAST" --explain -F "$DIR/config" host | sed -n 's/^folder: \([^ ]*\).*/\1/p')")
  done
  [ "${#folders[@]}" -gt 1 ]
  [ "$(printf '%s\n' "${folders[@]}" | sort -u | grep -c .)" = "${#folders[@]}" ]
}

# service_of GROUP...: what the text says of a process of those control groups.
service_of() {
  printf '%s\n' "$@" >"$T/groups"
  # shellcheck disable=SC2016 # the inner shell's
  "${PRIVATE[@]}" sh -c 'mount --bind "$1" /proc/$$/cgroup; shift; exec "$@"' sh "$T/groups" \
    "$SSH_FAST" --explain -F "$DIR/config" host | sed -n 's/^service: //p'
}

@test "a systemd service has a pool of its own; logins and terminals share" {
  local group
  [ "$(service_of 0::/system.slice/backup.service)" = backup.service ]
  [ "$(service_of 0::/system.slice/backup.service/inner/part)" = backup.service ]
  [ "$(service_of '0::/system.slice/system-job.slice/job@one.service')" = job@one.service ]
  [ "$(service_of 9:pids:/x 1:name=systemd:/system.slice/cron.service 0::/)" = cron.service ]
  [ "$(service_of 0::/user.slice/user-1000.slice/user@1000.service/app.slice/sync.service)" = sync.service ]
  for group in / /user.slice/user-1000.slice/session-3.scope /init.scope \
    /user.slice/user-1000.slice/user@1000.service/app.slice/vte-spawn-1.scope \
    /user.slice/user-1000.slice/user@1000.service/app.slice \
    /system.slice/docker-1234.scope /system.slice/.service /lxc/name; do
    [ "$(service_of "0::$group")" = "" ] || { echo "$group" >&2; return 1; }
  done
  [ "$(service_of nonsense)" = "" ]
}

@test "more than 250,000 bytes of command and variables are plain" {
  local word
  word=$(head -c 120000 /dev/zero | tr '\0' x)
  [[ "$(decision_of -F "$DIR/config" host "$word" "$word" "$word")" == "plain ssh, command and environment are too much"* ]]
  [[ "$(decision_of -F "$DIR/config" host "$word" "$word")" == lease* ]]
  # Variables that are not sent are no matter.
  [[ "$(SF_A=$word SF_B=$word SF_C=$word decision_of -F "$DIR/config" host true)" == lease* ]]
  [[ "$(SF_A=$word SF_B=$word SF_C=$word decision_of -F "$DIR/config" -oSendEnv='SF_*' host true)" == plain* ]]
  [ "$(SF_A=$word SF_B=$word SF_C=$word fast -oSendEnv='SF_*' host 'echo ${#SF_A} ${#SF_C}')" = "120000 120000" ]
}
