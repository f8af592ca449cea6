#include "lease/sweep.h"

#include "namespace/answers.h"
#include "namespace/listing.h"

#include <errno.h>
#include <stdio.h>

static void
sweep_answer(const struct answers *answers, const char *folder,
    const char *name, const struct sweep_options *options)
{
	char path[PATH_MAX + 64];
	struct failure failure;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	switch (answers_sweep(answers, name, options->dry_run)) {
	case 1:
		options->tell(options->context, SWEEP_TEMPORARY, path);
		break;
	case -1:
		(void)failure_set(
		    &failure, FAILURE_SYSTEM, "remove", path, NULL);
		options->tell_failure(options->context, &failure);
		break;
	default:
		break;
	}
}

void
sweep_answers_all(
    const struct namespace_root *root, const struct sweep_options *options)
{
	char folder[PATH_MAX + 16];
	struct answers answers;
	struct listing names;
	struct failure failure;
	size_t i;

	if (answers_open(&answers, root, false, &failure) == -1) {
		if (failure.kind != FAILURE_SYSTEM || failure.error != ENOENT)
			options->tell_failure(options->context, &failure);
		return;
	}
	(void)snprintf(
	    folder, sizeof(folder), "%s/%s", root->path, ANSWERS_FOLDER);
	listing_init(&names);
	if (listing_read(&names, answers.fd) == -1) {
		(void)failure_set(
		    &failure, FAILURE_SYSTEM, "list", folder, NULL);
		options->tell_failure(options->context, &failure);
	}
	for (i = 0; i < names.count; i++)
		sweep_answer(&answers, folder, names.names[i], options);
	listing_free(&names);
	answers_close(&answers);
}
