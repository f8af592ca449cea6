# fish completion of ssh-fast: its own options, and all that fish completes
# for ssh.

complete -c ssh-fast --wraps ssh

# Own options come first: behind any other word, everything is ssh's.
function __ssh_fast_is_first
    set -l words (commandline -opc)
    not string match -qv -- '--?*' $words[2..-1]
end

set -l own -c ssh-fast -n __ssh_fast_is_first
complete $own -l root -x -a '(__fish_complete_directories)' -d 'Where the namespaces live'
complete $own -l namespace -x -d 'Use exactly this namespace text'
complete $own -l probe -x -a 'native ssh none' -d 'How a master is checked'
complete $own -l probe-timeout -x -d 'Past this many ms a master counts as hung'
complete $own -l persist -x -d 'How many seconds an idle master stays'
complete $own -l no-touch -d 'Leave the mtime of the master\'s socket as it is'
complete $own -l client -x -a ssh -d 'Who speaks to the master'
complete $own -l strict -d 'Fail where no lease can be had'
complete $own -l ssh -x -a '(__fish_complete_command)' -d 'The real ssh'
complete $own -l explain -d 'Print what would be done and why'
complete $own -l verbose -d 'Say what was decided and how long it took'
complete $own -l help -d 'Print the options'
complete $own -l version -d 'Print the version'
