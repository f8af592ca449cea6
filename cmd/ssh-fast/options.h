/* ssh-fast's own options, each with its environment variable. */
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
 * Reads the environment, then the options in front of ssh's arguments, which
 * are all that begin with "--" and a letter. Returns the index of ssh's first
 * argument, or -1 after a message that names what is wrong.
 */
int options_read(struct options *options, int argc, char *argv[]);

/* Prints the usage, or the version, on stdout. 0, or -1 where that failed. */
int options_print_help(void);
int options_print_version(void);

/* A setting of a file; see setting_take(). */
enum setting_status options_take_setting(struct options *options,
    const char *keyword, const char *value, size_t line, bool counts,
    char allowed[OPTION_ALLOWED_MAX]);

/*
 * Fills in what the configuration of ssh decides where nothing else is said:
 * its ControlPersist (pool.h) in seconds.
 */
void options_settle(struct options *options, int control_persist_secs);

/* Prints each setting and where it comes from; file is that of settings. */
void options_print_settings(const struct options *options, const char *file);

#endif
