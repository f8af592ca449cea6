/*
 * many-namespaces ROOT COUNT FILES: makes so many namespaces below ROOT, each
 * with a record and so many free lease names that have no master.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void
check(int result, const char *what)
{
	if (result != -1)
		return;
	perror(what);
	exit(1);
}

static void
make_file(int dir_fd, const char *name, const char *content, int length)
{
	int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL, 0600);

	check(fd, name);
	if (write(fd, content, (size_t)length) != length)
		check(-1, name);
	close(fd);
}

static void
make_namespace(int root_fd, int number, int files)
{
	static const char *const folders[] = {"c", "free", "used"};
	char name[64], content[512];
	int fd, free_fd, i, length;

	snprintf(name, sizeof(name), "%043d", number);
	check(mkdirat(root_fd, name, 0700), name);
	check(fd = openat(root_fd, name, O_RDONLY | O_DIRECTORY), name);
	for (i = 0; i < 3; i++)
		check(mkdirat(fd, folders[i], 0700), name);
	length = snprintf(content, sizeof(content),
	    "policy: lease\ndestination: host%d\nuser: somebody\n"
	    "hostname: host%d.example.org\nport: 22\n"
	    "text: the text of namespace %d\n",
	    number, number, number);
	make_file(fd, "endpoint", content, length);
	check(free_fd = openat(fd, "free", O_RDONLY | O_DIRECTORY), name);
	for (i = 0; i < files; i++) {
		snprintf(name, sizeof(name), "s%011d", i);
		make_file(free_fd, name, "", 0);
	}
	close(free_fd);
	close(fd);
}

int
main(int argc, char *argv[])
{
	int root_fd, count, files, i;

	if (argc != 4)
		return 2;
	count = atoi(argv[2]);
	files = atoi(argv[3]);
	if (mkdir(argv[1], 0700) == -1 && access(argv[1], W_OK) == -1)
		check(-1, argv[1]);
	check(root_fd = open(argv[1], O_RDONLY | O_DIRECTORY), argv[1]);
	for (i = 0; i < count; i++)
		make_namespace(root_fd, i, files);
	return 0;
}
