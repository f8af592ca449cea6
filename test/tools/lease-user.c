/*
 * A program of somebody else's that uses the lease engine alone: takes COUNT
 * leases in ROOT, prints their names, waits for the end of its input, and
 * gives them back.
 *
 *   lease-user ROOT TEXT COUNT
 */
#include "lease/acquire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LEASES_MAX = 1024 };

int
main(int argc, char *argv[])
{
	static struct lease leases[LEASES_MAX];
	const struct acquire_options options = {
	    .probe = {.kind = PROBE_NATIVE, .timeout_ms = 500},
	    .trust_secs = 30,
	    .answer_ms = 2000};
	struct namespace_root root;
	struct namespace ns;
	struct acquire_report report;
	struct failure failure;
	char name[DIGEST_LENGTH + 1], path[NAMESPACE_SOCKET_PATH_MAX + 1];
	int count, i;

	if (argc != 4 || (count = atoi(argv[3])) < 1 || count > LEASES_MAX)
		return 2;
	if (namespace_root_open(&root, argv[1], true, &failure) == -1 ||
	    namespace_name(&root, argv[2], strlen(argv[2]), name, &failure) ==
		-1 ||
	    namespace_open(&ns, &root, name, NAMESPACE_MAKE, &failure) == -1) {
		fprintf(stderr, "%s %s: %d\n", failure.verb, failure.path,
		    failure.error);
		return 1;
	}
	for (i = 0; i < count; i++) {
		if (acquire_lease(
			&ns, &options, &leases[i], &report, &failure) == -1)
			return 1;
		namespace_socket_path(&ns, leases[i].name, path);
		printf("%s %s\n", leases[i].is_warm ? "warm" : "cold", path);
		lease_touch(&ns, &leases[i]);
	}
	fflush(stdout);
	while (getchar() != EOF)
		;
	for (i = 0; i < count; i++)
		lease_release(&ns, &leases[i], true);
	namespace_close(&ns);
	namespace_root_close(&root);
	return 0;
}
