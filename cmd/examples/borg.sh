# For the environment of borg: backups, prunes and checks, each a run of its
# own, over one login.
export BORG_RSH=ssh-fast
# The time between two runs of the same job, and a bit.
export SSH_FAST_PERSIST=300
