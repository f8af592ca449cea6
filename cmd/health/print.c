#include "health/print.h"

#include "health/subject.h"
#include "shared/health_answer.h"
#include "shared/json.h"

#include <stdio.h>

static const struct {
	const char *word;
	int exit_status;
} states[] = {
    [REPORT_HEALTHY] = {"healthy", 0},
    [REPORT_UNREACHABLE] = {"unreachable", 1},
    [REPORT_MISMATCH] = {"mismatch", 3},
    [REPORT_UNKNOWN_KEY] = {"unknown", 4},
    [REPORT_PROXIED] = {"proxied", 5},
    [REPORT_UNKNOWN] = {"unknown", 5},
};

static const char *const steps[] = {
    [REPORT_CONFIGURATION] = NULL,
    [REPORT_NAME] = "name",
    [REPORT_CONNECT] = "connect",
    [REPORT_BANNER] = "banner",
    [REPORT_HANDSHAKE] = "handshake",
    [REPORT_HOST_KEY] = "host key",
};

/* Texts of numbers; an answer points to them. */
struct numbers {
	char port[16], connect_ms[32], handshake_ms[32], age_ms[32];
};

static const char *
milliseconds(char *text, size_t size, double ms)
{
	if (ms < 0)
		return NULL;
	(void)snprintf(text, size, "%.3f", ms);
	return text;
}

static void
answer(struct health_answer *answer, struct numbers *numbers,
    const struct crowd_job *job)
{
	const struct report *report = &job->report;
	const char **values = answer->values;

	(void)snprintf(
	    numbers->port, sizeof(numbers->port), "%d", report->port);
	values[HEALTH_HOST] = job->task.host;
	values[HEALTH_STATE] = states[report->state].word;
	values[HEALTH_STEP] =
	    report->state == REPORT_HEALTHY ? NULL : steps[report->step];
	values[HEALTH_REASON] = report->reason;
	values[HEALTH_HOSTNAME] = report->hostname;
	values[HEALTH_PORT] = report->port > 0 ? numbers->port : NULL;
	values[HEALTH_ADDRESS] = report->address;
	values[HEALTH_BANNER] = report->banner;
	values[HEALTH_FINGERPRINT] = report->fingerprint;
	values[HEALTH_KEY_TYPE] = report->key_type;
	values[HEALTH_CONNECT_MS] = milliseconds(numbers->connect_ms,
	    sizeof(numbers->connect_ms), report->connect_ms);
	values[HEALTH_HANDSHAKE_MS] = milliseconds(numbers->handshake_ms,
	    sizeof(numbers->handshake_ms), report->handshake_ms);
	(void)snprintf(numbers->age_ms, sizeof(numbers->age_ms), "%lld",
	    (long long)report->age_ms);
	values[HEALTH_AGE_MS] = report->age_ms >= 0 ? numbers->age_ms : NULL;
	values[HEALTH_BY] = report->age_ms < 0 ? NULL
	    : report->is_by_login	       ? "login"
					       : "question";
}

static void
add_healthy(struct text *line, const struct report *report)
{
	text_printf(line, ", %s port %d", report->address, report->port);
	if (!report->is_by_login)
		text_printf(line,
		    ", %s, %s %s, connect %.1f ms, handshake %.0f ms",
		    report->banner, report->key_type, report->fingerprint,
		    report->connect_ms, report->handshake_ms);
}

static void
print_line(const struct crowd_job *job)
{
	const struct report *report = &job->report;
	struct health_answer found = {{NULL}};
	struct numbers numbers = {.port = ""};
	struct text line;
	char host[512];

	subject_copy_clean(host, sizeof(host), job->task.host);
	text_init(&line);
	text_printf(&line, "%s: %s", host, states[report->state].word);
	answer(&found, &numbers, job);
	if (report->state == REPORT_HEALTHY) {
		add_healthy(&line, report);
	} else {
		text_add(&line, ": ");
		health_answer_describe(&line, &found);
	}
	health_answer_add_age(&line, &found);
	(void)printf("%s\n", text_ok(&line) ? line.data : "");
	text_free(&line);
}

static void
print_fields(const struct crowd_job *job)
{
	struct health_answer found = {{NULL}};
	struct numbers numbers = {.port = ""};
	struct text line;

	text_init(&line);
	answer(&found, &numbers, job);
	health_answer_write(&line, &found);
	if (text_ok(&line))
		(void)fputs(line.data, stdout);
	text_free(&line);
}

static bool
print_json(const struct crowd_job *jobs, size_t count)
{
	struct health_answer found = {{NULL}};
	struct numbers numbers = {.port = ""};
	struct json json;
	struct text out;
	size_t i;

	text_init(&out);
	json_begin(&json, &out);
	json_open_object(&json, NULL);
	json_open_list(&json, "hosts");
	for (i = 0; i < count; i++) {
		answer(&found, &numbers, &jobs[i]);
		json_new_line(&json);
		health_answer_json(&json, NULL, &found);
	}
	text_add(&out, "\n");
	json_close_list(&json);
	json_close_object(&json);
	text_add(&out, "\n");
	return json_print(&out);
}

int
print_exit_status(const struct crowd_job *jobs, size_t count)
{
	static const int precedence[] = {3, 1, 4, 5};
	size_t i, k;

	for (k = 0; k < sizeof(precedence) / sizeof(precedence[0]); k++)
		for (i = 0; i < count; i++)
			if (states[jobs[i].report.state].exit_status ==
			    precedence[k])
				return precedence[k];
	return 0;
}

bool
print_jobs(const struct crowd_job *jobs, size_t count, enum print_format format)
{
	bool ok = true;
	size_t i;

	if (format == PRINT_JSON)
		ok = print_json(jobs, count);
	for (i = 0; i < count && format != PRINT_JSON; i++)
		if (format == PRINT_FIELDS)
			print_fields(&jobs[i]);
		else
			print_line(&jobs[i]);
	return fflush(stdout) == 0 && !ferror(stdout) && ok;
}
