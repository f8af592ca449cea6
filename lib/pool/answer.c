#include "pool/answer.h"

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
	memcpy(name, PREFIX, sizeof(PREFIX));
	digest_base64(request->question->data, request->question->length,
	    name + sizeof(PREFIX) - 1);
	return (struct smallfile_place){.folder_fd = request->root->fd,
	    .folder_path = request->root->path,
	    .name = name,
	    .owner = request->root->owner};
}

/* Whatever is wrong with a kept answer, ssh can be asked again. */
static bool
read_kept(struct answer *answer, const struct smallfile_place *place)
{
	time_t age_secs;

	if (place->folder_fd == -1 ||
	    smallfile_read(&answer->file, place, NULL) != SMALLFILE_FOUND)
		return false;
	age_secs = time(NULL) - answer->file.written;
	/* After a crash of the machine it may be there and be empty. */
	if (age_secs >= 0 && age_secs < ANSWER_KEPT_SECS &&
	    resolution_read(&answer->said, answer->file.content) &&
	    answer->said.hostname != NULL && answer->said.port != NULL)
		return true;
	smallfile_free(&answer->file);
	return false;
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
	if (!request->is_dynamic && read_kept(answer, &place))
		return 0;
	result = resolve_ask(&request->asking, &answer->lines, answer->digest);
	if (result == 0 && !text_ok(&answer->lines)) {
		errno = ENOMEM;
		result = -1;
	}
	if (result == 0) {
		/* A full disk, for one, costs a question in each run. */
		if (!request->is_dynamic && !request->look_only &&
		    place.folder_fd != -1)
			(void)smallfile_write(&place, &answer->lines);
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
