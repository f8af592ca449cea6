/*
 * The options of a program, in one table: how they are read, what they take,
 * and what --help says of them.
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
 * One option, by letter, name or variable; what is empty there is not taken.
 * Arrays, not pointers: those would be relocated whenever ssh-fast starts.
 */
struct option {
	char letter;
	char name[16]; /* without the dashes */
	char variable[24];
	char keyword[16]; /* in a file of settings, in capitals or not */
	/* What --help calls its value, "[=NAME]" where that may be left out. */
	char value[8];
	unsigned char kind;
	unsigned short offset; /* of what is set, in the program's options */
	int minimum, maximum; /* of a number or time; else 0 */
	char allowed[40]; /* else what it takes, for the message about it */
	char help[180];
};

/* Where a value comes from: what counts more has a higher number. */
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
	 * Of an OPTION_OTHER; value is null where none was given, and "1" for
	 * an option that takes none. False where the value is bad.
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
 * Reads the variables into options. Set to nothing means not set, since cron
 * cannot unset. 0, or -1 after a message that names the variable.
 */
int option_read_environment(const struct option_table *table, void *options);

/*
 * Reads options by name ("--NAME" or "--NAME=VALUE") as long as nothing else
 * comes: what follows is another program's. Returns the index of the first
 * word that is none, or -1 after a message that names the option.
 */
int option_read_front(
    const struct option_table *table, void *options, int argc, char *argv[]);

/*
 * Reads options of all kinds, wherever they stand in front of "--"; the value
 * of one that needs a value may be the next word. Brings the other words to
 * argv[1] and behind, and returns how many they are; or -1 after a message.
 */
int option_read_all(
    const struct option_table *table, void *options, int argc, char *argv[]);

/* Prints the usage, or "PROGRAM VERSION", on stdout. 0, or -1 with errno. */
int option_print_help(const struct option_table *table);
int option_print_version(const struct option_table *table);

/*
 * Sets one option; value is null where none was given. False where the value
 * is bad: option_describe_allowed() tells what it takes.
 */
bool option_set(const struct option_table *table, const struct option *option,
    void *options, const char *value);
void option_describe_allowed(
    const struct option *option, char allowed[OPTION_ALLOWED_MAX]);

/* Notes where the value of that row comes from, if the table wants it. */
void option_note_origin(const struct option_table *table,
    const struct option *option, void *options, enum option_from from,
    size_t line);

#endif
