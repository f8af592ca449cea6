#!/usr/bin/env bats
# SHA-256: the vectors of NIST, and random input beside sha256sum.

load ../lib/helper

sum() { "$TOOLS/digest"; }

@test "NIST's vectors" {
  [ "$(printf '' | sum)" = e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 ]
  [ "$(printf abc | sum)" = ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad ]
  [ "$(printf abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq | sum)" = \
    248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1 ]
  [ "$(printf abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu | sum)" = \
    cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1 ]
  [ "$(head -c 1000000 /dev/zero | tr '\0' a | sum)" = \
    cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0 ]
  [ "$(printf '\xd3' | sum)" = 28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1 ]
  [ "$(printf '\x11\xaf' | sum)" = 5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98 ]
}

# From 56 bytes in its last block on, a message needs one block more.
@test "random bytes of every length up to 300, and of some long ones" {
  local file=$BATS_TEST_TMPDIR/random i lengths=()
  head -c 3000000 /dev/urandom >"$file"
  for ((i = 0; i <= 300; i++)); do lengths+=("$i"); done
  for ((i = 0; i < 20; i++)); do lengths+=($((RANDOM * 90))); done
  for i in "${lengths[@]}"; do
    head -c "$i" "$file" | sha256sum
  done | cut -d' ' -f1 >"$BATS_TEST_TMPDIR/wanted"
  "$TOOLS/digest" "${lengths[@]}" <"$file" >"$BATS_TEST_TMPDIR/ours"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/ours")" = 321 ]
  cmp "$BATS_TEST_TMPDIR/wanted" "$BATS_TEST_TMPDIR/ours"
}
