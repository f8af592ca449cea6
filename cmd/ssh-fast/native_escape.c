#include "ssh-fast/native_course.h"

#include "mux/mux.h"
#include "shared/message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The log levels of ssh, in order, as it prints them after ~v and ~V. */
static const struct {
	const char *name;
	enum sshsession_log log;
} levels[] = {
    {"SILENT", SSHSESSION_LOG_QUIET},
    {"FATAL", SSHSESSION_LOG_QUIET},
    {"ERROR", SSHSESSION_LOG_ERROR},
    {"INFO", SSHSESSION_LOG_INFO},
    {"VERBOSE", SSHSESSION_LOG_INFO},
    {"DEBUG", SSHSESSION_LOG_INFO},
    {"DEBUG2", SSHSESSION_LOG_INFO},
    {"DEBUG3", SSHSESSION_LOG_INFO},
};
enum { LEVEL_COUNT = sizeof(levels) / sizeof(levels[0]) };

/* Each follows the escape character. */
static const char *const helps[] = {
    ".   - end the session",
    "B   - send a break to the far side",
    "R   - exchange keys anew",
    "V/v - say less or more (LogLevel)",
    "^Z  - stop ssh-fast, as a job of the shell",
    "#   - list what the connection carries",
    "&   - go on in the background",
    "?   - this list",
};

static void
say_help(unsigned char character)
{
	char text[1024];
	size_t length, i;

	length = (size_t)snprintf(text, sizeof(text),
	    "%c?\r\nSupported escape sequences:\r\n", character);
	for (i = 0; i < sizeof(helps) / sizeof(helps[0]); i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length,
		    " %c%s\r\n", character, helps[i]);
	(void)snprintf(text + length, sizeof(text) - length,
	    " %c%c  - the character itself\r\n"
	    "(Note that they count only directly behind a newline.)\r\n\r\n",
	    character, character);
	native_say_as_ssh(text);
}

/* The line begins with the escape; words are its letter and text. */
static void
say(const struct course *course, const char *words)
{
	char text[128];

	(void)snprintf(
	    text, sizeof(text), "%c%s", (int)course->escape.character, words);
	native_say_as_ssh(text);
}

static void
change_level(struct course *course, bool is_louder)
{
	enum sshsession_log *log = &course->run->native.wanted.log;
	int level = course->level;
	char words[64];

	if (level == -1)
		for (level = LEVEL_COUNT - 1; levels[level].log != *log;)
			level--;
	/* ssh shows the first level with this number. */
	while (course->level == -1 && level > 0 &&
	    levels[level - 1].log == levels[level].log)
		level--;
	if (is_louder && level < LEVEL_COUNT - 1)
		level++;
	else if (!is_louder && level > 0)
		level--;
	course->level = level;
	*log = levels[level].log;
	(void)snprintf(words, sizeof(words), "%c [LogLevel %s]\r\n",
	    is_louder ? 'v' : 'V', levels[level].name);
	say(course, words);
}

/*
 * The child continues the session and holds the lease. The parent ends as if
 * the session were over. The far side gets an end of input, ^D.
 */
static bool
go_to_background(struct course *course, unsigned char *output, size_t *length)
{
	pid_t pid;

	(void)terminal_restore(&course->terminal);
	say(course, "& [backgrounded]\n");
	if ((pid = fork()) == -1) {
		message("cannot go into the background: %s", strerror(errno));
		(void)terminal_make_raw(&course->terminal);
		return true;
	}
	if (pid > 0)
		_exit(0);
	(void)lease_hand_over(&course->run->lease);
	output[(*length)++] = 'D' - 64;
	return false;
}

static bool
act(void *argument, enum escape_action action, unsigned char *output,
    size_t *length)
{
	struct course *course = argument;

	switch (action) {
	case ESCAPE_END:
		course->is_ended = true;
		return false;
	case ESCAPE_SUSPEND:
		say(course, "^Z [suspend ssh]\r\n");
		/* As in ssh, which discards the text typed right before. */
		*length = 0;
		native_stop(course);
		return true;
	case ESCAPE_BACKGROUND:
		return go_to_background(course, output, length);
	case ESCAPE_HELP:
		say_help((unsigned char)course->escape.character);
		return true;
	case ESCAPE_COMMAND_LINE:
		native_say_as_ssh("commandline disabled\r\n");
		return true;
	case ESCAPE_LOUDER:
		change_level(course, true);
		return true;
	case ESCAPE_QUIETER:
	default:
		change_level(course, false);
		return true;
	}
}

void
native_prepare_escapes(struct course *course)
{
	const struct native *native = &course->run->native;

	course->level = -1;
	escape_init(&course->escape,
	    native->wanted.escape == SSHSESSION_ESCAPE_CHAR
		? native->wanted.escape_char
		: MUX_NO_ESCAPE_CHAR,
	    act, course);
}

bool
native_read_escapes(void *course, const unsigned char *input, size_t length,
    unsigned char *output, size_t *made)
{
	return escape_read(
	    &((struct course *)course)->escape, input, length, output, made);
}
