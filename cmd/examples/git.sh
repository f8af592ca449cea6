# For the environment of git, or for good:
#   git config --global core.sshCommand ssh-fast
export GIT_SSH_COMMAND=ssh-fast
