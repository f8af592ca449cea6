#include "ssh-fast/explain_pool.h"

#include "base/facts.h"
#include "base/text.h"
#include "namespace/catalogue.h"
#include "namespace/record.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
	POOLS_MAX = 8, /* that are compared */
	LINES_MAX = 16, /* that are printed of each */
};

void
explain_print(const char *string)
{
	struct text printable;

	text_init(&printable);
	text_add_printable(&printable, string);
	if (text_ok(&printable))
		(void)fputs(printable.data, stdout);
	text_free(&printable);
}

/* The next line of a text, without its end; at moves behind it. */
static bool
next_line(const char **at, const char **line, size_t *length)
{
	if (**at == '\0')
		return false;
	*line = *at;
	*length = strcspn(*at, "\n");
	*at += *length + ((*at)[*length] == '\n');
	return true;
}

static void
print_line(const char *before, const char *line, size_t length)
{
	struct text copy;

	text_init(&copy);
	text_add_bytes(&copy, line, length);
	(void)fputs(before, stdout);
	if (text_ok(&copy))
		explain_print(copy.data);
	text_free(&copy);
}

void
explain_pool_text(const struct run *run)
{
	const char *at = run->pool.text.data, *line, *fact_at;
	struct fact fact;
	size_t length;

	(void)printf("namespace:\n");
	while (next_line(&at, &line, &length)) {
		print_line("", line, length);
		fact_at = line;
		if (run->options.verbose &&
		    run->options.namespace_text == NULL &&
		    facts_next(&fact_at, &fact))
			(void)printf(" (%s)", facts_meaning(fact.kind));
		(void)putchar('\n');
	}
}

static bool
has_line(const char *text, const char *wanted, size_t wanted_length)
{
	const char *line;
	size_t length;

	while (next_line(&text, &line, &length))
		if (length == wanted_length &&
		    memcmp(line, wanted, length) == 0)
			return true;
	return false;
}

/* Prints those lines of the one text that are not in the other one. */
static size_t
print_missing(const char *mark, const char *text, const char *other)
{
	const char *line;
	size_t length, count = 0;

	while (next_line(&text, &line, &length)) {
		if (has_line(other, line, length))
			continue;
		if (count++ >= LINES_MAX)
			continue;
		print_line(mark, line, length);
		(void)putchar('\n');
	}
	if (count > LINES_MAX)
		(void)printf("%sand %lu more lines\n", mark,
		    (unsigned long)(count - LINES_MAX));
	return count;
}

static void
compare(const struct run *run, const char *folder, const char *other)
{
	const char *own = run->pool.text.data;

	(void)printf("other pool of ");
	explain_print(run->pool.label.data);
	(void)printf(": %s\n", folder);
	if (print_missing("  here:  ", own, other) +
		print_missing("  there: ", other, own) ==
	    0)
		(void)printf("  the same lines, in another order\n");
}

/* One that cannot be read is ignored: this is no place to complain. */
static void
compare_with(const struct run *run, const char *folder)
{
	struct failure ignored;
	struct record record;
	struct namespace ns;

	if (namespace_open(
		&ns, &run->pool.root, folder, NAMESPACE_ENTER, &ignored) == -1)
		return;
	if (record_read(&record, &ns, NULL, &ignored) == RECORD_FOUND) {
		compare(run, folder, record.text);
		record_free(&record);
	}
	namespace_close(&ns);
}

void
explain_pool_others(const struct run *run)
{
	const struct pool *pool = &run->pool;
	const struct catalogue_request request = {.pattern_count = 0};
	struct catalogue catalogue;
	struct failure ignored;
	size_t i, count = 0;

	if (pool->label.length == 0 || pool->root.fd == -1 ||
	    catalogue_read(&catalogue, &pool->root, &request, &ignored) == -1)
		return;
	for (i = 0; i < catalogue.count; i++) {
		const struct catalogue_entry *entry = &catalogue.entries[i];

		if (entry->label == NULL ||
		    strcmp(entry->label, pool->label.data) != 0 ||
		    strcmp(entry->folder, pool->name) == 0)
			continue;
		if (++count <= POOLS_MAX)
			compare_with(run, entry->folder);
	}
	if (count > POOLS_MAX)
		(void)printf("and %lu more pools of that host\n",
		    (unsigned long)(count - POOLS_MAX));
	catalogue_free(&catalogue);
}
