# What every throwaway sshd needs: those of the tests, the benchmarks and the
# demo.

# As root, sshd wants its empty folder, which the system makes at boot. Where it
# is missing it is made and stays, as the package's own start script does it:
# another sshd may need it by the time that this one ends.
make_sshd_folder() {
  if [ "$(id -u)" = 0 ] && [ ! -d /run/sshd ]; then mkdir -m 0755 /run/sshd 2>/dev/null || [ -d /run/sshd ]; fi
}

knows() { /usr/sbin/sshd -G -f /dev/null -o "$1" >/dev/null 2>&1; }

# Lines for sshd_config that only some versions know. The server is asked, not
# its version: an old one knows neither -G nor the keyword.
sshd_lines() {
  # Else some logins that are refused or broken off lock this machine out.
  if knows PerSourcePenalties=no; then echo 'PerSourcePenalties no'; fi
}
# The default of old versions costs both sides ten times the processor time of
# this. New clients warn about a key exchange that is not post-quantum.
cheap_kex() {
  local algorithm=curve25519-sha256
  if knows KexAlgorithms=mlkem768x25519-sha256; then algorithm=mlkem768x25519-sha256,$algorithm; fi
  echo "KexAlgorithms $algorithm"
}
