#include "lease/lease.h"

#include "base/deadline.h"
#include "base/digest.h"
#include "lease/hung.h"
#include "lease/lockfile.h"
#include "namespace/slot.h"
#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	NEW_NAME_TRIES = 8,
	/* The time in which a master must tell its pid. */
	PID_MS = 500,
	/* The time in which a master must agree to stop. */
	RETIRE_MS = 500,
};

/* A valid name of a lease fills its array. */
void
lease_set_name(struct lease *lease, const char *name)
{
	memcpy(lease->name, name, sizeof(lease->name));
	lease->is_warm = false;
	lease->master_pid = lease->keeper_pid = 0;
	lease->orphans = 0;
	lease->master_fd = -1;
	lease->is_trusted = false;
	trust_clear(&lease->trust);
	age_clear(&lease->age);
}

void
lease_note_orphans(struct lease *lease, const struct holder *holder)
{
	lease->orphans = holder->kind == HOLDER_PROCESS ? ORPHANS_UNKNOWN
							: (int)holder->orphans;
}

void
lease_read(struct lease *lease, struct holder *holder)
{
	enum {
		TWO = HOLDER_LINE_SIZE + TRUST_LINE_SIZE,
		THREE = TWO + AGE_LINE_SIZE
	};
	char lines[THREE + HOLDER_BOOT_SIZE + 1];
	ssize_t length = pread(lease->lock_fd, lines, sizeof(lines) - 1, 0);

	lines[length > 0 ? length : 0] = '\0';
	holder_parse(holder, lines);
	lease_note_orphans(lease, holder);
	if (length > HOLDER_LINE_SIZE)
		trust_parse(&lease->trust, lines + HOLDER_LINE_SIZE);
	if (length > TWO)
		age_parse(&lease->age, lines + TWO);
	if (length > THREE)
		holder_parse_boot(holder, lines + THREE);
}

void
lease_note_login(struct lease *lease, int64_t valid_until)
{
	char lines[TRUST_LINE_SIZE + AGE_LINE_SIZE];

	age_note_login(&lease->age, 0, valid_until);
	trust_format(&lease->trust, lines);
	age_format(&lease->age, lines + TRUST_LINE_SIZE);
	/* If it was not written (a full disk), the age of the socket tells. */
	(void)!pwrite(lease->lock_fd, lines, sizeof(lines), HOLDER_LINE_SIZE);
}

/* Writes both lines at once. */
static int
write_lines(const struct lease *lease, const struct holder *holder)
{
	char lines[HOLDER_LINE_SIZE + TRUST_LINE_SIZE];

	holder_format(holder, lines);
	trust_format(&lease->trust, lines + HOLDER_LINE_SIZE);
	if (pwrite(lease->lock_fd, lines, sizeof(lines), 0) ==
	    (ssize_t)sizeof(lines))
		return 0;
	/* On a full disk the old content still has its room. */
	return holder_write(lease->lock_fd, holder);
}

/*
 * R5: a program that knows only the flock took and released a lease whose
 * keeper was killed. The recorded ssh may still run.
 */
static bool
is_in_use_by_its_holder(struct lease *lease)
{
	struct holder holder;

	lease_read(lease, &holder);
	return holder.kind == HOLDER_PROCESS &&
	    holder_state(&holder) == HOLDER_ALIVE;
}

int
lease_take_free(const struct namespace *ns, const char *name,
    struct lease *lease, int *busy_fd)
{
	int saved_errno;

	lease->lock_fd = lockfile_open(ns, &ns->free, name, busy_fd);
	if (lease->lock_fd == -1)
		return -1;
	lease_set_name(lease, name);
	if (is_in_use_by_its_holder(lease))
		errno = EBUSY;
	else if (platform_rename_new(ns->free.fd, name, ns->used.fd, name) == 0)
		return 0;
	saved_errno = errno;
	(void)close(lease->lock_fd);
	lease->lock_fd = -1;
	errno = saved_errno;
	return -1;
}

int
lease_sign(const struct namespace *ns, struct lease *lease, struct holder *self)
{
	int saved_errno;

	if ((self->kind == HOLDER_PROCESS || holder_self(self) == 0) &&
	    holder_write(lease->lock_fd, self) == 0) {
		lease->holder_pid = self->pid;
		return 0;
	}
	saved_errno = errno;
	(void)lease_release(ns, lease, false);
	errno = saved_errno;
	return -1;
}

int
lease_claim(const struct namespace *ns, const char *name, struct lease *lease)
{
	struct holder self = {.kind = HOLDER_NONE};

	if (lease_take_free(ns, name, lease, NULL) == -1)
		return -1;
	return lease_sign(ns, lease, &self);
}

/* Returns 1 if it is made and signed, 0 if the name is taken, -1 with errno. */
static int
make(const struct namespace *ns, struct lease *lease, struct holder *self)
{
	int locked;

	lease->lock_fd = openat(ns->used.fd, lease->name,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (lease->lock_fd == -1)
		return errno == EEXIST ? 0 : -1;
	locked = lockfile_lock_new(&ns->used, lease->name, lease->lock_fd);
	if (locked == 1)
		return lease_sign(ns, lease, self) == 0 ? 1 : -1;
	/* It stays. Without the lock it may belong to another process now. */
	(void)close(lease->lock_fd);
	lease->lock_fd = -1;
	return locked;
}

int
lease_create_named(const struct namespace *ns, const char *name,
    struct lease *lease, struct holder *self)
{
	lease_set_name(lease, name);
	switch (make(ns, lease, self)) {
	case 1:
		return 0;
	case 0:
		errno = EEXIST;
		return -1;
	default:
		return -1;
	}
}

int
lease_create(const struct namespace *ns, struct lease *lease,
    struct holder *self, struct failure *failure)
{
	char name[NAMESPACE_LEASE_NAME_LENGTH + 1] = "s";
	unsigned char random[8];
	int tries, made = 0;

	for (tries = 0; tries < NEW_NAME_TRIES && made == 0; tries++) {
		if (platform_random(random, sizeof(random)) == -1)
			break;
		digest_encode_base64(random, sizeof(random), name + 1);
		if (ns->slots > 1)
			slot_set(name, 0);
		lease_set_name(lease, name);
		made = make(ns, lease, self);
	}
	if (made == 1)
		return 0;
	return failure_set(failure, FAILURE_SYSTEM, "create a lease in",
	    ns->path, ns->used.name);
}

int
lease_hand_over(struct lease *lease)
{
	struct holder self;

	if (holder_self(&self) == -1 ||
	    holder_write(lease->lock_fd, &self) == -1)
		return -1;
	lease->holder_pid = self.pid;
	return 0;
}

void
lease_end_keeper(struct lease *lease)
{
	if (lease->keeper_pid > 0)
		platform_end_child(lease->keeper_pid);
	lease->keeper_pid = 0;
}

void
lease_disconnect(struct lease *lease)
{
	if (lease->master_fd != -1)
		(void)close(lease->master_fd);
	lease->master_fd = -1;
}

int
lease_touch(const struct namespace *ns, const struct lease *lease)
{
	return utimensat(
	    ns->sockets.fd, lease->name, NULL, AT_SYMLINK_NOFOLLOW);
}

int
lease_release(const struct namespace *ns, struct lease *lease, bool touch)
{
	const struct holder released = {.kind = HOLDER_RELEASED,
	    .orphans = lease->orphans == ORPHANS_UNKNOWN
		? 1 /* at most, or they are counted */
		: (unsigned int)lease->orphans};
	int result, saved_errno;

	lease_end_keeper(lease);
	lease_disconnect(lease);
	/* R7: all of this comes before the unlock. */
	if (touch)
		(void)lease_touch(ns, lease);
	if (!namespace_has_socket(ns, lease->name, NULL))
		result = unlinkat(ns->used.fd, lease->name, 0);
	else
		result = platform_rename_new(
		    ns->used.fd, lease->name, ns->free.fd, lease->name);
	saved_errno = errno;
	/*
	 * Written last. A program that knows only the flock does not change the
	 * line, and must not look like a keeper that is about to release.
	 */
	(void)write_lines(lease, &released);
	/* A wrapper of ssh may have passed its copy on. */
	(void)flock(lease->lock_fd, LOCK_UN);
	(void)close(lease->lock_fd);
	lease->lock_fd = -1;
	errno = saved_errno;
	return result;
}

/*
 * The login of a master of another program is as old as its socket, by the wall
 * clock.
 */
static void
find_age(const struct namespace *ns, struct lease *lease)
{
	int64_t born_secs, age_secs;

	if (lease->age.login_secs != AGE_UNKNOWN ||
	    platform_file_birth(ns->sockets.fd, lease->name, &born_secs) == -1)
		return;
	age_secs = (int64_t)time(NULL) - born_secs;
	age_note_login(
	    &lease->age, age_secs > 0 ? age_secs : 0, lease->age.valid_until);
}

enum probe_result
lease_retire(const struct namespace *ns, const struct lease *lease, int ms)
{
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];

	namespace_socket_path(ns, lease->name, path);
	return probe_stop_master(path, ns->owner, deadline_in_ms(ms));
}

int
lease_leave(const struct namespace *ns, struct lease *lease, bool touch,
    int max_age_secs)
{
	if (max_age_secs != 0)
		find_age(ns, lease);
	if (age_is_over(&lease->age, max_age_secs))
		(void)lease_retire(ns, lease, RETIRE_MS);
	return lease_release(ns, lease, touch);
}

void
lease_set_aside(const struct namespace *ns, struct lease *lease)
{
	const struct holder hung = {.kind = HOLDER_HUNG};
	char name[NAMESPACE_LEASE_NAME_SIZE];

	lease_end_keeper(lease);
	lease_disconnect(lease);
	(void)holder_write(lease->lock_fd, &hung);
	/* Otherwise only the mark keeps our own runs away. */
	hung_file_name(lease->name, name);
	(void)platform_rename_new(ns->used.fd, lease->name, ns->used.fd, name);
	(void)close(lease->lock_fd);
	lease->lock_fd = -1;
}

int
lease_ask_pid(const struct namespace *ns, struct lease *lease, int *fd)
{
	const struct probe probe = {.kind = PROBE_NATIVE,
	    .owner = ns->owner,
	    .keeps_connection = fd != NULL};
	char path[NAMESPACE_SOCKET_PATH_MAX + 1];
	struct probe_question question;
	enum probe_result result;

	if (fd != NULL)
		*fd = -1;
	namespace_socket_path(ns, lease->name, path);
	result = probe_ask(&question, &probe, path);
	if (result == PROBE_ALIVE) {
		result = probe_answer(
		    &question, deadline_in_ms(PID_MS), &lease->master_pid);
		if (fd != NULL)
			*fd = question.socket_fd;
	}
	if (result == PROBE_ALIVE || result == PROBE_DEAD)
		return 0;
	errno = ETIMEDOUT;
	return -1;
}

enum probe_result
lease_look(const struct namespace *ns, const char *name)
{
	/* ssh first binds a socket under a longer name. */
	char path[NAMESPACE_SOCKET_PATH_MAX + 32];

	namespace_socket_path_in(ns->path, name, path, sizeof(path));
	return probe_look(path);
}
