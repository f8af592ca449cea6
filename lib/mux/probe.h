/* Asking a master whether it lives, before anybody's session depends on it. */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum probe_kind {
	PROBE_NATIVE, /* the alive check of OpenSSH's protocol, spoken here */
	PROBE_SSH, /* the same question, asked by ssh -O check */
	PROBE_NONE, /* trust the socket */
	/*
	 * The alive check, and behind it a question that the server itself has
	 * to answer: end to end, one round trip. Nothing is started and nothing
	 * logged there (MUX_ASK_SERVER).
	 */
	PROBE_E2E,
};

enum probe_result {
	PROBE_ALIVE,
	PROBE_DEAD, /* nobody listens: no socket, refused, closed on us */
	PROBE_HUNG, /* connected, and no answer before the deadline */
	/* Could not be found out, for which errno has a reason, or 0: leave the
	 * master alone. */
	PROBE_UNKNOWN,
};

struct probe {
	enum probe_kind kind;
	int timeout_ms;
	const char *ssh; /* path of the real ssh, for PROBE_SSH */
	uid_t owner; /* whose master it must be; acquire_lease() sets it */
	/* A native or e2e probe that was answered leaves its connection open, which
	 * has said hello then: for a session over it. */
	bool keeps_connection;
};

/*
 * Asking takes two steps, so that the caller can do something else while the
 * master wakes up. A question is owed an answer, or probe_drop().
 */
struct probe_question {
	const struct probe *probe;
	const char *socket_path;
	int socket_fd;
};
#define PROBE_NO_QUESTION \
	{ \
		.socket_fd = -1 \
	}

/*
 * Puts the question to the master behind the socket path (absolute, at most
 * NAMESPACE_SOCKET_PATH_MAX bytes, to stay valid until the answer). Returns
 * PROBE_ALIVE where it could be put; else what is known already, and no answer
 * is owed.
 */
enum probe_result probe_ask(struct probe_question *question,
    const struct probe *probe, const char *socket_path);

/*
 * Waits for the answer until the deadline, whatever comes in meanwhile.
 * *master_pid is set where the answer told it, else 0. An answer that is not
 * understood is asked for again through ssh -O check, under the same deadline.
 * After PROBE_ALIVE from a probe that keeps its connection, question->socket_fd
 * (non-blocking, close-on-exec) is the caller's, unless it is -1.
 */
enum probe_result probe_answer(
    struct probe_question *question, int64_t deadline_us, pid_t *master_pid);

void probe_drop(struct probe_question *question);

/*
 * Whether any process has the socket, found out without connecting to it: a
 * question to a master, whatever it is, restarts the count of its
 * ControlPersist time, so that one that is watched would never end. A datagram
 * socket cannot be connected to a stream socket, and connect(2) tells
 * (EPROTOTYPE) before the master gets to see anything; with nobody there it is
 * refused as ever. Holds for the sockets of other network namespaces too. Never
 * PROBE_HUNG: a stopped process has its sockets.
 */
enum probe_result probe_look(const char *socket_path);

/*
 * Has the master's server answer, as PROBE_E2E does, over the connection *fd,
 * on which nothing is owed, or over a new one where that is -1. *fd is the
 * caller's afterwards, or -1. PROBE_HUNG: it has not answered; then the master
 * must not be asked for anything else over *fd.
 */
enum probe_result probe_ask_server(
    const char *socket_path, uid_t owner, int *fd, int64_t deadline_us);

/* Wakes the master: connects to it and hangs up. Waits for nothing. */
void probe_wake(const char *socket_path, uid_t owner);

/*
 * Tells the master to stop, as ssh -O stop does: it removes its socket, takes
 * no further session, and ends with the last it has. PROBE_ALIVE: it said yes.
 */
enum probe_result
probe_stop_master(const char *socket_path, uid_t owner, int64_t deadline_us);

/*
 * The same in two steps, so that many masters can be told at once.
 * probe_stop_ask() returns PROBE_ALIVE with *fd, which probe_stop_answer()
 * closes; any other result is the answer already.
 */
enum probe_result probe_stop_ask(const char *socket_path, uid_t owner, int *fd);
enum probe_result probe_stop_answer(int fd, int64_t deadline_us);

#endif
