#include "namespace/catalogue.h"

#include "namespace/listing.h"
#include "namespace/record.h"
#include "base/text.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* user@host:port, an IPv6 address in brackets. Null without memory. */
static char *
make_label(const struct record *record)
{
	const char *host = record->hostname;
	struct text label;

	text_init(&label);
	text_printf(&label, "%s@", record->user != NULL ? record->user : "?");
	if (host == NULL)
		host = record->destination != NULL ? record->destination : "?";
	text_printf(&label, strchr(host, ':') != NULL ? "[%s]" : "%s", host);
	text_printf(&label, ":%s", record->port != NULL ? record->port : "?");
	if (text_ok(&label))
		return label.data;
	text_free(&label);
	return NULL;
}

static bool
is_wanted(const struct catalogue_request *request, const char *subject)
{
	size_t i;

	for (i = 0; subject != NULL && i < request->pattern_count; i++)
		if (fnmatch(request->patterns[i], subject, 0) == 0)
			return true;
	return false;
}

/*
 * Describes one namespace. 1 it is wanted; 0 it is not; -1 without memory.
 */
static int
describe(struct catalogue_entry *entry, const struct namespace_root *root,
    const struct catalogue_request *request, const char *folder)
{
	struct namespace ns;
	struct record record;
	struct failure failure;
	bool wanted = request->pattern_count == 0 || is_wanted(request, folder);

	entry->label = NULL;
	if ((request->pattern_count > 0 || !request->folders_only) &&
	    namespace_open(&ns, root, folder, NAMESPACE_LOOK, &failure) == 0) {
		if (record_read(&record, &ns, NULL, &failure) == RECORD_FOUND) {
			entry->label = make_label(&record);
			wanted = wanted || is_wanted(request, entry->label) ||
			    is_wanted(request, record.destination);
			record_free(&record);
		}
		namespace_close(&ns);
	}
	if (wanted && (entry->folder = strdup(folder)) == NULL) {
		free(entry->label);
		return -1;
	}
	if (!wanted)
		free(entry->label);
	return wanted;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct catalogue_entry *left = a, *right = b;
	int order;

	if ((left->label == NULL) != (right->label == NULL))
		return left->label == NULL ? 1 : -1;
	order = left->label != NULL ? strcmp(left->label, right->label) : 0;
	return order != 0 ? order : strcmp(left->folder, right->folder);
}

static int
fill(struct catalogue *catalogue, const struct namespace_root *root,
    const struct catalogue_request *request, const struct listing *folders)
{
	size_t i;
	int wanted;

	if (folders->count == 0)
		return 0;
	catalogue->entries =
	    calloc(folders->count, sizeof(*catalogue->entries));
	if (catalogue->entries == NULL)
		return -1;
	for (i = 0; i < folders->count; i++) {
		if (!namespace_is_folder_name(folders->names[i])) {
			catalogue->others++;
			continue;
		}
		wanted = describe(&catalogue->entries[catalogue->count], root,
		    request, folders->names[i]);
		if (wanted == -1)
			return -1;
		if (wanted == 1)
			catalogue->count++;
	}
	if (catalogue->count > 1)
		qsort(catalogue->entries, catalogue->count,
		    sizeof(*catalogue->entries), compare_entries);
	return 0;
}

int
catalogue_read(struct catalogue *catalogue, const struct namespace_root *root,
    const struct catalogue_request *request, struct failure *failure)
{
	struct listing folders;
	int result;

	memset(catalogue, 0, sizeof(*catalogue));
	listing_init(&folders);
	result = listing_read(&folders, root->fd);
	listing_settle(&folders);
	if (result == 0)
		result = fill(catalogue, root, request, &folders);
	if (result == -1) {
		(void)failure_set(
		    failure, FAILURE_SYSTEM, "list", root->path, NULL);
		catalogue_free(catalogue);
	}
	listing_free(&folders);
	return result;
}

void
catalogue_free(struct catalogue *catalogue)
{
	size_t i;

	for (i = 0; i < catalogue->count; i++) {
		free(catalogue->entries[i].folder);
		free(catalogue->entries[i].label);
	}
	free(catalogue->entries);
	memset(catalogue, 0, sizeof(*catalogue));
}
