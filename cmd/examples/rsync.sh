# For the environment of rsync, for jobs that call it many times.
export RSYNC_RSH=ssh-fast
