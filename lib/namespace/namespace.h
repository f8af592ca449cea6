/*
 * The folders of one namespace, ROOT/NS/{c,free,used}. They are opened once,
 * checked on the descriptor, and used through it. So no process can change the
 * meaning of a path between check and use.
 */
#ifndef NAMESPACE_H
#define NAMESPACE_H

#include "base/digest.h"
#include "namespace/failure.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

/* The folders in a namespace. */
#define NAMESPACE_SOCKETS "c"
#define NAMESPACE_FREE "free"
#define NAMESPACE_USED "used"
/* The file that describes the namespace; see record.h. */
#define NAMESPACE_RECORD "endpoint"
/* The link to the lease that was used last; see hint.h. */
#define NAMESPACE_HINT "last"
/* The link to the lock that was waited for in vain; see vain.h. */
#define NAMESPACE_VAIN "vain"
/* The counts of its runs; see counters.h. */
#define NAMESPACE_COUNTERS "counters"

enum {
/*
	 * sun_path holds 108 bytes with its NUL on Linux, 104 elsewhere. ssh
	 * binds PATH.xxxxxxxxxxxxxxxx first and then links it into place:
	 * measured, 90 bytes pass and 91 fail.
	 */
#ifdef __linux__
	NAMESPACE_SOCKET_PATH_MAX = 90,
#else
	NAMESPACE_SOCKET_PATH_MAX = 86,
#endif
	NAMESPACE_LEASE_NAME_LENGTH = 12, /* "s" and 64 random bits */
	NAMESPACE_LEASE_NAME_SIZE = NAMESPACE_LEASE_NAME_LENGTH + 1,
	/* The room for ROOT/NS before "/c/" and the name of a lease. */
	NAMESPACE_PATH_MAX =
	    NAMESPACE_SOCKET_PATH_MAX - 3 - NAMESPACE_LEASE_NAME_LENGTH,
};

struct namespace_root {
	int fd;
	uid_t owner; /* the effective user: whatever is below must be his */
	char path[PATH_MAX]; /* absolute, no symbolic link in it */
};

/* One of the three folders of a namespace: its descriptor and name. */
struct namespace_place {
	int fd;
	const char *name;
};

struct namespace
{
	int fd; /* holds a shared flock: nobody may remove the folder */
	struct namespace_place sockets; /* c */
	struct namespace_place free, used;
	uid_t owner;
	int sessions; /* what the server opens over one connection; -1: all */
	int slots; /* the leases of one master; set by who takes leases, else 0 */
	char name[DIGEST_LENGTH + 1];
	char path[NAMESPACE_PATH_MAX + 1]; /* ROOT/NS */
};

/*
 * Opens the root. Every folder above it must belong to the user or to root and
 * be writable for no one else (or sticky, as /tmp is). The root itself must
 * belong to the user. With create, it makes a missing root, and .ssh above it.
 * Returns 0, with a descriptor for namespace_root_close(), or -1 with *failure.
 */
int namespace_root_open(struct namespace_root *root, const char *path,
    bool create, struct failure *failure);
void namespace_root_close(struct namespace_root *root);

/*
 * The same to look and clean only. If this process is root's, the root may
 * belong to any user, and everything below it must belong to that user.
 */
int namespace_root_open_of_any(
    struct namespace_root *root, const char *path, struct failure *failure);

/*
 * The name of the folder for a namespace text. It is shorter if the path of a
 * socket would not fit otherwise. Returns 0; or -1 with *failure if it is still
 * too long (FAILURE_TOO_LONG), or if ssh would expand the path (a "${" in it).
 */
int namespace_name(const struct namespace_root *root, const char *text,
    size_t length, char name[DIGEST_LENGTH + 1], struct failure *failure);

/* ROOT/NAME, for a result of namespace_name(). */
void namespace_path(const struct namespace_root *root, const char *name,
    char path[NAMESPACE_PATH_MAX + 1]);

/* The purpose of opening a namespace. */
enum namespace_access {
	NAMESPACE_MAKE, /* to take leases; whatever is missing is made */
	NAMESPACE_ENTER, /* the same, where all of it is there */
	NAMESPACE_SWEEP, /* to clean it; folders in it may be missing (-1) */
	NAMESPACE_LOOK, /* the same to look only, without any lock */
};

/*
 * Opens ROOT/NAME and its three folders. Unless it only looks, it takes the
 * shared lock, which prevents the removal. Returns 0, and the caller calls
 * namespace_close(); or -1 with *failure: FAILURE_SYSTEM with ENOENT if it does
 * not exist, FAILURE_BUSY if its removal takes too long.
 */
int namespace_open(struct namespace *ns, const struct namespace_root *root,
    const char *name, enum namespace_access access, struct failure *failure);
void namespace_close(struct namespace *ns);

/*
 * Removes the namespace with its folders. It was opened to sweep it, and must
 * be empty except for files that never count (record and hint). Returns 1 if it
 * was removed, 0 if it is in use or not empty, -1 with *failure. The caller
 * closes it in each case.
 */
int namespace_remove(const struct namespace *ns,
    const struct namespace_root *root, struct failure *failure);

/*
 * FOLDER/c/NAME, cut off at size bytes. The folder need not be open, and the
 * name can be any file in it.
 */
void namespace_socket_path_in(
    const char *folder, const char *name, char *path, size_t size);

/* ROOT/NS/c/NAME, for ssh -S and for connecting. */
void namespace_socket_path(const struct namespace *ns, const char *name,
    char path[NAMESPACE_SOCKET_PATH_MAX + 1]);

/*
 * Whether c/NAME is a socket, or cannot be examined now. *used, unless null, is
 * its mtime, the last use of its master (0 if unknown).
 */
bool namespace_has_socket(
    const struct namespace *ns, const char *name, struct timespec *used);

/* The kind of c/NAME. */
enum namespace_entry {
	NAMESPACE_NOTHING,
	NAMESPACE_SOCKET, /* the owner's, or it cannot be looked at now */
	/*
	 * Anything else. ssh would follow a link and does not check the owner
	 * of a socket, so it must not get this name.
	 */
	NAMESPACE_FOREIGN,
};
enum namespace_entry
namespace_look_at(const struct namespace *ns, const char *name);

/*
 * Tries whether the file system can bind and hard-link a socket, as ssh does
 * for a control socket. FUSE and some overlay and network file systems cannot,
 * and ssh would fail. Returns 1 if it can, 0 if not, -1 with *failure if that
 * is unknown now (a full disk, no descriptors).
 */
int
namespace_can_hold_sockets(const struct namespace *ns, struct failure *failure);

/* Whether this is the name of a socket of namespace_can_hold_sockets(). */
bool namespace_is_trial_name(const char *name);

/* Whether this is the name of a lease: "s" and 11 letters of base64url. */
bool namespace_is_lease_name(const char *name);

/* Whether this is the name of a namespace (namespace_name()). */
bool namespace_is_folder_name(const char *name);

#endif
