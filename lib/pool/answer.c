#include "pool/answer.h"

#include "pool/seal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PREFIX ".answer."

enum {
	NAME_SIZE = sizeof(PREFIX) + DIGEST_LENGTH,
};

static struct smallfile_place
place_of(const struct answer_request *request, char name[NAME_SIZE])
{
	const struct text *question = &request->endpoint->shared_text;

	memcpy(name, PREFIX, sizeof(PREFIX));
	digest_base64(
	    question->data, question->length, name + sizeof(PREFIX) - 1);
	return (struct smallfile_place){.folder_fd = request->root->fd,
	    .folder_path = request->root->path,
	    .name = name,
	    .owner = request->root->owner};
}

/* The kept answer in readable form, or null. */
static char *
unseal(struct answer *answer, const struct endpoint *endpoint)
{
	char *content = answer->file.content;

	if (!seal_is_set(content))
		return content;
	return seal_open(&answer->lines, content, endpoint) ? answer->lines.data
							    : NULL;
}

/* If a kept answer cannot be read, ssh is asked again. */
static bool
read_kept(struct answer *answer, const struct answer_request *request,
    const struct smallfile_place *place)
{
	time_t age_secs;
	char *content;

	if (place->folder_fd == -1 ||
	    smallfile_read(&answer->file, place, NULL) != SMALLFILE_FOUND)
		return false;
	age_secs = time(NULL) - answer->file.written;
	/* After a crash of the machine the file may be empty. */
	if (age_secs >= 0 && age_secs < ANSWER_KEPT_SECS &&
	    (content = unseal(answer, request->endpoint)) != NULL &&
	    resolution_read(&answer->said, content) &&
	    answer->said.hostname != NULL && answer->said.port != NULL)
		return true;
	answer_free(answer);
	return false;
}

/* A failure, such as a full disk, costs a question in each run. */
static void
keep(const struct answer *answer, const struct answer_request *request,
    const struct smallfile_place *place)
{
	struct text sealed;

	if (request->endpoint->config.is_dynamic || request->look_only ||
	    place->folder_fd == -1)
		return;
	text_init(&sealed);
	seal_add(&sealed, answer->lines.data, request->endpoint);
	if (text_ok(&sealed))
		(void)smallfile_write(place, &sealed);
	text_free(&sealed);
}

int
answer_get(struct answer *answer, const struct answer_request *request)
{
	char name[NAME_SIZE];
	struct smallfile_place place;
	int result;

	answer->digest[0] = '\0';
	answer->file.content = NULL;
	text_init(&answer->lines);
	place = place_of(request, name);
	if (!request->endpoint->config.is_dynamic &&
	    read_kept(answer, request, &place))
		return 0;
	result = resolve_ask(&request->asking, &answer->lines, answer->digest);
	if (result == 0 && !text_ok(&answer->lines)) {
		errno = ENOMEM;
		result = -1;
	}
	if (result == 0) {
		keep(answer, request, &place);
		if (resolution_read(&answer->said, answer->lines.data))
			return 0;
		errno = EPROTO;
		result = -1;
	}
	answer_free(answer);
	return result;
}

void
answer_free(struct answer *answer)
{
	smallfile_free(&answer->file);
	text_free(&answer->lines);
}

bool
answer_is_name(const char *name)
{
	return strncmp(name, PREFIX, sizeof(PREFIX) - 1) == 0;
}
