# fish completion of ssh-fast-ls.

# Lists the endpoints. ssh-fast-ls takes no lock and changes nothing.
function __ssh_fast_ls_endpoints
    set -l root (string match -r -- '^--root=.+' (commandline -opc))
    ssh-fast-ls $root 2>/dev/null | string replace -r ' .*' '' | tail -n +2
end

complete -c ssh-fast-ls -f -a '(__ssh_fast_ls_endpoints)' -d Endpoint
complete -c ssh-fast-ls -s l -d 'Print one line for each lease'
complete -c ssh-fast-ls -l paths -d 'As -l, and print the path of each control socket'
complete -c ssh-fast-ls -s j -d 'Print JSON'
complete -c ssh-fast-ls -l stats -d 'Print how many runs each endpoint had'
complete -c ssh-fast-ls -l prometheus -d 'Print the same for Prometheus'
complete -c ssh-fast-ls -s q -d 'Print nothing if there is nothing to list'
complete -c ssh-fast-ls -l watch -d 'Redraw the list on the terminal'
complete -c ssh-fast-ls -l probe -x -a 'native e2e none' -d 'How to look at masters'
complete -c ssh-fast-ls -l health -d 'Check the servers'
complete -c ssh-fast-ls -l root -x -a '(__fish_complete_directories)' -d 'Folder that holds the namespaces'
complete -c ssh-fast-ls -l help -d 'Print the options'
complete -c ssh-fast-ls -l version -d 'Print the version'
