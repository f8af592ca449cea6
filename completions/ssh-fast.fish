# fish completion of ssh-fast: its own options, and all that fish completes
# for ssh.

complete -c ssh-fast --wraps ssh

# Own options come first. After any other word, all options are those of ssh.
function __ssh_fast_is_first
    set -l words (commandline -opc)
    not string match -qrv -- '^--.' $words[2..-1]
end

# A value follows "=" in the same word. fish would offer it as the next word, so
# these options are plain words for fish.
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
            printf '%s\t%s\n' --root= 'Folder that holds the namespaces' \
                --namespace= 'Use this namespace text' \
                --probe= 'How to check a master' \
                --health 'Check the server before a login' \
                --health= 'The same, for this time' \
                --probe-timeout= 'When a master counts as hung' \
                --trust= 'How long a master that heard from its server is trusted' \
                --answer-timeout= 'How long a server may take to open a session' \
                --persist= 'How long an idle master stays' \
                --max-age= 'How old a login may be' \
                --client= 'Who speaks to the master' \
                --warm 'Log in until a master is idle' \
                --warm= 'The same, until N are' \
                --slots= 'Sessions that may share one master' \
                --cold= 'Logins to one server at the same time' \
                --log= 'One line for each run' \
                --ssh= 'The real ssh'
    end
end

set -l own -c ssh-fast -n __ssh_fast_is_first
complete $own -f -a '(__ssh_fast_with_value)'
complete $own -l no-touch -d 'Do not update the mtime of the control socket'
complete $own -l strict -d 'Fail if no lease is available'
complete $own -l reuse-only -d 'Never log in'
complete $own -l plain -d 'Run plain ssh at once'
complete $own -l stop -d 'End the masters'
complete $own -l explain -d 'Print what a run would do and why'
complete $own -l verbose -d 'Print decisions and times'
complete $own -l help -d 'Print the options'
complete $own -l version -d 'Print the version'
