/*
 * Which keys an agent holds: SSH_AGENTC_REQUEST_IDENTITIES. The question is
 * sent at one moment and the answer taken at another, so that the agent works
 * while we do.
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

/* Connects to the socket of that path and asks; sshagent_end() is owed. */
void sshagent_ask(struct sshagent *agent, const char *path);

/* Waits for the answer until the deadline (deadline.h); once asked again it
 * goes on waiting where it was SILENT. */
enum sshagent_status sshagent_wait(struct sshagent *agent, int64_t deadline_us);

/* What is to be read of the keys, after SSHAGENT_KEYS. */
struct wire sshagent_keys(const struct sshagent *agent);

/* Takes the next key off the front; false behind the last. */
bool
sshagent_next(struct wire *keys, const unsigned char **blob, size_t *length);

void sshagent_end(struct sshagent *agent);

#endif
