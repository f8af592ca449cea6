# fish completion of ssh-fast-gc.

# The endpoints that there are; looking at them disturbs nobody.
function __ssh_fast_gc_endpoints
    set -l root (string match -r -- '^--root=.+' (commandline -opc))
    ssh-fast-ls $root 2>/dev/null | string replace -r ' .*' '' | tail -n +2
end

complete -c ssh-fast-gc -f -a '(__ssh_fast_gc_endpoints)' -d Endpoint
complete -c ssh-fast-gc -s n -d 'Only say what would be done'
complete -c ssh-fast-gc -s q -d 'Print errors alone'
complete -c ssh-fast-gc -s v -d 'Say what is done to which file'
complete -c ssh-fast-gc -s j -d 'Print the summary as JSON'
complete -c ssh-fast-gc -l ttl -x -d 'Leave what may still be in the making for so long'
complete -c ssh-fast-gc -l exit-idle -f -d 'Also have masters end that were idle for so long'
complete -c ssh-fast-gc -l root -x -a '(__fish_complete_directories)' -d 'Where the namespaces live'
complete -c ssh-fast-gc -l help -d 'Print the options'
complete -c ssh-fast-gc -l version -d 'Print the version'
