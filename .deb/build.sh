#!/usr/bin/env bash
# Makes a Debian package of what "make install" installs: build.sh BUILD VERSION.
set -eu
cd "$(dirname "$0")/.."
build=$1 version=$2
umask 022
architecture=$(dpkg --print-architecture)
stage=$(mktemp -d "$build/deb.XXXXXX")
trap 'rm -rf "$stage"' EXIT
root=$stage/ssh-fast
share=$root/usr/share
libraries=lib/$(cc -print-multiarch)

make --no-print-directory install BUILD="$build" DESTDIR="$(realpath "$stage")/ssh-fast" \
  PREFIX=/usr LIBDIR="$libraries" ZSH_COMPLETIONS=share/zsh/vendor-completions >/dev/null
strip --strip-unneeded --remove-section=.comment "$root/usr/bin/ssh-fast"
if [ -e "$root/usr/bin/ssh-fast-health" ]; then
  strip --strip-unneeded --remove-section=.comment "$root/usr/bin/ssh-fast-health"
fi
strip --strip-debug --enable-deterministic-archives "$root/usr/$libraries/libssh-fast.a"
gzip -9n "$share"/man/man?/*

# Who makes a package answers for it; dpkg's own tools read these variables.
maintainer="${DEBFULLNAME:-$(id -un)} <${DEBEMAIL:-$(id -un)@$(hostname -f 2>/dev/null || hostname)}>"

# What is not linked in must be there, in the version that was built against.
depends=openssh-client
linked_in=
linked=()
for program in ssh-fast ssh-fast-health; do
  if readelf -d "$root/usr/bin/$program" 2>/dev/null | grep -q NEEDED; then
    linked+=("ssh-fast/usr/bin/$program")
  fi
done
if [ "${linked[0]:-}" != ssh-fast/usr/bin/ssh-fast ]; then
  linked_in=musl-dev
  if grep -q 'GNU C Library' "$root/usr/bin/ssh-fast"; then linked_in=libc6-dev; fi
fi
if [ "${#linked[@]}" -gt 0 ]; then
  mkdir "$stage/debian"
  printf 'Source: ssh-fast\n\nPackage: ssh-fast\nArchitecture: any\n' >"$stage/debian/control"
  depends="$depends, $(cd "$stage" &&
    dpkg-shlibdeps -O --ignore-missing-info "${linked[@]}" 2>/dev/null |
    sed 's/^shlibs:Depends=//')"
fi
# The C library that is linked in is named (Debian policy 7.8).
# shellcheck disable=SC2016 # dpkg-query's own variables
built_using=${linked_in:+$(dpkg-query -W -f '${source:Package} (= ${source:Version})\n' \
  "$linked_in" 2>/dev/null)}

# The day of the last change, so that one tree makes one package.
day=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y GNUmakefile)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$day}
install -m 644 .deb/copyright "$share/doc/ssh-fast/copyright"
install -D -m 644 .deb/lintian-overrides "$share/lintian/overrides/ssh-fast"
rm -f "$share/doc/ssh-fast/LICENSE"
{
  printf 'ssh-fast (%s) unstable; urgency=medium\n\n' "$version"
  printf '  * See /usr/share/doc/ssh-fast/README.gz.\n\n'
  printf ' -- %s  %s\n' "$maintainer" \
    "$(LC_ALL=C date -R -u -d "@$SOURCE_DATE_EPOCH")"
} | gzip -9n >"$share/doc/ssh-fast/changelog.gz"
gzip -9n "$share/doc/ssh-fast/README"

mkdir "$root/DEBIAN"
size=$(du -k --apparent-size -s "$root" | cut -f1)
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$size/" \
  -e "s/@DEPENDS@/$depends/" -e "s/@BUILT_USING@/$built_using/" \
  -e "s/@MAINTAINER@/${maintainer//[\/&]/\\&}/" .deb/control |
  grep -v ': $' >"$root/DEBIAN/control"
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) \
  >"$root/DEBIAN/md5sums"
package=$build/ssh-fast_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" >/dev/null
echo "$package"
