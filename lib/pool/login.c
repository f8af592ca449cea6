#include "pool/login.h"

#include "base/deadline.h"
#include "namespace/smallfile.h"
#include "pool/keyfiles.h"
#include "ssh/sshagent.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define NOTE_PREFIX ".silent."

enum {
	/* Nearly all agents answer within this time. */
	QUICK_US = 10000,
	/*
	 * After the first time an agent counts as silent, for the second time.
	 */
	PATIENCE_US = 100000,
	SILENT_SECS = 10,
	NOTE_SIZE = sizeof(NOTE_PREFIX) + DIGEST_LENGTH,
};

/* The keys so far. */
struct gathering {
	const struct login_request *request;
	struct keyfiles *files;
	struct text agent; /* lines, as those of the files */
};

const char *
login_agent(const struct resolution *said)
{
	const char *agent = said->identity_agent, *path;

	if (agent == NULL || strcmp(agent, "SSH_AUTH_SOCK") == 0)
		path = getenv("SSH_AUTH_SOCK");
	else if (agent[0] == '$')
		path = getenv(agent + 1);
	else
		path = strcmp(agent, "none") != 0 ? agent : NULL;
	return path != NULL && path[0] != '\0' ? path : NULL;
}

/* ssh may use only keys of files; the agent still affects their order. */
static bool
has_several_keys(const struct gathering *gathering)
{
	const char *end = strchr(gathering->files->keys.data, '\n');

	return end != NULL && end[1] != '\0';
}

static void
take_agent_keys(struct gathering *gathering, const struct sshagent *agent)
{
	struct wire keys = sshagent_keys(agent);
	const unsigned char *blob;
	size_t length;
	struct sshkey key;

	while (sshagent_next(&keys, &blob, &length))
		if (sshkey_read_blob(&key, blob, length))
			keyfiles_add_line(&gathering->agent, FACT_KEY, &key,
			    &gathering->files->valid_until);
}

static struct smallfile_place
place_of_note(
    const struct login_request *request, const char *path, char name[NOTE_SIZE])
{
	memcpy(name, NOTE_PREFIX, sizeof(NOTE_PREFIX));
	digest_base64(path, strlen(path), name + sizeof(NOTE_PREFIX) - 1);
	return (struct smallfile_place){.folder_fd = request->root->fd,
	    .folder_path = request->root->path,
	    .name = name,
	    .owner = request->root->owner};
}

/*
 * Waits for the agent, unless it was silent some seconds ago. That check costs
 * nothing if the agent answers at once.
 */
static enum sshagent_status
wait_for(const struct login_request *request, struct sshagent *agent,
    const char *path)
{
	char name[NOTE_SIZE];
	struct smallfile_place place = {.folder_fd = -1};
	int64_t began_us = deadline_now_us();
	struct text empty;
	struct stat st;
	time_t age_secs;

	if (sshagent_wait(agent, began_us + QUICK_US) != SSHAGENT_SILENT)
		return agent->status;
	if (request->root->fd != -1) {
		place = place_of_note(request, path, name);
		if (fstatat(place.folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) ==
		    0) {
			age_secs = time(NULL) - st.st_mtime;
			if (age_secs >= 0 && age_secs < SILENT_SECS)
				return SSHAGENT_SILENT;
		}
	}
	if (sshagent_wait(agent, began_us + PATIENCE_US) != SSHAGENT_SILENT)
		return agent->status;
	text_init(&empty);
	if (place.folder_fd != -1 && !request->look_only)
		(void)smallfile_write(&place, &empty);
	text_free(&empty);
	return SSHAGENT_SILENT;
}

bool
login_is_note_name(const char *name)
{
	return strncmp(name, NOTE_PREFIX, sizeof(NOTE_PREFIX) - 1) == 0;
}

/* Copies the lines of one text that are, or are not, in another one. */
static void
add_lines(struct text *text, const struct text *lines,
    const struct text *others, bool are_in_others)
{
	const char *line = lines->data, *end;
	char copy[128];

	for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		size_t length = (size_t)(end - line) + 1;

		if (length >= sizeof(copy))
			continue;
		memcpy(copy, line, length);
		copy[length] = '\0';
		if ((strstr(others->data, copy) != NULL) == are_in_others)
			text_add(text, copy);
	}
}

/*
 * The order of ssh (pubkey_prepare() in sshconnect2.c): named certificates,
 * keys of files that the agent has too, other keys of the agent, other keys of
 * files.
 */
static void
add_in_order(struct text *text, const struct gathering *gathering)
{
	const struct text *agent = &gathering->agent,
			  *files = &gathering->files->keys;

	text_add_bytes(text, gathering->files->certificates.data,
	    gathering->files->certificates.length);
	add_lines(text, agent, files, true);
	if (gathering->request->all_agent_keys ||
	    !gathering->request->said->identities_only)
		add_lines(text, agent, files, false);
	add_lines(text, files, agent, false);
}

static void
take_answer(
    struct text *text, struct gathering *gathering, struct sshagent *agent)
{
	const char *path = login_agent(gathering->request->said);

	switch (wait_for(gathering->request, agent, path)) {
	case SSHAGENT_KEYS:
		take_agent_keys(gathering, agent);
		break;
	case SSHAGENT_SILENT:
		facts_add_secret(
		    text, FACT_SILENT_AGENT, NULL, path, strlen(path), NULL);
		break;
	case SSHAGENT_NONE:
	case SSHAGENT_REFUSES:
		break;
	}
	sshagent_end(agent);
}

static void
gather(struct text *text, struct gathering *gathering)
{
	const struct login_request *request = gathering->request;
	const char *path = login_agent(request->said);
	struct sshagent agent;
	bool is_asked = path != NULL &&
	    (request->all_agent_keys || !request->said->identities_only);

	/*
	 * The agent works while files are read, unless these decide whether to
	 * ask it.
	 */
	if (is_asked)
		sshagent_ask(&agent, path);
	keyfiles_read(
	    gathering->files, request->args, request->said, request->home);
	if (!is_asked && path != NULL && has_several_keys(gathering)) {
		sshagent_ask(&agent, path);
		is_asked = true;
	}
	if (is_asked)
		take_answer(text, gathering, &agent);
	add_in_order(text, gathering);
}

const char *
login_add(struct text *text, const struct login_request *request,
    uint64_t *valid_until)
{
	struct keyfiles files;
	struct gathering gathering = {.request = request, .files = &files};
	char storage[512];

	if (!request->said->uses_public_keys && !request->all_agent_keys)
		return NULL;
	keyfiles_init(&files);
	text_init_in(&gathering.agent, storage, sizeof(storage));
	gather(text, &gathering);
	if (!text_ok(&gathering.agent) || !text_ok(&files.keys) ||
	    !text_ok(&files.certificates))
		text->failed = true;
	if (files.valid_until < *valid_until)
		*valid_until = files.valid_until;
	text_free(&gathering.agent);
	keyfiles_free(&files);
	return files.doubt;
}
