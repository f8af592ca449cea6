# fish completion of ssh-fast-gc.

# Lists the endpoints. ssh-fast-ls takes no lock and changes nothing.
function __ssh_fast_gc_endpoints
    set -l root (string match -r -- '^--root=.+' (commandline -opc))
    ssh-fast-ls $root 2>/dev/null | string replace -r ' .*' '' | tail -n +2
end

complete -c ssh-fast-gc -f -a '(__ssh_fast_gc_endpoints)' -d Endpoint
complete -c ssh-fast-gc -s n -d 'Print what would be done'
complete -c ssh-fast-gc -s q -d 'Print only errors'
complete -c ssh-fast-gc -s v -d 'Print what is done to each file'
complete -c ssh-fast-gc -s j -d 'Print the summary as JSON'
complete -c ssh-fast-gc -l ttl -x -d 'How long to keep unfinished files'
complete -c ssh-fast-gc -l exit-idle -f -d 'Also end masters that are idle for this time'
complete -c ssh-fast-gc -l retire -d 'End all masters, those in use after their sessions'
complete -c ssh-fast-gc -l root -x -a '(__fish_complete_directories)' -d 'Folder that holds the namespaces'
complete -c ssh-fast-gc -l help -d 'Print the options'
complete -c ssh-fast-gc -l version -d 'Print the version'
