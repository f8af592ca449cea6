# fish completion of ssh-fast: its own options, and all that fish completes
# for ssh.

complete -c ssh-fast --wraps ssh

# Own options come first: behind any other word, everything is ssh's.
function __ssh_fast_is_first
    set -l words (commandline -opc)
    not string match -qrv -- '^--.' $words[2..-1]
end

# Values stand behind "=", never in a word of their own, as fish would have
# them behind options that it knows to take one. So these are words for it.
function __ssh_fast_with_value
    set -l word (commandline -ct)
    switch $word
        case '--root=*'
            printf '%s\n' --root=(__fish_complete_directories (string replace -r '^--root=' '' -- $word) Folder)
        case '--probe=*'
            printf '%s\n' --probe={native,ssh,e2e,none}
        case '--client=*'
            printf '%s\n' --client={auto,ssh,native}
        case '--ssh=*'
            printf '%s\n' --ssh=(complete -C (string replace -r '^--ssh=' '' -- $word))
        case '--*'
            printf '%s\t%s\n' --root= 'Where the namespaces live' \
                --namespace= 'Use exactly this namespace text' \
                --probe= 'How a master is checked' \
                --health 'Ask whether the server answers before a login' \
                --health= 'The same, for so many ms' \
                --probe-timeout= 'Past this many ms a master counts as hung' \
                --trust= 'How long a master that heard from its server is trusted' \
                --answer-timeout= 'How long a server may take to open a session' \
                --persist= 'How long an idle master stays' \
                --client= 'Who speaks to the master' \
                --ssh= 'The real ssh'
    end
end

set -l own -c ssh-fast -n __ssh_fast_is_first
complete $own -f -a '(__ssh_fast_with_value)'
complete $own -l no-touch -d 'Leave the mtime of the master\'s socket as it is'
complete $own -l strict -d 'Fail where no lease can be had'
complete $own -l reuse-only -d 'Never log in'
complete $own -l explain -d 'Print what would be done and why'
complete $own -l verbose -d 'Say what was decided and how long it took'
complete $own -l help -d 'Print the options'
complete $own -l version -d 'Print the version'
