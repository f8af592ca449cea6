/*
 * The keys of an agent: SSH_AGENTC_REQUEST_IDENTITIES. Question and answer are
 * two steps, so the agent works at the same time as this process.
 */
#ifndef SSHAGENT_H
#define SSHAGENT_H

#include "base/text.h"
#include "base/wire.h"

#include <stdint.h>

enum sshagent_status {
	SSHAGENT_KEYS, /* it answered: walk through them */
	SSHAGENT_NONE, /* nobody listens there */
	SSHAGENT_SILENT, /* it did not answer in time */
	SSHAGENT_REFUSES, /* it answered something else */
};

struct sshagent {
	int fd; /* the question is under way; -1: see status */
	enum sshagent_status status;
	struct text answer; /* in storage, as long as it fits */
	char storage[2048];
};

/*
 * Connects to the socket at the path and asks. The caller calls sshagent_end().
 */
void sshagent_ask(struct sshagent *agent, const char *path);

/*
 * Waits for the answer until the deadline (deadline.h). After SILENT, another
 * call goes on waiting.
 */
enum sshagent_status sshagent_wait(struct sshagent *agent, int64_t deadline_us);

/* The bytes of the keys, after SSHAGENT_KEYS. */
struct wire sshagent_keys(const struct sshagent *agent);

/* Takes the next key off the front. False after the last one. */
bool
sshagent_next(struct wire *keys, const unsigned char **blob, size_t *length);

void sshagent_end(struct sshagent *agent);

#endif
