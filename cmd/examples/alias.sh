# For ~/.bashrc, ~/.zshrc or /etc/profile.d: what is typed goes over ssh-fast.
# Programs that start ssh themselves do not see it; see the other examples.
alias ssh=ssh-fast
alias scp='scp -S ssh-fast'
alias sftp='sftp -S ssh-fast'
