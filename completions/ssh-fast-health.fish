# fish completion of ssh-fast-health.

complete -c ssh-fast-health -f -a '(__fish_print_hostnames)' -d Host
complete -c ssh-fast-health -s j -d 'Print JSON'
complete -c ssh-fast-health -s q -d 'Print nothing'
complete -c ssh-fast-health -s p -x -d 'The port'
complete -c ssh-fast-health -s F -r -d 'The configuration of ssh'
complete -c ssh-fast-health -l timeout -x -d 'How many milliseconds each host has'
complete -c ssh-fast-health -l known-hosts -r -F -d 'Look for host keys there alone'
complete -c ssh-fast-health -l fields -d 'Print a line for programs'
complete -c ssh-fast-health -l endpoints -r -F -d 'A list of what to look at'
complete -c ssh-fast-health -l root -r -F -d 'Where answers are kept'
complete -c ssh-fast-health -l ssh -r -F -d 'The ssh that reads the configuration'
complete -c ssh-fast-health -l help -d 'Print the options'
complete -c ssh-fast-health -l version -d 'Print the version'
