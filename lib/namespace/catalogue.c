#include "namespace/catalogue.h"

#include "namespace/callwords.h"
#include "namespace/listing.h"
#include "namespace/record.h"
#include "base/text.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
catalogue_add_label(struct text *label, const char *user, const char *hostname,
    const char *port)
{
	text_printf(label, "%s@", user != NULL ? user : "?");
	text_printf(
	    label, strchr(hostname, ':') != NULL ? "[%s]" : "%s", hostname);
	text_printf(label, ":%s", port != NULL ? port : "?");
}

/* Null without memory. */
static char *
make_label(const struct record *record)
{
	const char *host = record->hostname;
	struct text label;

	text_init(&label);
	if (host == NULL)
		host = record->destination != NULL ? record->destination : "?";
	catalogue_add_label(&label, record->user, host, record->port);
	if (text_ok(&label))
		return label.data;
	text_free(&label);
	return NULL;
}

/* Marks the patterns that match the subject. Null matches none. */
static bool
is_wanted(struct catalogue *catalogue, const struct catalogue_request *request,
    const char *subject)
{
	bool wanted = false;
	size_t i;

	for (i = 0; subject != NULL && i < request->pattern_count; i++)
		if (fnmatch(request->patterns[i], subject, 0) == 0)
			wanted = catalogue->has_matched[i] = true;
	return wanted;
}

/* user@host, which is the label without its port. */
static bool
is_wanted_without_port(struct catalogue *catalogue,
    const struct catalogue_request *request, char *label)
{
	char *colon = label != NULL ? strrchr(label, ':') : NULL;
	bool wanted;

	if (colon == NULL)
		return false;
	*colon = '\0';
	wanted = is_wanted(catalogue, request, label);
	*colon = ':';
	return wanted;
}

static bool
is_record_wanted(struct catalogue *catalogue,
    const struct catalogue_request *request, const struct record *record,
    char *label)
{
	bool wanted = is_wanted(catalogue, request, label);

	wanted |= is_wanted_without_port(catalogue, request, label);
	wanted |= is_wanted(catalogue, request, record->destination);
	wanted |= is_wanted(catalogue, request, record->hostname);
	return wanted;
}

static bool
is_folder_wanted(struct catalogue *catalogue,
    const struct catalogue_request *request, const char *folder)
{
	char shown[CATALOGUE_FOLDER_SHOWN + 1];
	bool wanted = is_wanted(catalogue, request, folder);

	(void)snprintf(shown, sizeof(shown), "%s", folder);
	wanted |= is_wanted(catalogue, request, shown);
	return wanted || request->pattern_count == 0;
}

static void
free_entry(struct catalogue_entry *entry)
{
	free(entry->folder);
	free(entry->label);
	free(entry->call);
	memset(entry, 0, sizeof(*entry));
}

/*
 * Describes one namespace as the next entry. Returns 1 if it matches, 0 if not,
 * -1 without memory.
 */
static int
describe(struct catalogue *catalogue, const struct namespace_root *root,
    const struct catalogue_request *request, const char *folder)
{
	struct catalogue_entry *entry = &catalogue->entries[catalogue->count];
	struct namespace ns;
	struct record record;
	struct failure failure;
	bool wanted = is_folder_wanted(catalogue, request, folder);

	if ((request->pattern_count > 0 || !request->folders_only) &&
	    namespace_open(&ns, root, folder, NAMESPACE_LOOK, &failure) == 0) {
		if (record_read(&record, &ns, NULL, &failure) == RECORD_FOUND) {
			entry->label = make_label(&record);
			if (!request->folders_only)
				entry->call = callwords_make(&record);
			wanted |= is_record_wanted(
			    catalogue, request, &record, entry->label);
			record_free(&record);
		}
		namespace_close(&ns);
	}
	if (wanted && (entry->folder = strdup(folder)) == NULL) {
		free_entry(entry);
		return -1;
	}
	if (!wanted)
		free_entry(entry);
	return wanted;
}

/* Null comes last. */
static int
compare_words(const char *left, const char *right)
{
	if (left == NULL || right == NULL)
		return (left == NULL) - (right == NULL);
	return strcmp(left, right);
}

static int
compare_entries(const void *a, const void *b)
{
	const struct catalogue_entry *left = a, *right = b;
	int order = compare_words(left->label, right->label);

	if (order == 0)
		order = compare_words(left->call, right->call);
	return order != 0 ? order : strcmp(left->folder, right->folder);
}

static int
fill(struct catalogue *catalogue, const struct namespace_root *root,
    const struct catalogue_request *request, const struct listing *folders)
{
	size_t i;
	int wanted;

	/* One more, so that null means no memory. */
	catalogue->has_matched =
	    calloc(request->pattern_count + 1, sizeof(bool));
	if (catalogue->has_matched == NULL)
		return -1;
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
		wanted = describe(catalogue, root, request, folders->names[i]);
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

	for (i = 0; i < catalogue->count; i++)
		free_entry(&catalogue->entries[i]);
	free(catalogue->entries);
	free(catalogue->has_matched);
	memset(catalogue, 0, sizeof(*catalogue));
}
