#include "ssh-fast/choosing.h"

#include "ssh/sshoption.h"
#include "shared/home.h"

#include <string.h>

enum pool_status
choosing_pool(struct run *run, struct failure *failure)
{
	struct pool_request request = {.ssh = run->ssh.path.data,
	    .root = run->options.root,
	    .namespace_text = run->options.namespace_text,
	    .args = &run->args,
	    .look_only = run->options.explain,
	    .slots = run->options.slots,
	    .wants_session = run->options.client != CLIENT_SSH};
	char storage[256];
	struct text root;
	enum pool_status status;
	int i;

	for (i = run->args.command_index; i < run->argc; i++)
		request.command_size += strlen(run->argv[i]) + 1;
	/* Needs no home: ssh prints its own message. */
	run->pool.plain_reason = sshoption_plain_reason(&run->args);
	if (run->pool.plain_reason == NULL &&
	    run->args.status == SSHARGS_NO_DESTINATION)
		run->pool.plain_reason = "there is no destination";
	else if (run->pool.plain_reason == NULL &&
	    run->args.status == SSHARGS_BAD)
		run->pool.plain_reason = "the arguments do not parse";
	if (run->pool.plain_reason != NULL)
		return POOL_PLAIN;
	if (run->home.length == 0) {
		run->pool.plain_reason = "the user has no home directory";
		return POOL_PLAIN;
	}
	text_init_in(&root, storage, sizeof(storage));
	request.home = run->home.data;
	request.root = home_root(&root, request.root, run->home.data);
	status = request.root != NULL ? pool_open(&run->pool, &request, failure)
				      : pool_fail(failure);
	text_free(&root);
	return status;
}
