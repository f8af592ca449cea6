#include "ssh/sshprogram.h"

#include "base/fileid.h"
#include "ssh/mention.h"
#include "ssh/surroundings.h"
#include "ssh/trail.h"

#include <ctype.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The input of netcats: their arguments. endpoint.c has the variables of the
 * resolver.
 */
static const char *const nothing[] = {NULL};
/* SOCAT_PREFERRED_RESOLVE_IP and others; OpenSSL's for OPENSSL: addresses. */
static const char *const of_socat[] = {
    "SOCAT_*", "OPENSSL_*", "SSL_CERT_*", NULL};
/* connect(1) gets its proxy from variables if no argument names one. */
static const char *const of_connect[] = {
    "SOCKS*", "HTTP*", "http*", "TELNET_*", "CONNECT_*", NULL};
static const char *const of_proxytunnel[] = {
    "HTTP*", "http*", "PROXY*", "REMPROXY*", NULL};
static const char *const of_openssl[] = {"OPENSSL_*", "SSL_CERT_*", NULL};

/*
 * Programs that depend only on their arguments and these variables. They do not
 * use the working directory, and have no configuration. An argument that makes
 * them run another program makes them unknown.
 */
static const struct known {
	const char *name;
	const char *const *variables;
	const char *running[4]; /* how words begin that name a program to run */
} known_programs[] = {
    {"nc", nothing, {"-e", "-c", "-F", NULL}},
    {"nc.openbsd", nothing, {"-F", NULL}},
    {"nc.traditional", nothing, {"-e", "-c", NULL}},
    {"netcat", nothing, {"-e", "-c", NULL}},
    {"ncat", nothing, {"-e", "-c", "--", NULL}},
    {"socat", of_socat, {"EXEC", "SYSTEM", "SHELL", NULL}},
    {"corkscrew", nothing, {NULL}},
    {"connect", of_connect, {NULL}},
    {"connect-proxy", of_connect, {NULL}},
    {"proxytunnel", of_proxytunnel, {NULL}},
    {"openssl", of_openssl, {NULL}},
};
/* Options of ncat that run no program. */
static const char *const harmless[] = {"--proxy", "--proxy-type",
    "--proxy-auth", "--proxy-dns", "--ssl", "--ssl-verify", "--no-shutdown",
    "--wait", "--idle-timeout", "--recv-only", "--send-only"};

/* Variables of the shell that runs the command. */
static const char *const of_shell[] = {
    "SHELL", "BASH_ENV", "ENV", "ZDOTDIR", NULL};

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* "exec", and redirections of errors. */
static size_t
strip(const char **command)
{
	static const char *const ends[] = {"2>/dev/null", "2> /dev/null"};
	const char *at = *command;
	size_t length, end, i;

	at += strspn(at, " \t");
	if (strncmp(at, "exec ", 5) == 0)
		at += 5;
	length = strlen(at);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		end = strlen(ends[i]);
		if (length > end && strcmp(at + length - end, ends[i]) == 0)
			length -= end;
	}
	*command = at;
	return length;
}

/* False if a shell would do more than split the words at blanks. */
static bool
split(struct sshprogram *program, const char *command, size_t length)
{
	static const char plain[] = " \t%_-./:,@+=[]~";
	char *at;
	size_t i;

	if (length >= sizeof(program->storage))
		return false;
	for (i = 0; i < length; i++)
		if (!isalnum((unsigned char)command[i]) &&
		    strchr(plain, command[i]) == NULL)
			return false;
	memcpy(program->storage, command, length);
	program->storage[length] = '\0';
	for (at = program->storage; *at != '\0';) {
		if (*at == ' ' || *at == '\t') {
			*at++ = '\0';
			continue;
		}
		if (program->word_count == SSHPROGRAM_WORDS_MAX)
			return false;
		program->words[program->word_count++] = at;
		at += strcspn(at, " \t");
	}
	program->words[program->word_count] = NULL;
	/* "NAME=value program" is not the name of a program. */
	return program->word_count > 0 &&
	    strchr(program->words[0], '=') == NULL;
}

/* A binary. A script with this name may depend on anything. */
static bool
find_binary(struct sshprogram *program)
{
	static const char magic[] = "\177ELF";
	const char *name = program->words[0];
	char bytes[4] = "";
	ssize_t got = -1;
	int fd;

	if (strchr(name, '/') != NULL
		? name[0] == '.' || !mention_path(program->path, name)
		: !mention_program(program->path, name))
		return false;
	fd = openat(AT_FDCWD, program->path,
	    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd != -1) {
		got = read(fd, bytes, sizeof(bytes));
		(void)close(fd);
	}
	return program->path[0] == '/' && got == sizeof(bytes) &&
	    memcmp(bytes, magic, sizeof(bytes)) == 0;
}

static bool
is_harmless(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (strcmp(word, harmless[i]) == 0)
			return true;
	return false;
}

static bool
runs_another(const struct sshprogram *program, const struct known *known)
{
	const char *const *running;
	int i;

	for (i = 1; i < program->word_count; i++)
		for (running = known->running; *running != NULL; running++)
			if (strncasecmp(program->words[i], *running,
				strlen(*running)) == 0 &&
			    !is_harmless(program->words[i]))
				return true;
	return false;
}

/* A relative path, as a word or within one. */
static bool
names_relative_path(const struct sshprogram *program)
{
	char piece[PATH_MAX];
	const char *at, *end;
	int i;

	for (i = 1; i < program->word_count; i++) {
		at = program->words[i];
		end = at + strlen(at);
		while (mention_next(&at, end, piece))
			if (strchr(piece, '/') != NULL && piece[0] != '/' &&
			    strncmp(piece, "~/", 2) != 0)
				return true;
	}
	return false;
}

static bool
is_jump(struct sshprogram *program)
{
	struct sshargs args;
	bool found = false;
	size_t i;

	if (strcmp(last_part(program->words[0]), "ssh") != 0 ||
	    sshargs_read(&args, program->word_count, program->words) == -1)
		return false;
	for (i = 0; args.status == SSHARGS_OK && i < args.option_count; i++)
		if (args.options[i].flag == 'W')
			found = true;
	sshargs_free(&args);
	return found;
}

static const struct known *
find_known(const struct sshprogram *program)
{
	size_t i;

	for (i = 0; i < sizeof(known_programs) / sizeof(*known_programs); i++)
		if (strcmp(known_programs[i].name,
			last_part(program->words[0])) == 0)
			return &known_programs[i];
	return NULL;
}

void
sshprogram_read(struct sshprogram *program, const char *command)
{
	const struct known *known;
	const char *at = command;
	size_t length = strip(&at);

	program->kind = SSHPROGRAM_ANY;
	program->command = command;
	program->word_count = 0;
	program->variables = nothing;
	if (!split(program, at, length) || !find_binary(program))
		return;
	if (is_jump(program)) {
		program->kind = SSHPROGRAM_JUMP;
	} else if ((known = find_known(program)) != NULL &&
	    !runs_another(program, known) && !names_relative_path(program)) {
		program->kind = SSHPROGRAM_KNOWN;
		program->variables = known->variables;
	}
}

static void
add_known(struct text *text, const struct sshprogram *program)
{
	char piece[PATH_MAX], path[PATH_MAX], id[FILEID_SIZE];
	const char *at, *end;
	int i;

	(void)fileid_look(id, program->path);
	trail_add_file(text, program->path, id);
	for (i = 1; i < program->word_count; i++) {
		at = program->words[i];
		end = at + strlen(at);
		while (mention_next(&at, end, piece))
			if (strchr(piece, '%') == NULL &&
			    mention_path(path, piece)) {
				(void)fileid_look(id, path);
				trail_add_file(text, path, id);
			}
	}
	surroundings_add_variables(text, of_shell);
	surroundings_add_variables(text, program->variables);
}

void
sshprogram_add_any(struct text *text, const char *command)
{
	trail_add(text, command);
	surroundings_add_folder(text);
	surroundings_add_contexts(text);
	surroundings_add_environment(text);
}

void
sshprogram_add(struct text *text, const struct sshprogram *program)
{
	if (program->kind == SSHPROGRAM_ANY)
		sshprogram_add_any(text, program->command);
	else
		add_known(text, program);
}
