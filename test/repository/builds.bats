#!/usr/bin/env bats
# Each compiler and C library that there is, linked in each way: the program
# works, and holds no code of another C library.

load ../lib/helper

# bats file_tags=unsanitized

setup() { OUT=$BATS_TEST_TMPDIR; }

# build FOLDER VARIABLE...: ssh-fast alone.
build() {
  local folder=$1
  shift
  env -u MAKEFLAGS make -C "$TOP" -s -j2 "$@" BUILD="$folder" "$folder/ssh-fast" >/dev/null
}

# works PROGRAM: it finds the real ssh, and becomes it.
works() {
  [ "$("$1" --version)" = "$("$SSH_FAST" --version)" ] &&
    [ "$("$1" -V 2>&1)" = "$(ssh -V 2>&1)" ] &&
    # The mark by which an ssh-fast is known stands where it is looked for.
    head -c 1024 "$1" | grep -q ssh-fast
}

needed() { readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p'; }
names() { awk 'NF {print $NF}' | sed 's/@.*//' | sort -u; }

# libraries COMPILER: the files of its C library, and its own.
libraries() {
  local file musl
  for file in libgcc.a libgcc_eh.a crtbegin.o crtbeginS.o crtbeginT.o crtend.o crtendS.o; do
    "$1" -print-file-name="$file"
  done
  # musl-gcc names the files of the compiler that it calls.
  if [ "${1##*/}" = musl-gcc ]; then
    musl=$(env -u MAKEFLAGS make -C "$TOP" -pn | sed -n 's/^MUSL_LIB := //p')
    ls "$musl"libc.a "$musl"*crt*.o
  else
    for file in libc.a libc_nonshared.a rcrt1.o Scrt1.o crt1.o crti.o; do
      "$1" -print-file-name="$file"
    done
  fi
}

# copy_build FOLDER: what was built, without what other test files make beside it.
copy_build() {
  mkdir "$1"
  cp -a "$BUILD"/{cmd,lib,flags,linkage,libssh-fast.a} "$BUILD"/ssh-fast* "$1"
}

# foreign FOLDER COMPILER: what its ssh-fast defines or wants, and neither our
# own objects nor the C library of this compiler have.
foreign() {
  {
    find "$1/cmd" "$1/lib" -name '*.o' -exec nm -g --defined-only {} +
    libraries "$2" | xargs ls 2>/dev/null | xargs nm -g --defined-only 2>/dev/null
    # The linker's own, and what start files ask for and may miss.
    printf '%s\n' _DYNAMIC _GLOBAL_OFFSET_TABLE_ __bss_start _edata _end \
      __executable_start __dso_handle _IO_stdin_used __{preinit,init,fini}_array_{start,end} \
      __rela_iplt_{start,end} __{start,stop}___libc_{atexit,subfreeres,freeres_ptrs,IO_vtables} \
      _ITM_{,de}registerTMCloneTable __cxa_finalize __gmon_start__
  } | names >"$OUT/allowed"
  nm -g "$1/ssh-fast" | names | comm -23 - "$OUT/allowed"
}

# check_linkages COMPILER FOLDER: all three ways, out of the same objects.
check_linkages() {
  local linkage
  for linkage in static dynamic static-pie; do
    build "$2" CC="$1" LINKAGE=$linkage
    works "$2/ssh-fast"
    [ "$(foreign "$2" "$1")" = '' ]
    readelf -lW "$2/ssh-fast" | grep GNU_STACK | grep -qv RWE
    case $linkage in
    static) readelf -hW "$2/ssh-fast" | grep -q 'Type: *EXEC' ;;
    *) readelf -hW "$2/ssh-fast" | grep -q 'Type: *DYN' ;;
    esac
    if [ $linkage = dynamic ]; then
      # What the C library protects when it has relocated it.
      readelf -lW "$2/ssh-fast" | grep -q GNU_RELRO
      [ "$(needed "$2/ssh-fast" | wc -l)" = 1 ]
    else
      [ "$(needed "$2/ssh-fast")" = '' ]
    fi
  done
}

@test "musl-gcc: static-pie, static and dynamic, and nothing of glibc's" {
  command -v musl-gcc >/dev/null || skip "there is no musl-gcc"
  copy_build "$OUT/musl"
  check_linkages musl-gcc "$OUT/musl"
  build "$OUT/musl" CC=musl-gcc LINKAGE=dynamic
  readelf -lW "$OUT/musl/ssh-fast" | grep -q 'interpreter: .*/ld-musl'
  run grep -c GLIBC "$OUT/musl/ssh-fast"
  [ "$output" = 0 ]
}

@test "cc: dynamic, static and static-pie, and nothing of musl's" {
  build "$OUT/cc" CC=cc
  readelf -lW "$OUT/cc/ssh-fast" | grep -q 'interpreter: .*/ld-linux'
  readelf -dW "$OUT/cc/ssh-fast" | grep -q 'BIND_NOW\|FLAGS_1.*NOW'
  check_linkages cc "$OUT/cc"
}

@test "clang: it builds without a warning" {
  command -v clang >/dev/null || skip "there is no clang"
  build "$OUT/clang" CC=clang
  works "$OUT/clang/ssh-fast"
  [ "$(foreign "$OUT/clang" clang)" = '' ]
}

@test "what a foreign archive brings in is seen" {
  local compiler
  compiler=$(cut -d' ' -f1 "$BUILD/linkage")
  copy_build "$OUT/build"
  echo 'int of_another_library;' >"$OUT/other.c"
  cc -c -o "$OUT/other.o" "$OUT/other.c"
  build "$OUT/build" CC="$compiler" LDFLAGS="$OUT/other.o"
  [ "$(foreign "$OUT/build" "$compiler")" = of_another_library ]
}

@test "ssh-fast-health is built for the system's C library alone" {
  [ -e "$BUILD/ssh-fast-health" ] || skip "it was not built"
  readelf -lW "$BUILD/ssh-fast-health" | grep -q 'interpreter: .*/ld-linux'
  [[ "$(needed "$BUILD/ssh-fast-health")" != *jansson* ]]
  [[ "$(needed "$BUILD/ssh-fast-health")" != *musl* ]]
}
