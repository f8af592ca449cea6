#!/usr/bin/env bats
# JSON as it is written, read by Python.

load ../lib/helper

setup() { T=$BATS_TEST_TMPDIR; }

# compare FILE: the strings in it, ended by NUL bytes, come out as they are,
# each byte that is no UTF-8 as U+FFFD, and all in ASCII.
compare() {
  "$TOOLS/json" <"$1" >"$1.json"
  python3 - "$1" <<'END'
import codecs, json, sys
codecs.register_error("each", lambda error: ("\ufffd", error.start + 1))
given = open(sys.argv[1], "rb").read().split(b"\0")[:-1]
written = open(sys.argv[1] + ".json", "rb").read()
assert all(byte == 10 or 32 <= byte < 127 for byte in written), "not ASCII"
for string, found in zip(given, json.loads(written)["strings"], strict=True):
    assert string.decode("utf-8", "each") == found, (string, found)
END
}

@test "control characters, quotes, and what ends a line elsewhere" {
  printf '%b\0' '' '"' '\\' '/' '\x01\x02\x1b[31m\x1f\x7f' '\t\r\n\b\f' \
    'U+0080 \xc2\x80, U+2028 \xe2\x80\xa8, U+2029 \xe2\x80\xa9, U+FEFF \xef\xbb\xbf' \
    '\xf0\x9f\x94\x91 \xf4\x8f\xbf\xbf \xf0\x90\x80\x80' '</script>' >"$T/strings"
  compare "$T/strings"
  grep -q '\\u001b\[31m' "$T/strings.json"
  grep -q '\\u2028' "$T/strings.json"
  grep -q '\\ud83d\\udd11' "$T/strings.json"
}

@test "bytes that are no UTF-8: overlong, cut off, surrogates, too large" {
  printf '%b\0' 'a\xffb' '\xc0\x80' '\xc1\xbf' '\xe0\x80\x80' '\xed\xa0\x80' '\xed\xbf\xbf' \
    '\xf0\x80\x80\x80' '\xf4\x90\x80\x80' '\xf8\x88\x80\x80\x80' '\xe2\x80' '\xe2' '\x80' \
    '\xe2\x80"' '\xf0\x9f\x94' >"$T/strings"
  compare "$T/strings"
}

@test "5,000 strings of random bytes, and of bytes that nearly are UTF-8" {
  python3 - >"$T/strings" <<'END'
import random, sys
odd = [b"\xc2", b"\xe2", b"\xf0", b"\x80", b"\xbf", b"\x9f", b"\xed", b"\xa0", b'"', b"\\", b"a"]
for i in range(5000):
    if i % 2:
        string = bytes(random.randrange(1, 256) for _ in range(random.randrange(40)))
    else:
        string = b"".join(random.choices(odd, k=random.randrange(12)))
    sys.stdout.buffer.write(string + b"\0")
END
  compare "$T/strings"
}

@test "numbers, and null for what is none" {
  run -0 "$TOOLS/json" 0 7 65535 0.250 12.5 '' 007 1. .5 -1 1e3 0x1 1.2.3 nan ' 1' '1 '
  jq -e '.decimals == [0, 7, 65535, 0.25, 12.5, null, null, null, null, null, null, null, null,
    null, null, null] and .["empty \"object\"\n"] == {} and .["no string"] == null and
    .unknown == null and .yes and (.no | not)' <<<"$output"
  [[ "$output" == *'"least":-9223372036854775808,'* ]]
}
