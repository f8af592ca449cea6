#!/usr/bin/env bats
# The engines that fan out over many hosts, with ssh-fast as their transport:
# one login per host, however many commands.

load ../lib/helper

setup_file() {
  make_dir
  start_sshd
  mkdir "$DIR/bin"
  ln -s "$SSH_FAST" "$DIR/bin/ssh"
  ln -s "$SSH_FAST" "$DIR/bin/ssh-fast"
}
setup() {
  new_root
  T=$BATS_TEST_TMPDIR
  PATH=$DIR/bin:$PATH
  BEFORE=$(logins)
}
logins_are() { wait_until is_released && [ "$(new_logins)" = "$1" ]; }
HOSTS=$(times 50 20)
all_answer() { [ "$(grep -c "^h[0-9]*: $1$" "$2")" = "$HOSTS" ]; }

@test "pdsh over many hosts, 16 at a time: one login each cold, none warm" {
  local i
  # pdsh finds ssh in PATH, and takes what to put in front of the host.
  export PDSH_SSH_ARGS_APPEND="-F$DIR/config"
  for i in cold warm; do
    pdsh -R ssh -f 16 -w "h[1-$HOSTS]" echo "$i" >"$T/out" 2>"$T/err" </dev/null
    all_answer "$i" "$T/out"
    [ ! -s "$T/err" ]
    logins_are "$HOSTS"
  done
}

@test "clush over many hosts, 16 at a time: one login each cold, none warm" {
  local i
  for i in cold warm; do
    clush -f 16 -w "h[1-$HOSTS]" -O ssh_path=ssh-fast -o "-F $DIR/config" \
      "echo $i" >"$T/out" 2>"$T/err" </dev/null
    all_answer "$i" "$T/out"
    [ ! -s "$T/err" ]
    logins_are "$HOSTS"
  done
  # A command that fails is told, and nothing else is.
  run clush -S -w 'h[1-2]' -O ssh_path=ssh-fast -o "-F $DIR/config" 'exit 3'
  [ "$status" = 3 ]
}

@test "GNU parallel over 8 hosts: as many logins as jobs at once, none warm" {
  local i hosts
  hosts=$(printf '1/h%d,' {1..8})
  for i in cold warm; do
    PARALLEL_HOME=$T parallel --will-cite --ssh "ssh-fast -F $DIR/config" \
      -S "${hosts%,}" echo "$i-{}" ::: $(seq "$(times 40 16)") >"$T/out" 2>"$T/err" </dev/null
    diff <(printf "$i-%d\n" $(seq "$(times 40 16)") | sort) <(sort "$T/out")
    [ ! -s "$T/err" ]
    wait_until is_released
    # The next job of a host may start before the keeper of the last one has
    # released: that is waited for, so no host needs a second login.
    logins_are 8
  done
}

@test "Ansible: a playbook of several tasks, one login per host" {
  local i
  mkdir "$T/far"
  cat >"$T/play.yml" <<EOF
- hosts: all
  gather_facts: no
  vars: {ansible_remote_tmp: "$T/far"}
  tasks:
    - command: echo one
    - copy: {content: "{{ inventory_hostname }}", dest: "$T/far/{{ inventory_hostname }}"}
    - shell: cat
      args: {stdin: hello}
      register: seen
    - assert: {that: seen.stdout == "hello"}
    - raw: "true"
EOF
  printf 'h%d\n' {1..4} >"$T/inventory"
  sed "s|^ssh_args.*|ssh_args = -F $DIR/config|" "$TOP/cmd/examples/ansible.cfg" >"$T/ansible.cfg"
  # An sshd that is not root hands out no terminals on some machines.
  if [ "$(id -u)" != 0 ]; then echo "usetty = False" >>"$T/ansible.cfg"; fi
  for i in cold warm; do
    ANSIBLE_CONFIG=$T/ansible.cfg ANSIBLE_HOME=$T/home ANSIBLE_LOCAL_TEMP=$T/home/tmp \
      ansible-playbook -f 4 -i "$T/inventory" "$T/play.yml" >"$T/out" 2>&1 </dev/null
    [ "$(grep -c 'unreachable=0 .*failed=0' "$T/out")" = 4 ]
    [ "$(cat "$T/far/h3")" = h3 ]
    logins_are 4
  done
}
