#!/usr/bin/env bats
# The repository as a new user meets it: what make does, what README says.

load ../lib/helper

setup() { OUT=$BATS_TEST_TMPDIR; }

@test "the top level holds what it should and nothing else" {
  cd "$TOP"
  [ "$(git ls-files | cut -d/ -f1 | sort -u | grep -v '^\.' | tr '\n' ' ')" = \
    "GNUmakefile LICENSE README cmd completions lib test " ]
}

@test "make install and uninstall, below DESTDIR and PREFIX" {
  make -C "$TOP" -s install BUILD="$BUILD" DESTDIR="$OUT/root" PREFIX=/opt/x >/dev/null
  [ "$("$OUT/root/opt/x/bin/ssh-fast" --version)" = "$("$SSH_FAST" --version)" ]
  [ "$("$OUT/root/opt/x/bin/ssh-fast-ls" --version)" = "ssh-fast-ls 0.1" ]
  [ "$("$OUT/root/opt/x/bin/ssh-fast-gc" --version)" = "ssh-fast-gc 0.1" ]
  local page
  for page in man1/ssh-fast.1 man1/ssh-fast-ls.1 man1/ssh-fast-gc.1 man5/ssh-fast.5 man7/ssh-fast.7; do
    cmp "$OUT/root/opt/x/share/man/$page" "$TOP"/*/"${page#*/}"
  done
  for page in include/ssh-fast.h share/man/man3/ssh-fast.3; do
    cmp "$OUT/root/opt/x/$page" "$TOP/lib/library/${page##*/}"
  done
  grep -qx prefix=/opt/x "$OUT/root/opt/x/lib/pkgconfig/ssh-fast.pc"
  diff -r "$OUT/root/opt/x/share/doc/ssh-fast/examples" "$TOP/cmd/examples"
  make -C "$TOP" -s install BUILD="$BUILD" DESTDIR="$OUT/root" >/dev/null
  [ -x "$OUT/root/usr/local/bin/ssh-fast" ]
  make -C "$TOP" -s uninstall BUILD="$BUILD" DESTDIR="$OUT/root" PREFIX=/opt/x >/dev/null
  make -C "$TOP" -s uninstall BUILD="$BUILD" DESTDIR="$OUT/root" >/dev/null
  [ -z "$(find "$OUT/root" ! -type d)" ]
  [ ! -e "$OUT/root/usr/local/share/doc/ssh-fast" ]
}

@test "make help names every target that a user may want" {
  run make -C "$TOP" -s help
  local target
  for target in all deps demo check bench lint install uninstall deb dist clean help; do
    [[ "$output" == *"make $target "* ]]
  done
}

@test "make deps does nothing when all is there" {
  run env -u MAKEFLAGS make -C "$TOP" -s deps
  [ "$status" = 0 ]
  [ -z "$output" ]
}

@test "make deps: building needs the few packages that README names" {
  local package
  cd "$TOP"
  for package in $(sh test/deps.sh --list demo); do
    sed -n '/^TRY IT/,/^INSTALL/p' README | grep -qwF -e "$package"
  done
  [ "$(sh test/deps.sh --list demo install | wc -l)" -le 8 ]
  [ "$(sh test/deps.sh --list)" = "$(sh test/deps.sh --list demo)" ]
  sh test/deps.sh --list check | grep -qx bats
  sh test/deps.sh --list demo bench | grep -qx strace
  run -1 grep -x bats <(sh test/deps.sh --list demo)
}

# A system of its own for deps.sh, whose apt-get, id and systemctl are these.
make_system() {
  mkdir -p "$OUT/bin" "$OUT/system/usr/sbin"
  printf '#!/bin/sh\n%s\n' "echo $1" >"$OUT/bin/id"
  # It writes down what starting a service would meet, and does as TODO says.
  cat >"$OUT/bin/apt-get" <<'END'
#!/bin/sh
case "$*" in *install*) ;; *) exit 0 ;; esac
"$DEPS_SYSTEM/usr/sbin/policy-rc.d" ssh start
echo "policy $?" >"$DEPS_SYSTEM/met"
case $TODO in
fail) echo "dpkg: its own words" && exit 100 ;;
die) kill -KILL $PPID ;;
work) : >"$DEPS_SYSTEM/usr/sbin/sshd" ;;
esac
END
  printf '#!/bin/sh\necho "$*" >>"$DEPS_SYSTEM/asked"\n' >"$OUT/bin/systemctl"
  chmod +x "$OUT"/bin/*
}
deps_there() {
  rm -f "$OUT/system/met"
  DEPS_SYSTEM=$OUT/system TODO=$1 PATH=${2:-$OUT/bin:$PATH} run -"$3" sh "$TOP/test/deps.sh" demo
}

@test "make deps starts and enables no daemon, whatever becomes of it" {
  local policy=$OUT/system/usr/sbin/policy-rc.d
  make_system 0
  deps_there fail '' 1
  [[ "$output" == *"dpkg: its own words"* ]]
  [[ "$output" == *"deps: cannot install gcc "* ]]
  grep -qx 'policy 101' "$OUT/system/met"
  [ ! -e "$policy" ]
  # Killed, it forbids nothing any more.
  deps_there die '' 137
  grep -qx 'policy 101' "$OUT/system/met"
  "$policy" ssh start
  rm "$policy"
  deps_there work '' 0
  grep -qx 'policy 101' "$OUT/system/met"
  [ ! -e "$policy" ]
  grep -q 'disable .*ssh.service' "$OUT/system/asked"
  # The administrator's own word stays.
  printf '#!/bin/sh\nexit 104\n' >"$policy"
  chmod +x "$policy"
  rm "$OUT/system/asked"
  deps_there work '' 0
  grep -qx 'policy 104' "$OUT/system/met"
  [ -e "$policy" ] && [ ! -e "$OUT/system/asked" ]
}

@test "make deps as an ordinary user without sudo says what to install as root" {
  local command
  make_system 1000
  for command in sh awk mktemp cat; do ln -s "$(command -v $command)" "$OUT/bin/"; done
  deps_there work "$OUT/bin" 1
  [[ "$output" == "deps: please install as root: apt-get install --no-install-recommends gcc "* ]]
  [ ! -e "$OUT/system/met" ]
}

@test "the binary is position independent, with no executable stack" {
  readelf -hW "$SSH_FAST" | grep -q 'Type: *DYN'
  readelf -lW "$SSH_FAST" | grep 'GNU_STACK' | grep -qv 'RWE'
  readelf -dW "$SSH_FAST" | grep -q 'BIND_NOW\|FLAGS_1.*NOW'
}

@test "make demo shows cold and warm beside plain ssh and leaves nothing" {
  local before after
  before=$(find /tmp -maxdepth 1 -name 'sfd.*' | sort)
  run make -C "$TOP" -s demo BUILD="$(realpath --relative-to="$TOP" "$BUILD")"
  [ "$status" = 0 ]
  [[ "$output" =~ "ssh-fast, cold: starts a master"\ +1\ +[0-9.]+\ ms ]]
  [[ "$output" =~ "ssh-fast, warm: leases it"\ +15\ +[0-9.]+\ ms ]]
  [[ "$output" == *"decision: lease, warm"* ]]
  [[ "$output" == *"/free/s"* ]]
  after=$(find /tmp -maxdepth 1 -name 'sfd.*' | sort)
  [ "$before" = "$after" ]
}

@test "make demo HOST=... does the same against a server that is there" {
  make_dir
  start_sshd
  mkdir "$DIR/bin"
  printf '#!/bin/sh\nexec /usr/bin/ssh -F %s/config "$@"\n' "$DIR" >"$DIR/bin/ssh"
  chmod +x "$DIR/bin/ssh"
  PATH=$DIR/bin:$PATH run make -C "$TOP" -s demo HOST="$(id -un)@somewhere" \
    BUILD="$(realpath --relative-to="$TOP" "$BUILD")"
  local count
  count=$(logins)
  stop_sshd
  [[ "$output" == *"on $(id -un)@somewhere:"* ]] || { echo "$output" >&2; return 1; }
  # Five plain, one cold, none for the warm ones.
  [ "$status" = 0 ]
  [ "$count" = 6 ] || { echo "$count logins: $output" >&2; return 1; }
}

@test "README says the two commands, and .ci/run calls the second" {
  grep -q '^ *make deps demo$' "$TOP/README"
  grep -q '^ *make deps check$' "$TOP/README"
  grep -q '^exec make deps check$' "$TOP/.ci/run"
}

@test "the sources follow the rules of their own that make lint checks" {
  run "$TOP/test/lint.sh" --rules
  [ "$output" = "" ]
  [ "$status" = 0 ]
}

@test "each of these rules finds what breaks it" {
  local file complaint kept=$OUT/kept
  cp -rp "$TOP/lib" "$TOP/cmd" "$TOP/test" "$TOP/GNUmakefile" "$OUT"
  cd "$OUT"
  git init -q
  # breaks FILE LINE...: they are added, and its object is as new as before.
  breaks() {
    touch -r "$1" "$kept"
    printf '%s\n' "${@:2}" >>"$1"
    touch -r "$kept" "$1"
  }
  breaks lib/base/text.c 'f(void) { exit(1); }'
  breaks cmd/shared/json.c 'g(void) { openat(1, "x",' 'O_RDONLY); }'
  breaks cmd/shared/home.c 'f(void)' '{' "$(yes 'x();' | head -n 60)" '}'
  breaks lib/base/text.h "$(yes '#' | head -n 400)"
  breaks GNUmakefile "$(yes '#' | head -n 150)"
  breaks test/unit/json.bats '  ! true'
  breaks test/unit/digest.bats "@test \"$(printf '%072d' 0)\" {"
  touch lib/base/digest.c
  git add -A lib cmd test
  run test/lint.sh --rules
  [ "$status" = 1 ]
  while read -r complaint; do
    [[ "$output" == *"$complaint"* ]] || { echo "$complaint" >&2; return 1; }
  done <<'END'
lib/base/text.c:
lib/ prints or exits
cmd/shared/json.c:openat(1, "x", O_RDONLY)
a descriptor without close-on-exec
cmd/shared/home.c:
lib/base/text.h:
a function or a file is too long
GNUmakefile has 150 lines or more
test/unit/json.bats:
a bare ! in bats
test/unit/digest.bats:
a title of 72 characters or more
digest.o is missing or old
END
}

@test "each rule of the protocol is named in the code that keeps it" {
  local rule
  for rule in R1 R2 R3 R4 R5 R6 R7 R8; do
    grep -q " \* *$rule\." "$TOP/lib/lease/lease.h"
  done
  for rule in R1 R2 R3 R4 R5 R6 R7 R8; do
    grep -q "\b$rule\b" "$TOP"/lib/*/*.c
    grep -q "\b$rule\b" "$TOP/test/model/lease.pml"
  done
  # The man page counts them in the same order.
  [ "$(sed -n '/^\.Sh RULES/,/^\.El/p' "$TOP/lib/ssh-fast.7" | grep -c '^\.It$')" = 8 ]
}

@test "each seeded fault still changes the file that it is for" {
  run "$TOP/test/check-checks.sh" --fit
  [ "$output" = "" ]
  [ "$status" = 0 ]
}

@test "each room uses the rooms that README shows, and none above it" {
  run --separate-stderr "$TOP/test/rooms.sh" "$BUILD"
  [ "$stderr" = "" ]
  [ "$status" = 0 ]
  diff <(echo "$output") <(sed -n '/^Each room, and/,/^Longer/s/^  //p' "$TOP/README")
}

@test "a room that looks up, and headers in a circle, are found" {
  cp -r "$TOP/lib" "$TOP/cmd" "$OUT"
  local file break
  while read -r file break; do
    cp "$OUT/$file" "$OUT/kept"
    echo "#include \"$break\"" >>"$OUT/$file"
    TREE=$OUT run --separate-stderr "$TOP/test/rooms.sh"
    [ "$status" = 1 ]
    [[ "$stderr" == *"$file"* ]]
    cp "$OUT/kept" "$OUT/$file"
  done <<'END'
lib/ssh/sshargs.c mux/mux.h
lib/base/text.c platform/platform.h
lib/health/report.h lease/lease.h
lib/lease/holder.h lease/lease.h
lib/pool/pool.h shared/message.h
cmd/ls/ls_view.h ssh-fast/run.h
cmd/shared/admin.c ls/ls_view.h
END
  TREE=$OUT run "$TOP/test/rooms.sh"
  [ "$status" = 0 ]
}
