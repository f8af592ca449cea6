/*
 * The folders of one namespace, ROOT/NS/{c,free,used}, opened once, checked
 * on the descriptor, and used through it ever after, so that nobody can swap
 * what a path means between the check and the use.
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
/* The file in a namespace that tells what it is; see record.h. */
#define NAMESPACE_RECORD "endpoint"
/* The link in it that tells which lease was used last; see hint.h. */
#define NAMESPACE_HINT "last"
/* The one that tells which lock was waited for in vain; see vain.h. */
#define NAMESPACE_VAIN "vain"
/* What its runs have come to; see counters.h. */
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
	/* What is left for ROOT/NS in front of "/c/" and a lease name. */
	NAMESPACE_PATH_MAX =
	    NAMESPACE_SOCKET_PATH_MAX - 3 - NAMESPACE_LEASE_NAME_LENGTH,
};

struct namespace_root {
	int fd;
	uid_t owner; /* the effective user: whatever is below must be his */
	char path[PATH_MAX]; /* absolute, no symbolic link in it */
};

/* One of the three folders of a namespace: open, and what it is called. */
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
	int slots; /* the leases of one master; set by who takes leases, else 0 */
	char name[DIGEST_LENGTH + 1];
	char path[NAMESPACE_PATH_MAX + 1]; /* ROOT/NS */
};

/*
 * Opens the folder that holds all namespaces. Every folder above it must
 * belong to the user or to root and be closed to others' writing (or sticky,
 * as /tmp is); it itself must belong to the user. Makes it, and .ssh above
 * it, where they are missing and create is set. 0 and the descriptor is
 * root's (namespace_root_close()), or -1 with *failure.
 */
int namespace_root_open(struct namespace_root *root, const char *path,
    bool create, struct failure *failure);
void namespace_root_close(struct namespace_root *root);

/*
 * The same for looking and cleaning only. Where this process is root's, the
 * root may belong to any user, and whatever is below must be that user's.
 */
int namespace_root_open_of_any(
    struct namespace_root *root, const char *path, struct failure *failure);

/*
 * The folder name for a namespace text: shorter under a root that is so long
 * that the socket path would not fit. 0, or -1 with *failure where nothing
 * helps (FAILURE_TOO_LONG), or ssh would expand the path (a "${" in it).
 */
int namespace_name(const struct namespace_root *root, const char *text,
    size_t length, char name[DIGEST_LENGTH + 1], struct failure *failure);

/* ROOT/NAME, for a name that namespace_name() made. */
void namespace_path(const struct namespace_root *root, const char *name,
    char path[NAMESPACE_PATH_MAX + 1]);

/* What a namespace is opened for. */
enum namespace_access {
	NAMESPACE_MAKE, /* to take leases; whatever is missing is made */
	NAMESPACE_ENTER, /* the same, where all of it is there */
	NAMESPACE_SWEEP, /* to clean it; folders in it may be missing (-1) */
	NAMESPACE_LOOK, /* the same to look only, without any lock */
};

/*
 * Opens ROOT/NAME and its three folders and, but for looking, takes the shared
 * lock that keeps others from removing it. 0 and namespace_close() is owed, or
 * -1 with *failure; a namespace that is not there is FAILURE_SYSTEM with
 * ENOENT, one that is being removed for long FAILURE_BUSY.
 */
int namespace_open(struct namespace *ns, const struct namespace_root *root,
    const char *name, enum namespace_access access, struct failure *failure);
void namespace_close(struct namespace *ns);

/*
 * Removes the namespace, which was opened to sweep it and must be empty but
 * for what never counts (record and hint), with its folders, unless somebody is in
 * it or something appears in it meanwhile. 1 it is removed, 0 it is in use, -1
 * with *failure. It is to be closed in any case.
 */
int namespace_remove(const struct namespace *ns,
    const struct namespace_root *root, struct failure *failure);

/*
 * FOLDER/c/NAME, cut to size bytes, for a namespace's folder that need not be
 * open and for whatever lies there.
 */
void namespace_socket_path_in(
    const char *folder, const char *name, char *path, size_t size);

/* ROOT/NS/c/NAME, for ssh -S and for connecting. */
void namespace_socket_path(const struct namespace *ns, const char *name,
    char path[NAMESPACE_SOCKET_PATH_MAX + 1]);

/*
 * Whether c/NAME is a socket, or cannot be looked at now; *used, unless null, is
 * its mtime, which tells when its master was last used (0 where unknown).
 */
bool namespace_has_socket(
    const struct namespace *ns, const char *name, struct timespec *used);

/* What c/NAME is. */
enum namespace_entry {
	NAMESPACE_NOTHING,
	NAMESPACE_SOCKET, /* the owner's, or it cannot be looked at now */
	/*
	 * Anything else: ssh, which would follow a link and asks nobody whose
	 * socket it is, must not get that name.
	 */
	NAMESPACE_FOREIGN,
};
enum namespace_entry
namespace_look_at(const struct namespace *ns, const char *name);

/*
 * Tries once whether the file system can do what ssh does to make a control
 * socket: bind it and hard-link it (FUSE and some overlay and network file
 * systems cannot, and ssh would die). 1 yes, 0 no, -1 with *failure where it
 * could not be found out now (a full disk, no descriptors left).
 */
int
namespace_can_hold_sockets(const struct namespace *ns, struct failure *failure);

/* Whether that is what namespace_can_hold_sockets() calls its sockets. */
bool namespace_is_trial_name(const char *name);

/* Whether that is what a lease is called: "s" and 11 letters of base64url. */
bool namespace_is_lease_name(const char *name);

/* Whether that is what a namespace's folder is called (namespace_name()). */
bool namespace_is_folder_name(const char *name);

#endif
