#include "ssh-fast/login_note.h"

#include "namespace/answers.h"
#include "namespace/record.h"
#include "platform/tcp.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * If no process has asked for the health of a server yet, no note is made, and
 * the root gets no file.
 */
static bool
open_answers(const struct run *run, struct answers *answers)
{
	struct failure ignored;

	return answers_open(answers, &run->pool.root,
		   run->options.health_ms > 0, &ignored) == 0;
}

int
login_note_begin(const struct run *run)
{
	struct answers answers;
	struct record record;
	struct failure ignored;
	int fd = -1;

	if (!open_answers(run, &answers))
		return -1;
	if (record_read(&record, &run->pool.ns, NULL, &ignored) ==
	    RECORD_FOUND) {
		if (record.hostname != NULL && record.port != NULL)
			fd = answers_begin_login(
			    &answers, record.hostname, atoi(record.port));
		record_free(&record);
	}
	answers_close(&answers);
	return fd;
}

void
login_note_end(int note_fd)
{
	if (note_fd != -1)
		(void)close(note_fd);
}

void
login_note_worked(struct run *run, int note_fd)
{
	struct lease *lease = &run->lease;
	struct answers answers;
	char address[INET6_ADDRSTRLEN];

	if (open_answers(run, &answers)) {
		if (lease->master_fd == -1)
			(void)lease_ask_pid(
			    &run->pool.ns, lease, &lease->master_fd);
		trust_note_connection(&lease->trust, lease->master_pid);
		if (lease->trust.connection.family != 0) {
			tcp_print_remote(&lease->trust.connection, address);
			answers_note_login(&answers, address,
			    lease->trust.connection.remote_port);
		}
		answers_close(&answers);
	}
	login_note_end(note_fd);
}
