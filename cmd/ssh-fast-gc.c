/*
 * ssh-fast-gc: for cron. Removes the files that crashes and exited masters
 * left in the namespaces of a root. sweep.h does the work.
 */
#include "shared/commands.h"

#include "base/deadline.h"
#include "base/duration.h"
#include "base/text.h"
#include "lease/sweep.h"
#include "platform/platform.h"
#include "pool/kept.h"
#include "shared/admin.h"
#include "shared/json.h"
#include "shared/limits.h"
#include "shared/message.h"
#include "shared/option.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	/* A namespace without a lease stays for this time, without --ttl. */
	NAMESPACE_TTL_SECS = 24 * 3600,
	/* The time for all masters that do not answer. */
	PATIENCE_MS = 2000,
	/* Progress is shown after the first time, at the second interval. */
	PROGRESS_AFTER_MS = 1000,
	PROGRESS_EACH_MS = 100,
};

struct gc_options {
	const char *root;
	bool dry_run, quiet, verbose, is_json;
	int ttl_secs; /* -1: not given */
	int exit_idle_secs;
	bool retire;
	int probe_timeout_ms;
	bool help, version;
};

static bool
set(void *context, const struct option *option, const char *value)
{
	struct gc_options *options = context;

	(void)option;
	return duration_read(
	    value != NULL ? value : "0", 0, SECS_MAX, &options->exit_idle_secs);
}

#define AT(field) .offset = offsetof(struct gc_options, field)
static const struct option rows[] = {
    {.letter = 'n',
	.kind = OPTION_ON,
	AT(dry_run),
	.help = "print what would be done, and change nothing"},
    {.letter = 'q', .kind = OPTION_ON, AT(quiet), .help = "print only errors"},
    {.letter = 'v',
	.kind = OPTION_ON,
	AT(verbose),
	.help = "print what is done to each file"},
    {.letter = 'j',
	.kind = OPTION_ON,
	AT(is_json),
	.help = "print the summary as JSON"},
    {.name = "ttl",
	.value = "TIME",
	.kind = OPTION_TIME,
	AT(ttl_secs),
	.maximum = SECS_MAX,
	.help =
	    "keep unfinished files until they are this old (90 seconds), and\n"
	    "      namespaces without a lease until they are unused for this "
	    "time (a day)"},
    {.name = "exit-idle",
	.value = "[=TIME]",
	.kind = OPTION_OTHER,
	AT(exit_idle_secs),
	.allowed = "a time of a year at most",
	.help = "also end masters that are unused for this time (0)"},
    {.name = "retire",
	.kind = OPTION_ON,
	AT(retire),
	.help = "end all masters, those in use after their sessions"},
    {.variable = "SSH_FAST_PROBE_TIMEOUT",
	.value = "MS",
	.kind = OPTION_MS,
	AT(probe_timeout_ms),
	.minimum = 1,
	.maximum = PROBE_TIMEOUT_MS_MAX,
	.help = "milliseconds that a master may take to answer (500)"},
    {.name = "root",
	.variable = "SSH_FAST_ROOT",
	.value = "DIR",
	.kind = OPTION_TEXT,
	AT(root),
	.allowed = "a folder",
	.help = "folder that holds the namespaces (~/.ssh/ssh-fast)"},
    {.name = "help",
	.kind = OPTION_ON,
	AT(help),
	.help = "print this help and exit"},
    {.name = "version",
	.kind = OPTION_ON,
	AT(version),
	.help = "print the version and exit"},
};

static const struct option_table table = {
    .program = "ssh-fast-gc",
    .usage = "usage: ssh-fast-gc [-n] [-q | -v] [-j] [--ttl=TIME] "
	     "[--exit-idle[=TIME]]\n"
	     "                   [--retire] [--root=DIR] [PATTERN ...]\n"
	     "\n"
	     "Removes files left by crashes and exited masters. PATTERN is a "
	     "shell\n"
	     "pattern on user@host:port, user@host, the host or the name that "
	     "was typed\n"
	     "for it, or the folder as ssh-fast-ls prints it.\n"
	     "\n"
	     "options:\n",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .set = set,
};

/* The state of the run. */
struct gc_run {
	struct gc_options options;
	struct admin admin;
	size_t done[SWEEP_ACTIONS];
	size_t swept, elsewhere, failures;
	bool shows_progress;
	int64_t next_progress_us;
	bool has_progress_line;
	int patience_ms;
	struct platform_open_folders *open_folders;
};

/* Clears the line before other output to the same terminal. */
static void
clear_progress(struct gc_run *run)
{
	if (run->has_progress_line)
		(void)fputs("\r\033[K", stderr);
	run->has_progress_line = false;
}

static void
show_progress(struct gc_run *run, size_t number)
{
	if (!run->shows_progress || deadline_left_ms(run->next_progress_us) > 0)
		return;
	run->next_progress_us = deadline_in_ms(PROGRESS_EACH_MS);
	run->has_progress_line = true;
	(void)fprintf(stderr, "\r%s: %zu of %zu namespaces", table.program,
	    number, run->admin.catalogue.count);
	(void)fflush(stderr);
}

/*
 * The name of the root can contain anything, but must not control a terminal.
 */
static void
print_action(const char *word, const char *path, const char *note)
{
	struct text line;

	text_init(&line);
	text_add_printable(&line, path);
	if (text_ok(&line))
		(void)printf("%s %s%s\n", word, line.data, note);
	text_free(&line);
}

static void
tell(void *context, enum sweep_action action, const char *path)
{
	static const char *const words[SWEEP_ACTIONS][2] = {
	    [SWEEP_LOCK_FILE] = {"removed", "would remove"},
	    [SWEEP_SOCKET] = {"removed", "would remove"},
	    [SWEEP_TEMPORARY] = {"removed", "would remove"},
	    [SWEEP_MOVED] = {"freed", "would free"},
	    [SWEEP_STOPPED] = {"stopped the master of",
		"would stop the master of"},
	    [SWEEP_RETIRED] = {"retired the master of",
		"would retire the master of"},
	    [SWEEP_NAMESPACE] = {"removed", "would remove"},
	};
	struct gc_run *run = context;

	run->done[action]++;
	if (!run->options.verbose && !run->options.dry_run)
		return;
	if (run->options.is_json || run->options.quiet)
		return;
	clear_progress(run);
	print_action(words[action][run->options.dry_run ? 1 : 0], path, "");
}

static void
tell_failure(void *context, const struct failure *failure)
{
	struct gc_run *run = context;

	run->failures++;
	clear_progress(run);
	message_failure(failure);
}

/* Cleans all of the catalogue and, with is_all, files outside of namespaces. */
static void
sweep_each(struct gc_run *run, bool is_all)
{
	const int ttl_secs = run->options.ttl_secs;
	const struct sweep_options options = {
	    .dry_run = run->options.dry_run,
	    .ttl_secs = ttl_secs >= 0 ? ttl_secs : TTL_SECS,
	    .namespace_ttl_secs = ttl_secs >= 0 ? ttl_secs : NAMESPACE_TTL_SECS,
	    .open_folders = &run->open_folders,
	    .exit_idle_secs = run->options.exit_idle_secs,
	    .retire = run->options.retire,
	    .patience_ms = &run->patience_ms,
	    .timeout_ms = run->options.probe_timeout_ms,
	    .tell = tell,
	    .tell_failure = tell_failure,
	    .context = run,
	};
	const struct catalogue *catalogue = &run->admin.catalogue;
	char path[sizeof(run->admin.root.path) + DIGEST_LENGTH + 2];
	size_t i;

	run->shows_progress = !run->options.quiet && isatty(STDERR_FILENO);
	run->next_progress_us = deadline_in_ms(PROGRESS_AFTER_MS);
	run->patience_ms = PATIENCE_MS;
	for (i = 0; i < catalogue->count; i++) {
		show_progress(run, i);
		switch (sweep_namespace(
		    &run->admin.root, catalogue->entries[i].folder, &options)) {
		case SWEEP_DONE:
		case SWEEP_FAILED:
			run->swept++;
			break;
		case SWEEP_ELSEWHERE:
			run->swept++;
			run->elsewhere++;
			if (!run->options.verbose || run->options.is_json)
				break;
			clear_progress(run);
			(void)snprintf(path, sizeof(path), "%s/%s",
			    run->admin.root.path, catalogue->entries[i].folder);
			print_action("left", path, ": of another machine");
			break;
		case SWEEP_GONE:
		case SWEEP_BUSY:
			break;
		}
	}
	if (is_all && run->admin.root.fd != -1) {
		sweep_answers_all(&run->admin.root, &options);
		kept_sweep(&run->admin.root, &options);
	}
	clear_progress(run);
	platform_open_folders_free(run->open_folders);
}

static void
add_count(struct json *json, const char *key, size_t count)
{
	json_integer(json, key, (long long)count);
}

static bool
print_json(const struct gc_run *run)
{
	const size_t *done = run->done;
	struct json json;
	struct text out;

	text_init(&out);
	json_begin(&json, &out);
	json_open_object(&json, NULL);
	json_string(&json, "root", run->admin.root.path);
	json_bool(&json, "dry_run", run->options.dry_run);
	add_count(&json, "namespaces", run->swept);
	json_open_object(&json, "removed");
	add_count(&json, "namespaces", done[SWEEP_NAMESPACE]);
	add_count(&json, "lock_files", done[SWEEP_LOCK_FILE]);
	add_count(&json, "sockets", done[SWEEP_SOCKET]);
	add_count(&json, "temporary_files", done[SWEEP_TEMPORARY]);
	json_close_object(&json);
	add_count(&json, "freed", done[SWEEP_MOVED]);
	add_count(&json, "stopped", done[SWEEP_STOPPED]);
	add_count(&json, "retired", done[SWEEP_RETIRED]);
	add_count(&json, "of_another_machine", run->elsewhere);
	add_count(&json, "failures", run->failures);
	json_close_object(&json);
	text_add(&out, "\n");
	return json_print(&out);
}

static const char *
plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void
print_summary(const struct gc_run *run)
{
	const size_t *done = run->done;
	char retired[48] = "";

	if (run->options.retire)
		(void)snprintf(retired, sizeof(retired), ", retired %zu in use",
		    done[SWEEP_RETIRED]);
	(void)printf("%s: %s%zu of %zu namespace%s, %zu lock file%s, "
		     "%zu socket%s, %zu temporary file%s; freed %zu "
		     "leftover%s, stopped %zu master%s%s; %zu failure%s\n",
	    table.program, run->options.dry_run ? "would remove " : "removed ",
	    done[SWEEP_NAMESPACE], run->swept, plural(run->swept),
	    done[SWEEP_LOCK_FILE], plural(done[SWEEP_LOCK_FILE]),
	    done[SWEEP_SOCKET], plural(done[SWEEP_SOCKET]),
	    done[SWEEP_TEMPORARY], plural(done[SWEEP_TEMPORARY]),
	    done[SWEEP_MOVED], plural(done[SWEEP_MOVED]), done[SWEEP_STOPPED],
	    plural(done[SWEEP_STOPPED]), retired, run->failures,
	    plural(run->failures));
}

int
ssh_fast_gc_main(int argc, char *argv[])
{
	static struct gc_run run;
	struct catalogue_request wanted = {.folders_only = true};
	int count;
	bool ok = true;

	message_set_program(table.program);
	run.options.ttl_secs = -1;
	run.options.exit_idle_secs = -1;
	run.options.probe_timeout_ms = PROBE_TIMEOUT_MS;
	count = admin_read_options(&table, &run.options, argc, argv);
	if (count == -1)
		return EXIT_USAGE;
	if (run.options.help)
		return admin_finish(option_print_help(&table));
	if (run.options.version)
		return admin_finish(option_print_version(&table));
	if (run.options.quiet && run.options.verbose) {
		message("options -q and -v exclude each other "
			"(see ssh-fast-gc --help)");
		return EXIT_USAGE;
	}
	wanted.patterns = argv + 1;
	wanted.pattern_count = (size_t)count;
	if (admin_open(&run.admin, run.options.root, &wanted) == -1)
		return EXIT_TROUBLE;
	sweep_each(&run, wanted.pattern_count == 0);
	if (run.options.is_json)
		ok = run.options.quiet || print_json(&run);
	else if (!run.options.quiet)
		print_summary(&run);
	admin_close(&run.admin);
	if (admin_finish(fflush(stdout)) != 0 || !ok || run.failures > 0)
		return EXIT_TROUBLE;
	return 0;
}
