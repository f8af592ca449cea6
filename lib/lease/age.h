/*
 * How old the login of a master is, and until when it holds. It is kept in the
 * lock file, as a third line behind those of the holder and of trust.
 */
#ifndef AGE_H
#define AGE_H

#include <stdbool.h>
#include <stdint.h>

#define AGE_UNKNOWN INT64_MIN

struct age {
	/* When it logged in, in seconds since the boot, or AGE_UNKNOWN. */
	int64_t login_secs;
	/*
	 * When the first certificate ends that the login may have used, in
	 * seconds since 1970; 0: there was none.
	 */
	int64_t valid_until;
};

/* Nothing is known. */
void age_clear(struct age *age);

enum { AGE_LINE_SIZE = 80 };

/* The line, padded with blanks, with its newline and without a NUL. */
void age_format(const struct age *age, char line[AGE_LINE_SIZE]);

/* Reads a line; garbled or empty, nothing is known. */
void age_parse(struct age *age, const char *line);

/* It has logged in now, or so many seconds ago. */
void age_note_login(struct age *age, int64_t ago_secs, int64_t valid_until);

/*
 * Whether it is over: older than that (0: no age is too old), or past the end
 * of a certificate. False where nothing is known.
 */
bool age_is_over(const struct age *age, int max_secs);

#endif
