#include "namespace/gate.h"

#include "base/deadline.h"
#include "namespace/folder.h"
#include "namespace/gate_file.h"
#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FOLDER_PREFIX ".cold."
enum {
	NAMES_AT_ONCE = 32,
	TICKET_TRIES = 16,
	/* A login that takes longer waits for a person, or is stopped. */
	SLOW_MS = 8000,
	/* The time after which a place admits one more login. */
	ROWS = 4,
	/* The interval at which a ticket shows that its owner is awake. */
	BEAT_MS = 500,
	ASLEEP_MS = 3000,
	/* After this time a run logs in anyway. */
	WAIT_MAX_MS = 60000,
	SETTLE_MS = 60,
	FIRST_PAUSE_US = 3000,
	PAUSE_US = 12000,
};

/* The time since the file was touched; 0 if the clock was set back. */
static int64_t
age_ms(int fd)
{
	struct timespec now;
	struct stat st;
	int64_t age;

	if (fstat(fd, &st) == -1 || clock_gettime(CLOCK_REALTIME, &now) == -1)
		return 0;
	age = (int64_t)(now.tv_sec - st.st_mtim.tv_sec) * 1000 +
	    (now.tv_nsec - st.st_mtim.tv_nsec) / 1000000;
	return age > 0 ? age : 0;
}

/* Returns -1 with errno. ENOENT: another process is removing the folder. */
static int
draw_ticket(struct gate *gate)
{
	int tries;

	for (tries = 0; tries < TICKET_TRIES; tries++) {
		(void)snprintf(gate->ticket, sizeof(gate->ticket), "t%016llx",
		    (unsigned long long)deadline_now_us());
		gate->ticket_fd =
		    gate_file_open(gate, gate->ticket, O_CREAT | O_EXCL);
		if (gate->ticket_fd == -1) {
			if (errno == EEXIST)
				continue;
			return -1;
		}
		if (flock(gate->ticket_fd, LOCK_EX | LOCK_NB) == 0 &&
		    gate_file_is_there(gate, gate->ticket, gate->ticket_fd))
			return 0;
		gate_file_close(&gate->ticket_fd);
	}
	errno = EBUSY;
	return -1;
}

static bool
make_folder(struct gate *gate, const struct namespace_root *root)
{
	const struct folder folder = {.parent_fd = root->fd,
	    .parent_path = root->path,
	    .name = gate->folder,
	    .owner = root->owner};

	gate->folder_fd = folder_open_own(&folder, FOLDER_MAKE, NULL, NULL);
	return gate->folder_fd != -1;
}

void
gate_enter(struct gate *gate, const struct namespace_root *root,
    const char *address, int limit, int share)
{
	char digest[DIGEST_LENGTH + 1];
	int tries;

	*gate = (struct gate){.owner = root->owner,
	    .root_fd = root->fd,
	    .folder_fd = -1,
	    .ticket_fd = -1,
	    .place_fd = -1,
	    .ahead_fd = -1,
	    .limit = limit,
	    .share = share,
	    .beat_us = deadline_now_us(),
	    .deadline_us = deadline_in_ms(WAIT_MAX_MS)};
	digest_base64(address, strlen(address), digest);
	(void)snprintf(gate->folder, sizeof(gate->folder), "%s%.*s",
	    FOLDER_PREFIX, (int)DIGEST_SHORT_LENGTH, digest);
	for (tries = 0; tries < TICKET_TRIES && make_folder(gate, root);
	     tries++) {
		if (draw_ticket(gate) == 0)
			return;
		gate_file_close(&gate->folder_fd);
		if (errno != ENOENT)
			break;
	}
	gate_file_close(&gate->folder_fd);
}

static bool
is_ticket(const char *name)
{
	return name[0] == 't';
}

/* The last ticket before this one; false if there is none. */
static bool
find_before(
    const struct gate *gate, const char *limit, char found[GATE_NAME_SIZE])
{
	char names[NAMES_AT_ONCE][GATE_NAME_SIZE];
	size_t count, i;

	found[0] = '\0';
	if (platform_names_rewind(gate->folder_fd) == -1)
		return false;
	while (platform_names_read(gate->folder_fd, names[0], sizeof(names[0]),
		   NAMES_AT_ONCE, &count) == 1)
		for (i = 0; i < count; i++)
			if (is_ticket(names[i]) &&
			    strcmp(names[i], limit) < 0 &&
			    strcmp(names[i], found) > 0)
				memcpy(found, names[i], GATE_NAME_SIZE);
	return found[0] != '\0';
}

/*
 * Finds an earlier ticket whose owner is awake. Removes the tickets of dead
 * processes. False: this is the first one.
 */
static bool
look_ahead(struct gate *gate)
{
	char limit[GATE_NAME_SIZE], found[GATE_NAME_SIZE];
	int fd;

	memcpy(limit, gate->ticket, sizeof(limit));
	while (find_before(gate, limit, found)) {
		memcpy(limit, found, sizeof(limit));
		if ((fd = gate_file_open(gate, found, 0)) == -1)
			continue;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
			if (gate_file_is_there(gate, found, fd))
				gate_file_remove(gate, found, &fd);
			else
				gate_file_close(&fd);
		} else if (age_ms(fd) > ASLEEP_MS) {
			gate_file_close(&fd);
		} else {
			gate->ahead_fd = fd;
			return true;
		}
	}
	return false;
}

/* Whether an earlier process still waits. */
static bool
has_to_queue(struct gate *gate)
{
	if (gate->ahead_fd == -1)
		return look_ahead(gate);
	if (flock(gate->ahead_fd, LOCK_SH | LOCK_NB) == -1 &&
	    errno == EWOULDBLOCK && age_ms(gate->ahead_fd) <= ASLEEP_MS)
		return true;
	gate_file_close(&gate->ahead_fd);
	return look_ahead(gate);
}

enum place { PLACE_OURS, PLACE_TAKEN, PLACE_SLOW, PLACE_FAILED };

static enum place
try_place(struct gate *gate, int number)
{
	enum place result = PLACE_TAKEN;

	(void)snprintf(gate->place, sizeof(gate->place), "p%016d", number);
	gate->place_fd = gate_file_open(gate, gate->place, O_CREAT);
	if (gate->place_fd == -1)
		return PLACE_FAILED;
	if (flock(gate->place_fd, LOCK_EX | LOCK_NB) == -1) {
		if (age_ms(gate->place_fd) > SLOW_MS)
			result = PLACE_SLOW;
	} else if (gate_file_is_there(gate, gate->place, gate->place_fd)) {
		(void)futimens(gate->place_fd, NULL);
		return PLACE_OURS;
	}
	gate_file_close(&gate->place_fd);
	return result;
}

/* How many logins serve all who wait or log in, and how many there are. */
static int
count_needed(const struct gate *gate, int *under_way)
{
	char names[NAMES_AT_ONCE][GATE_NAME_SIZE];
	size_t count, runs = 0, i;

	*under_way = 0;
	if (platform_names_rewind(gate->folder_fd) == -1)
		return gate->limit;
	while (platform_names_read(gate->folder_fd, names[0], sizeof(names[0]),
		   NAMES_AT_ONCE, &count) == 1) {
		for (i = 0; i < count; i++) {
			runs += is_ticket(names[i]) || names[i][0] == 'p';
			*under_way += names[i][0] == 'p';
		}
	}
	return (int)((runs + (size_t)gate->share - 1) / (size_t)gate->share);
}

/*
 * How many places there are. Where one login serves many, one more is begun only
 * if that was seen to be needed for some moments: who has just been served may
 * not have left yet.
 */
static int
count_places(struct gate *gate)
{
	int64_t now_us = deadline_now_us();
	int needed, under_way;

	if (gate->share <= 1)
		return gate->limit;
	needed = count_needed(gate, &under_way);
	if (needed <= under_way || gate->needed_since_us == 0)
		gate->needed_since_us = now_us;
	if (under_way > 0 &&
	    now_us - gate->needed_since_us < SETTLE_MS * (int64_t)1000)
		needed = under_way;
	return needed < gate->limit ? needed : gate->limit;
}

static bool
find_place(struct gate *gate)
{
	int needed = count_places(gate), number, row;

	for (number = 0; number < needed; number++) {
		for (row = 0; row < ROWS; row++) {
			switch (try_place(gate, number + row * gate->limit)) {
			case PLACE_OURS:
			case PLACE_FAILED:
				return true;
			case PLACE_SLOW:
				continue;
			case PLACE_TAKEN:
				break;
			}
			break;
		}
		/* All logins are slow. */
		if (row == ROWS)
			return true;
	}
	return false;
}

bool
gate_pass(struct gate *gate, int *pause_us)
{
	int64_t now_us = deadline_now_us();

	if (gate->folder_fd == -1 || gate->place_fd != -1)
		return true;
	if (now_us - gate->beat_us > BEAT_MS * (int64_t)1000) {
		(void)futimens(gate->ticket_fd, NULL);
		gate->beat_us = now_us;
	}
	*pause_us = PAUSE_US;
	if (now_us < gate->deadline_us) {
		if (has_to_queue(gate))
			return false;
		*pause_us = FIRST_PAUSE_US;
		if (!find_place(gate))
			return false;
	}
	/* The next ticket is the first one now. */
	gate_file_remove(gate, gate->ticket, &gate->ticket_fd);
	return true;
}

static void
rename_ticket(struct gate *gate, char letter)
{
	char name[GATE_NAME_SIZE];

	if (gate->ticket_fd == -1)
		return;
	memcpy(name, gate->ticket, sizeof(name));
	name[0] = letter;
	if (renameat(gate->folder_fd, gate->ticket, gate->folder_fd, name) == 0)
		gate->ticket[0] = letter;
}

void
gate_step_aside(struct gate *gate)
{
	rename_ticket(gate, 'u');
}

void
gate_step_back(struct gate *gate)
{
	rename_ticket(gate, 't');
}

void
gate_leave(struct gate *gate)
{
	gate_file_remove(gate, gate->place, &gate->place_fd);
	gate_file_remove(gate, gate->ticket, &gate->ticket_fd);
	gate_file_close(&gate->ahead_fd);
	if (gate->folder_fd != -1)
		(void)unlinkat(gate->root_fd, gate->folder, AT_REMOVEDIR);
	gate_file_close(&gate->folder_fd);
}

bool
gate_is_folder_name(const char *name)
{
	return strncmp(name, FOLDER_PREFIX, sizeof(FOLDER_PREFIX) - 1) == 0;
}

/* Removes the files without a lock. */
static void
sweep_files(const struct gate *gate)
{
	char names[NAMES_AT_ONCE][GATE_NAME_SIZE];
	size_t count, i;
	int fd;

	while (platform_names_read(gate->folder_fd, names[0], sizeof(names[0]),
		   NAMES_AT_ONCE, &count) == 1)
		for (i = 0; i < count; i++) {
			if ((fd = gate_file_open(gate, names[i], 0)) == -1)
				continue;
			if (flock(fd, LOCK_EX | LOCK_NB) == 0 &&
			    gate_file_is_there(gate, names[i], fd))
				(void)unlinkat(gate->folder_fd, names[i], 0);
			(void)close(fd);
		}
}

int
gate_sweep(const struct namespace_root *root, const char *name, bool dry_run)
{
	const struct folder folder = {.parent_fd = root->fd,
	    .parent_path = root->path,
	    .name = name,
	    .owner = root->owner};
	struct gate gate = {.owner = root->owner};
	int result;

	if (dry_run)
		return 1;
	gate.folder_fd = folder_open_own(&folder, FOLDER_LOOK, NULL, NULL);
	if (gate.folder_fd == -1)
		return 0;
	sweep_files(&gate);
	gate_file_close(&gate.folder_fd);
	result = unlinkat(root->fd, name, AT_REMOVEDIR);
	if (result == 0)
		return 1;
	return errno == ENOTEMPTY || errno == EEXIST || errno == ENOENT ? 0
									: -1;
}
