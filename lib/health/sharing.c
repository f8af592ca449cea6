#include "health/sharing.h"

#include "base/deadline.h"

#include <errno.h>
#include <unistd.h>

void
sharing_open(struct sharing *sharing, const char *root_path)
{
	struct namespace_root root;
	struct failure ignored;

	sharing->answers.fd = -1;
	if (namespace_root_open(&root, root_path, true, &ignored) == -1)
		return;
	(void)answers_open(&sharing->answers, &root, true, &ignored);
	namespace_root_close(&root);
}

void
sharing_close(struct sharing *sharing)
{
	answers_close(&sharing->answers);
}

/*
 * Whether the answer to another process answers this question. A server does
 * not count a failed connection, so such an answer is only for processes that
 * waited for it.
 */
static bool
is_answer(const struct sharing_question *question,
    const struct outcome *outcome, int64_t age_ms)
{
	if (outcome->end == OUTCOME_TIMED_OUT &&
	    outcome->timeout_ms < question->timeout_ms)
		return false;
	if (outcome->step == REPORT_CONNECT)
		return age_ms <=
		    (deadline_now_us() - question->since_us) / 1000;
	return age_ms < ANSWERS_FRESH_MS;
}

static bool
read_answer(int fd, const struct sharing_question *question,
    struct outcome *outcome, int64_t *age_ms)
{
	struct text line;
	bool result;

	text_init(&line);
	result = answers_read(fd, &line, age_ms) && text_ok(&line) &&
	    outcome_read(outcome, line.data) &&
	    is_answer(question, outcome, *age_ms);
	text_free(&line);
	return result;
}

enum sharing_state
sharing_begin(const struct sharing *sharing,
    const struct sharing_question *question, struct outcome *outcome,
    int64_t *age_ms, int *lock_fd)
{
	char name[ANSWERS_NAME_SIZE];

	*lock_fd = -1;
	if (sharing->answers.fd == -1)
		return SHARING_ASK;
	answers_name(
	    name, question->address, question->port, question->methods);
	*lock_fd = answers_lock(&sharing->answers, name);
	if (*lock_fd == -1 && (errno == EWOULDBLOCK || errno == EBUSY))
		return SHARING_BUSY;
	/* A key that another process got can be checked; a login cannot. */
	if (*lock_fd != -1 &&
	    read_answer(*lock_fd, question, outcome, age_ms)) {
		(void)close(*lock_fd);
		*lock_fd = -1;
		return SHARING_ANSWERED;
	}
	*age_ms = question->takes_login
	    ? answers_login_age_ms(
		  &sharing->answers, question->address, question->port)
	    : -1;
	if (*age_ms < 0 || *age_ms >= ANSWERS_FRESH_MS)
		return SHARING_ASK;
	if (*lock_fd != -1)
		(void)close(*lock_fd);
	*lock_fd = -1;
	return SHARING_LOGIN;
}

void
sharing_end(int lock_fd, const struct outcome *outcome)
{
	struct text line;

	if (lock_fd == -1)
		return;
	text_init(&line);
	outcome_write(&line, outcome);
	/* If it cannot be stored, other processes ask themselves. */
	if (text_ok(&line))
		(void)answers_write(lock_fd, line.data);
	text_free(&line);
	(void)close(lock_fd);
}
