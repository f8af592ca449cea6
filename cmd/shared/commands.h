/* The commands of the multi-call binary; each lives in the file named so. */
#ifndef COMMANDS_H
#define COMMANDS_H

#ifndef SSH_FAST_VERSION
#define SSH_FAST_VERSION "0.1"
#endif

/* ssh(1): whatever ssh says itself is handed on; our own trouble is 255. */
enum { EXIT_OWN_ERROR = 255 };

int ssh_fast_main(int argc, char *argv[]);
int ssh_fast_ls_main(int argc, char *argv[]);
int ssh_fast_gc_main(int argc, char *argv[]);

#endif
