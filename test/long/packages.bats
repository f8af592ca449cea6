#!/usr/bin/env bats
# What is handed on: the Debian package and the tarball.

load ../lib/helper

# bats file_tags=unsanitized

# Everything is compiled anew, which takes its time on a busy machine.
setup_file() { export BATS_TEST_TIMEOUT=$((BATS_TEST_TIMEOUT * 4)); }
setup() { OUT=$BATS_TEST_TMPDIR; }

# With the packages of this machine as they are, and nothing of it changed.
dpkg_below() {
  PATH=$PATH:/usr/sbin:/sbin dpkg --force-not-root --instdir="$OUT/inst" \
    --admindir="$OUT/dpkg" --log="$OUT/log" "$@"
}

@test "make deb: lintian finds no error, and it installs, runs and purges" {
  export DEBFULLNAME='A. Packager' DEBEMAIL=packager@debian.org
  local package
  package=$(make -C "$TOP" -s deb BUILD="$BUILD")
  [ -s "$package" ]
  run lintian --fail-on error,warning "$package"
  [ "$status" = 0 ] || { echo "$output" >&2; return 1; }

  mkdir -p "$OUT/inst" "$OUT/dpkg/info" "$OUT/dpkg/updates"
  cp /var/lib/dpkg/status "$OUT/dpkg/"
  dpkg_below --install "$package"
  [ "$(dpkg_below --status ssh-fast | grep -c '^Status: install ok installed')" = 1 ]
  [ "$("$OUT/inst/usr/bin/ssh-fast" --version)" = "$("$SSH_FAST" --version)" ]
  [ "$("$OUT/inst/usr/bin/ssh-fast-ls" --root="$OUT/none" -j | jq '.namespaces | length')" = 0 ]
  "$OUT/inst/usr/bin/ssh-fast-gc" --root="$OUT/none" -q
  "$OUT/inst/usr/bin/ssh-fast" -V
  zcat "$OUT/inst/usr/share/man/man7/ssh-fast.7.gz" | cmp - "$TOP/lib/ssh-fast.7"
  [ -s "$OUT/inst/usr/share/doc/ssh-fast/examples/ssh-fast-gc.timer" ]
  [ "$(find "$OUT/inst" -perm /022 ! -type l | wc -l)" = 0 ]

  dpkg_below --purge ssh-fast
  [ -z "$(find "$OUT/inst" ! -type d)" ]
  [ ! -e "$OUT/inst/usr/share/doc/ssh-fast" ]
}

@test "a package is the same however often it is made" {
  local package first
  package=$(make -C "$TOP" -s deb BUILD="$BUILD")
  first=$(sha256sum <"$package")
  make -C "$TOP" -s deb BUILD="$BUILD"
  [ "$(sha256sum <"$package")" = "$first" ]
}

@test "make dist: a tarball that builds where there is no git" {
  local tarball
  tarball=$(make -C "$TOP" -s dist BUILD="$OUT/build")
  tar -xzf "$tarball" -C "$OUT"
  mkdir "$OUT/bin"
  printf '#!/bin/sh\necho git was called >&2\nexit 127\n' >"$OUT/bin/git"
  chmod +x "$OUT/bin/git"
  cd "$OUT"/ssh-fast-*/
  [ ! -e .git ]
  PATH=$OUT/bin:$PATH run --separate-stderr env -u BUILD -u MAKEFLAGS make -s all deb
  [ "$status" = 0 ]
  [[ "$stderr" != *"git was called"* ]]
  [ "$(build/ssh-fast --version)" = "$("$SSH_FAST" --version)" ]
  env -u BUILD make -s install DESTDIR="$OUT/root"
  [ -x "$OUT/root/usr/local/bin/ssh-fast-gc" ]
}
