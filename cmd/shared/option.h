/*
 * The options of a program, in one table: how they are read, their values, and
 * their help.
 */
#ifndef OPTION_H
#define OPTION_H

#include <stdbool.h>
#include <stddef.h>

enum option_kind {
	OPTION_ON, /* sets a bool; a variable of that kind is 0 or 1 */
	OPTION_OFF, /* clears it */
	OPTION_TEXT, /* sets a const char *, to anything but an empty word */
	OPTION_NUMBER, /* sets an int, from minimum to maximum */
	OPTION_TIME, /* the same in seconds, written as ssh takes times */
	OPTION_MS, /* the same in milliseconds, with or without a unit */
	OPTION_OTHER, /* set() of the program knows */
};

/*
 * One option, by letter, name or variable; empty ones do not exist. Arrays,
 * because pointers would be relocated at each start of ssh-fast.
 */
struct option {
	char letter;
	char name[16]; /* without the dashes */
	char variable[24];
	char keyword[16]; /* in a file of settings, in capitals or not */
	/* The name of its value in --help; "[=NAME]" if it is optional. */
	char value[8];
	unsigned char kind;
	unsigned short offset; /* of what is set, in the program's options */
	int minimum, maximum; /* of a number or time; else 0 */
	char allowed[40]; /* else what it takes, for the message about it */
	char help[180];
};

/* The source of a value. A higher number overrides a lower one. */
enum option_from {
	OPTION_FROM_DEFAULT,
	OPTION_FROM_SSH, /* the configuration of ssh */
	OPTION_FROM_FILE,
	OPTION_FROM_VARIABLE,
	OPTION_FROM_WORD,
};

struct option_origin {
	unsigned short from;
	unsigned short line; /* of the file */
};

enum { OPTION_ROWS_MAX = 48, OPTION_SHOWN_MAX = 32, OPTION_ALLOWED_MAX = 64 };

struct option_table {
	const char *program;
	const char *usage; /* in front of the options in --help */
	const struct option *rows;
	size_t count;
	/*
	 * For an OPTION_OTHER. value is null if none was given, and "1" for an
	 * option without one. False if the value is bad.
	 */
	bool (*set)(
	    void *options, const struct option *option, const char *value);
	/*
	 * For settings; else 0. Writes what an OPTION_OTHER is set to, as a file
	 * would have it; size of the program's options; where in them the array
	 * of an origin for each row is.
	 */
	void (*show)(const void *options, const struct option *option,
	    char shown[OPTION_SHOWN_MAX]);
	unsigned short size, origins;
};

/*
 * Reads the variables into options. An empty one is not set, since cron cannot
 * unset one. Returns 0, or -1 after a message with the variable.
 */
int option_read_environment(const struct option_table *table, void *options);

/*
 * Reads options by name ("--NAME" or "--NAME=VALUE") up to the first other
 * word, since the rest belongs to another program. Returns the index of that
 * word, or -1 after a message with the option.
 */
int option_read_front(
    const struct option_table *table, void *options, int argc, char *argv[]);

/*
 * Reads options of all kinds at any place before "--". The next word can be the
 * value of an option. Moves the other words to argv[1] and on, and returns
 * their number; or -1 after a message.
 */
int option_read_all(
    const struct option_table *table, void *options, int argc, char *argv[]);

/* Prints the usage, or "PROGRAM VERSION", on stdout. 0, or -1 with errno. */
int option_print_help(const struct option_table *table);
int option_print_version(const struct option_table *table);

/*
 * Sets one option. value is null if none was given. False if the value is bad:
 * option_describe_allowed() has the valid ones.
 */
bool option_set(const struct option_table *table, const struct option *option,
    void *options, const char *value);
void option_describe_allowed(
    const struct option *option, char allowed[OPTION_ALLOWED_MAX]);

/* Notes the source of the value of this row, if the table wants that. */
void option_note_origin(const struct option_table *table,
    const struct option *option, void *options, enum option_from from,
    size_t line);

#endif
