# fish completion of ssh-fast-health.

complete -c ssh-fast-health -f -a '(__fish_print_hostnames)' -d Host
complete -c ssh-fast-health -s j -d 'Print JSON'
complete -c ssh-fast-health -s q -d 'Print nothing'
complete -c ssh-fast-health -s p -x -d Port
complete -c ssh-fast-health -s F -r -d 'Configuration file of ssh'
complete -c ssh-fast-health -l timeout -x -d 'Time for each host'
complete -c ssh-fast-health -l known-hosts -r -F -d 'Look for host keys only there'
complete -c ssh-fast-health -l fields -d 'Print one line per host for programs'
complete -c ssh-fast-health -l endpoints -r -F -d 'File that lists the hosts'
complete -c ssh-fast-health -l root -r -F -d 'Folder that holds the answers'
complete -c ssh-fast-health -l ssh -r -F -d 'The ssh that reads the configuration'
complete -c ssh-fast-health -l help -d 'Print the options'
complete -c ssh-fast-health -l version -d 'Print the version'
