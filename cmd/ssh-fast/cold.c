#include "ssh-fast/cold.h"

#include "base/deadline.h"
#include "lease/acquire.h"
#include "namespace/gate.h"
#include "namespace/record.h"
#include "shared/limits.h"
#include "shared/message.h"
#include "ssh-fast/taking.h"

#include <string.h>
#include <sys/stat.h>

/* The interval of looks at free/, even if it seems unchanged. */
enum { LOOK_MS = 250 };

/*
 * The server that counts the logins: the first jump host, or the host itself.
 * The target of a ProxyCommand is unknown.
 */
static void
find_address(const struct run *run, struct text *address)
{
	struct failure ignored;
	struct record record;

	if (record_read(&record, &run->pool.ns, NULL, &ignored) !=
	    RECORD_FOUND) {
		text_add(address, run->pool.name);
		return;
	}
	if (record.jump != NULL && strchr(record.jump, ' ') == NULL)
		text_add(address, record.jump);
	else if (record.hostname != NULL && record.port != NULL)
		text_printf(address, "%s:%s", record.hostname, record.port);
	else
		text_add(address, run->pool.name);
	record_free(&record);
}

/* The last state of free/. */
struct seen {
	struct timespec changed;
	int64_t looked_us;
};

static bool
may_have_free_names(const struct run *run, struct seen *seen)
{
	struct stat st;

	if (fstat(run->pool.ns.free.fd, &st) == -1 ||
	    (st.st_mtim.tv_sec == seen->changed.tv_sec &&
		st.st_mtim.tv_nsec == seen->changed.tv_nsec &&
		deadline_now_us() - seen->looked_us < LOOK_MS * (int64_t)1000))
		return false;
	seen->changed = st.st_mtim;
	seen->looked_us = deadline_now_us();
	return acquire_is_warm_likely(&run->pool.ns);
}

/* Replaces the lease without a master by one that became free. */
static bool
take_free(struct run *run)
{
	struct lease cold = run->lease;
	struct failure ignored;

	if (taking_lease(run, &ignored) == -1) {
		run->lease = cold;
		return false;
	}
	if (run->lease.is_warm) {
		(void)lease_release(&run->pool.ns, &cold, false);
		return true;
	}
	(void)lease_release(&run->pool.ns, &run->lease, false);
	run->lease = cold;
	return false;
}

/* True: this run may log in. False: it has a master. */
static bool
wait_at(struct run *run, struct gate *gate)
{
	struct seen seen = {.looked_us = deadline_now_us()};
	int pause_us;

	while (!gate_pass(gate, &pause_us)) {
		if (may_have_free_names(run, &seen)) {
			gate_step_aside(gate);
			if (take_free(run))
				return false;
			gate_step_back(gate);
		}
		deadline_sleep_us(pause_us);
	}
	/* Who was before us may have left a master that is to be shared. */
	return run->options.slots <= 1 ||
	    !acquire_is_warm_likely(&run->pool.ns) || !take_free(run);
}

/*
 * Where masters are shared, first among the runs that will share them, and then
 * among all to that server.
 */
static enum master_start
start_in_turn(
    struct run *run, const char *address, int *status, struct failure *failure)
{
	const int sessions = run->pool.ns.sessions, cold = run->options.cold;
	int slots = run->options.slots;
	int64_t began_us = deadline_now_us();
	struct cold_gates gates = {.sharing = GATE_NONE, .server = GATE_NONE};
	enum master_start result = MASTER_STARTED;
	bool is_turn = true;

	run->gates = &gates;
	if (sessions > 0 && sessions < slots)
		slots = sessions;
	if (slots > 1) {
		gate_enter(&gates.sharing, &run->pool.root, run->pool.name,
		    COLD_MAX, slots);
		is_turn = wait_at(run, &gates.sharing);
	}
	if (is_turn && cold > 0) {
		gate_enter(&gates.server, &run->pool.root, address, cold, 1);
		is_turn = wait_at(run, &gates.server);
	}
	if (run->options.verbose)
		message("waited %.2f ms for %s",
		    (double)(deadline_now_us() - began_us) / 1000,
		    is_turn ? "a turn to log in" : "a lease");
	if (is_turn)
		result = master_start(run, status, failure);
	cold_leave_gates(run);
	return result;
}

void
cold_leave_gates(struct run *run)
{
	if (run->gates == NULL)
		return;
	gate_leave(&run->gates->server);
	gate_leave(&run->gates->sharing);
	run->gates = NULL;
}

enum master_start
cold_start(struct run *run, int *status, struct failure *failure)
{
	struct text address;
	char storage[256];
	enum master_start result;

	if (run->options.cold == 0 && run->options.slots <= 1)
		return master_start(run, status, failure);
	text_init_in(&address, storage, sizeof(storage));
	find_address(run, &address);
	result = start_in_turn(run,
	    text_ok(&address) ? address.data : run->pool.name, status, failure);
	text_free(&address);
	return result;
}
