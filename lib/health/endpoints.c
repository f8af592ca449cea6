#include "health/endpoints.h"

#include "base/fields.h"
#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PORT_MAX = 65535, READ_SIZE = 65536 };

/* The default files of ssh. */
static const char default_files[] =
    "~/.ssh/known_hosts ~/.ssh/known_hosts2 "
    "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2";

/* 0, or -1 with errno. */
static int
read_file(struct text *content, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), saved_errno;
	ssize_t got = -1;
	char *room;

	if (fd == -1)
		return -1;
	errno = ENOMEM;
	while ((room = text_room(content, READ_SIZE)) != NULL &&
	    (got = read(fd, room, READ_SIZE)) > 0) {
		room[got] = '\0';
		content->length += (size_t)got;
	}
	saved_errno = errno;
	(void)close(fd);
	errno = saved_errno;
	return room == NULL || got == -1 ? -1 : 0;
}

static bool
set_field(struct endpoint *endpoint, const char *key, const char *value)
{
	if (strcmp(key, "hostname") == 0)
		endpoint->hostname = value;
	else if (strcmp(key, "host") == 0)
		endpoint->host = value;
	else if (strcmp(key, "hostkeyalias") == 0)
		endpoint->alias = value;
	else if (strcmp(key, "knownhosts") == 0)
		endpoint->files = value;
	else if (strcmp(key, "port") == 0)
		return number_read(value, 1, PORT_MAX, &endpoint->port);
	else if (strcmp(key, "proxied") == 0 && strcmp(value, "yes") == 0)
		endpoint->is_proxied = true;
	else
		return strcmp(key, "proxied") == 0 && strcmp(value, "no") == 0;
	return true;
}

static bool
read_line(struct endpoint *endpoint, char *line)
{
	const char *key, *value;
	int status;

	memset(endpoint, 0, sizeof(*endpoint));
	while ((status = fields_next(&line, &key, &value)) == 1)
		if (!set_field(endpoint, key, value))
			return false;
	return status == 0 && endpoint->hostname != NULL &&
	    endpoint->hostname[0] != '\0' && endpoint->port > 0;
}

static size_t
count_lines(const char *content)
{
	size_t count = 1;

	for (; *content != '\0'; content++)
		count += *content == '\n';
	return count;
}

int
endpoints_read(
    struct endpoints *endpoints, const char *path, char *reason, size_t size)
{
	char *line, *next, *end;
	size_t number = 1;

	memset(endpoints, 0, sizeof(*endpoints));
	text_init(&endpoints->content);
	if (read_file(&endpoints->content, path) == -1 ||
	    (endpoints->list = calloc(count_lines(endpoints->content.data),
		 sizeof(*endpoints->list))) == NULL) {
		(void)snprintf(reason, size, "%s", strerror(errno));
		endpoints_free(endpoints);
		return -1;
	}
	end = endpoints->content.data + endpoints->content.length;
	for (line = endpoints->content.data; line < end;
	     line = next, number++) {
		next = memchr(line, '\n', (size_t)(end - line));
		next = next != NULL ? next + 1 : end;
		if (next[-1] == '\n')
			next[-1] = '\0';
		if (memchr(line, '\0', (size_t)(next - 1 - line)) == NULL &&
		    read_line(&endpoints->list[endpoints->count], line)) {
			endpoints->count++;
			continue;
		}
		(void)snprintf(reason, size,
		    "line %zu is no list of fields with hostname and port",
		    number);
		endpoints_free(endpoints);
		return -1;
	}
	return 0;
}

void
endpoints_free(struct endpoints *endpoints)
{
	free(endpoints->list);
	text_free(&endpoints->content);
	memset(endpoints, 0, sizeof(*endpoints));
}

static void
copy(char *to, size_t size, const char *from, const char *otherwise)
{
	(void)snprintf(to, size, "%s", from != NULL ? from : otherwise);
}

void
endpoints_get(const struct endpoint *endpoint, struct subject *subject,
    const char *known_hosts)
{
	if (known_hosts == NULL)
		known_hosts = endpoint->files;
	memset(subject, 0, sizeof(*subject));
	copy(subject->hostname, sizeof(subject->hostname), endpoint->hostname,
	    "");
	copy(subject->alias, sizeof(subject->alias), endpoint->alias, "");
	copy(
	    subject->files, sizeof(subject->files), known_hosts, default_files);
	subject->port = endpoint->port;
	subject->is_proxied = endpoint->is_proxied;
}

const char *
endpoints_name(const struct endpoint *endpoint)
{
	return endpoint->host != NULL ? endpoint->host : endpoint->hostname;
}
