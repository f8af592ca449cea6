/* The commands of the binary. Each is in the file of its name. */
#ifndef COMMANDS_H
#define COMMANDS_H

#ifndef SSH_FAST_VERSION
#define SSH_FAST_VERSION "0.1"
#endif

/* The status of ssh(1) is passed on. 255 is for our own errors. */
enum { EXIT_OWN_ERROR = 255 };

int ssh_fast_main(int argc, char *argv[]);
int ssh_fast_ls_main(int argc, char *argv[]);
int ssh_fast_gc_main(int argc, char *argv[]);

#endif
