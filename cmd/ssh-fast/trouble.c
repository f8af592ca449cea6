#include "ssh-fast/trouble.h"

#include "base/text.h"
#include "namespace/failure_words.h"
#include "shared/home.h"
#include "shared/message.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DAY_SECS = 24 * 3600, WORDS_SIZE = 1024 };

/* Whether the file's time is of the last day; from now on it is. */
static bool
was_touched_today(const char *path)
{
	struct stat st;
	time_t now = time(NULL);
	bool was_touched;
	int fd;

	fd = openat(AT_FDCWD, path,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd != -1) {
		(void)close(fd);
		return false;
	}
	was_touched = fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode) && now - st.st_mtim.tv_sec < DAY_SECS &&
	    st.st_mtim.tv_sec <= now;
	if (!was_touched)
		(void)utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
	return was_touched;
}

/*
 * Whether it was said in the last day. A file beside the usual root tells;
 * where there can be none, it was not.
 */
static bool
was_told_today(const struct run *run)
{
	char storage[256];
	struct text path;
	bool was_told;

	text_init_in(&path, storage, sizeof(storage));
	(void)home_root(&path, NULL, run->home.data);
	text_add(&path, "-told");
	was_told = text_ok(&path) && was_touched_today(path.data);
	text_free(&path);
	return was_told;
}

static bool
is_unsafe_folder(const struct failure *failure)
{
	return failure_is_security(failure) && failure->kind != FAILURE_BOUND;
}

static bool
is_to_be_told(const struct run *run, const struct failure *failure)
{
	if (run->options.verbose || failure->kind == FAILURE_BOUND)
		return true;
	return is_unsafe_folder(failure) && isatty(STDERR_FILENO) &&
	    !was_told_today(run);
}

void
trouble_tell(const struct run *run, const struct failure *failure, bool ends)
{
	char words[WORDS_SIZE];
	const char *remedy =
	    failure->kind == FAILURE_MODE ? " (chmod go-w helps)" : "";

	if (!ends && !is_to_be_told(run, failure))
		return;
	failure_words_describe(failure, words, sizeof(words));
	message("%s%s%s", words, remedy,
	    !ends && is_unsafe_folder(failure) ? "; plain ssh runs" : "");
}
