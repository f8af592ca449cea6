/*
 * The age of the login of a master, and the time until which it is valid. The
 * lock file has it as its third line, after those of the holder and of trust.
 */
#ifndef AGE_H
#define AGE_H

#include <stdbool.h>
#include <stdint.h>

#define AGE_UNKNOWN INT64_MIN

struct age {
	/* The time of the login, in seconds since the boot, or AGE_UNKNOWN. */
	int64_t login_secs;
	/*
	 * The end of the first certificate that the login may have used, in
	 * seconds since 1970; 0: there was none.
	 */
	int64_t valid_until;
};

/* Nothing is known. */
void age_clear(struct age *age);

enum { AGE_LINE_SIZE = 80 };

/* The line, padded with blanks, with its newline and without a NUL. */
void age_format(const struct age *age, char line[AGE_LINE_SIZE]);

/* Reads a line. Nothing is known from a malformed or empty one. */
void age_parse(struct age *age, const char *line);

/* The login was now, or this many seconds ago. */
void age_note_login(struct age *age, int64_t ago_secs, int64_t valid_until);

/*
 * Whether the login is too old (0: never), or past the end of a certificate.
 * False if nothing is known.
 */
bool age_is_over(const struct age *age, int max_secs);

#endif
