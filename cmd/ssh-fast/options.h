/* The options of ssh-fast, each with its environment variable. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "mux/probe.h"
#include "shared/option.h"
#include "shared/setting.h"

#include <stdbool.h>

enum client {
	CLIENT_AUTO, /* whoever is exact */
	CLIENT_SSH, /* exec the real ssh */
	CLIENT_NATIVE, /* speak to the master ourselves where we can */
};

struct options {
	const char *root; /* null: the default */
	const char *namespace_text; /* null: derived */
	const char *ssh; /* null: to be found in PATH */
	const char *log; /* a file or "syslog"; null: none */
	enum probe_kind probe;
	int trust_secs;
	int answer_secs; /* 0: a server has all the time it wants */
	enum client client;
	int probe_timeout_ms;
	int health_ms; /* 0: the server is not asked before a login */
	int persist_secs; /* 0, until options_settle(): not said */
	int cold; /* logins to one server at once; 0: any number */
	int max_age_secs; /* 0: no login is too old */
	int slots; /* sessions that may share one master */
	int warm; /* so many masters are to be idle; 0: not asked for */
	bool stop; /* all masters are to end */
	bool touch;
	bool strict;
	bool reuse_only; /* no login: a master that lives, or none */
	bool explain;
	bool verbose;
	bool help;
	bool version;
	bool disable;
	struct option_origin origins[OPTION_ROWS_MAX];
};

/*
 * Reads the environment, then the options before the arguments of ssh, which
 * begin with "--" and a letter. Returns the index of the first argument of ssh,
 * or -1 after a message.
 */
int options_read(struct options *options, int argc, char *argv[]);

/*
 * Prints the usage, or the version, on stdout. Returns 0, or -1 if that failed.
 */
int options_print_help(void);
int options_print_version(void);

/* A setting of a file; see setting_take(). */
enum setting_status options_take_setting(struct options *options,
    const char *keyword, const char *value, size_t line, bool counts,
    char allowed[OPTION_ALLOWED_MAX]);

/*
 * Fills in the default from the configuration of ssh: ControlPersist (pool.h),
 * in seconds. A pool that is_passing (pool.h) has a shorter default.
 */
void options_settle(
    struct options *options, int control_persist_secs, bool is_passing);

/* Prints each setting and its source; file is that of settings. */
void options_print_settings(const struct options *options, const char *file);

#endif
