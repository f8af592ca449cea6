#include "ssh/sshkey.h"

#include "base/fileid.h"
#include "base/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	USUAL_SIZE = 4096,
	FILE_MAX = 65536, /* a certificate with many principals */
};

/*
 * The number of strings between the nonce and the serial number of a
 * certificate: its public key, by type (PROTOCOL.certkeys).
 */
static const struct {
	const char *type;
	int strings;
} certificate_types[] = {
    {"ssh-ed25519-cert-v01@openssh.com", 1},
    {"ssh-rsa-cert-v01@openssh.com", 2},
    {"rsa-sha2-256-cert-v01@openssh.com", 2},
    {"rsa-sha2-512-cert-v01@openssh.com", 2},
    {"ssh-dss-cert-v01@openssh.com", 4},
    {"ecdsa-sha2-nistp256-cert-v01@openssh.com", 2},
    {"ecdsa-sha2-nistp384-cert-v01@openssh.com", 2},
    {"ecdsa-sha2-nistp521-cert-v01@openssh.com", 2},
    {"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", 3},
    {"sk-ssh-ed25519-cert-v01@openssh.com", 2},
};

/*
 * After the type: nonce, key, serial, kind, key id, principals, valid after,
 * valid before. For an unknown type the end cannot be read.
 */
static void
read_certificate(
    struct sshkey *key, struct wire *rest, const char *type, size_t length)
{
	uint64_t serial, after, before;
	uint32_t kind;
	size_t i;

	for (i = 0; i < sizeof(certificate_types) / sizeof(*certificate_types);
	     i++) {
		if (strlen(certificate_types[i].type) != length ||
		    memcmp(certificate_types[i].type, type, length) != 0)
			continue;
		key->is_certificate = true;
		if (wire_skip_strings(rest, 1 + certificate_types[i].strings) &&
		    wire_u64(rest, &serial) && wire_u32(rest, &kind) &&
		    wire_skip_strings(rest, 2) && wire_u64(rest, &after) &&
		    wire_u64(rest, &before))
			key->valid_until = before;
	}
}

bool
sshkey_read_blob(struct sshkey *key, const unsigned char *blob, size_t length)
{
	struct wire rest = {blob, length};
	const unsigned char *type;
	size_t type_length;

	if (!wire_string(&rest, &type, &type_length) || type_length == 0 ||
	    rest.left == 0)
		return false;
	key->is_certificate = false;
	key->valid_until = SSHKEY_FOR_EVER;
	read_certificate(key, &rest, (const char *)type, type_length);
	digest_base64(blob, length, key->digest);
	return true;
}

/* PROTOCOL.key: the public key precedes the encrypted part. */
static bool
read_private(struct sshkey *key, char *text, char *end)
{
	static const char magic[] = "openssh-key-v1"; /* with its NUL */
	unsigned char *bytes = (unsigned char *)text;
	struct wire rest;
	const unsigned char *blob;
	size_t length;
	uint32_t count;

	rest.left = wire_decode_base64(bytes, text, end);
	rest.at = bytes;
	if (rest.left < sizeof(magic) ||
	    memcmp(bytes, magic, sizeof(magic)) != 0)
		return false;
	rest.at += sizeof(magic);
	rest.left -= sizeof(magic);
	return wire_skip_strings(&rest, 3) && wire_u32(&rest, &count) &&
	    count == 1 && wire_string(&rest, &blob, &length) &&
	    sshkey_read_blob(key, blob, length);
}

/* "TYPE BASE64 COMMENT", where TYPE is the type in BASE64. */
static bool
read_public_line(struct sshkey *key, char *line, char *end)
{
	unsigned char *blob;
	const unsigned char *type;
	size_t word, length, type_length;
	struct wire wire;

	while (line < end && (*line == ' ' || *line == '\t'))
		line++;
	for (word = 0;
	     line + word < end && line[word] != ' ' && line[word] != '\t';)
		word++;
	blob = (unsigned char *)line + word;
	length = 0;
	if (line + word < end) {
		char *base64 = line + word;

		while (base64 < end && (*base64 == ' ' || *base64 == '\t'))
			base64++;
		/* A blank precedes the comment, and decoding skips it. */
		end = base64 + strcspn(base64, " \t\r\n");
		length = wire_decode_base64(blob, base64, end);
	}
	wire = (struct wire){blob, length};
	return wire_string(&wire, &type, &type_length) && type_length == word &&
	    memcmp(type, line, word) == 0 &&
	    sshkey_read_blob(key, blob, length);
}

bool
sshkey_read_text(struct sshkey *key, char *text, size_t length)
{
	static const char begin[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
	char *end = text + length, *line, *next;

	*end = '\0';
	if (strncmp(text, begin, sizeof(begin) - 1) == 0)
		return read_private(key, text + sizeof(begin) - 1, end);
	if (strncmp(text, "-----", 5) == 0)
		return false;
	for (line = text; line < end; line = next + 1) {
		if ((next = memchr(line, '\n', (size_t)(end - line))) == NULL)
			next = end;
		*next = '\0';
		if (read_public_line(key, line, next))
			return true;
	}
	return false;
}

/* For a file that is too large for a key, use its name and state. */
static void
be_opaque(struct sshkey *key, const struct stat *st)
{
	char id[FILEID_SIZE];

	key->is_certificate = false;
	key->valid_until = SSHKEY_FOR_EVER;
	fileid_print(id, st);
	digest_base64(id, strlen(id), key->digest);
}

/* Reads the plain file. True if it contains a key that can be read. */
static bool
read_file(struct sshkey *key, int fd, const struct stat *st)
{
	char usual[USUAL_SIZE], *text = usual;
	size_t size = (size_t)st->st_size;
	ssize_t got;
	bool found = false;

	if (st->st_size > FILE_MAX ||
	    (size >= sizeof(usual) && (text = malloc(size + 1)) == NULL)) {
		be_opaque(key, st);
		return false;
	}
	do
		got = read(fd, text, size);
	while (got == -1 && errno == EINTR);
	found = got >= 0 && sshkey_read_text(key, text, (size_t)got);
	if (!found)
		be_opaque(key, st);
	/* The digest depends only on the content. */
	if (!found && got >= 0)
		digest_base64(text, (size_t)got, key->digest);
	if (text != usual)
		free(text);
	return found;
}

enum sshkey_status
sshkey_look(struct sshkey *key, const char *path)
{
	enum sshkey_status status;
	struct stat st;
	int fd;

	fd = openat(
	    AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1)
		return SSHKEY_NONE;
	if (fstat(fd, &st) == -1 || S_ISDIR(st.st_mode))
		status = SSHKEY_NONE;
	else if (!S_ISREG(st.st_mode))
		status = SSHKEY_NOT_A_FILE;
	else
		status = read_file(key, fd, &st) ? SSHKEY_FOUND : SSHKEY_OPAQUE;
	(void)close(fd);
	return status;
}
