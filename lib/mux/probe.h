/* Asks a master whether it lives, before a session depends on it. */
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
	 * The alive check, then a question that the server must answer: one
	 * round trip. The server starts and logs nothing (MUX_ASK_SERVER).
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
 * A probe has two steps, so the caller can work while the master wakes up. The
 * caller must wait for the answer or call probe_drop().
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
 * Sends the question to the master at the socket path. The path is absolute,
 * has at most NAMESPACE_SOCKET_PATH_MAX bytes, and stays valid until the
 * answer. Returns PROBE_ALIVE if the question was sent. Any other result is
 * final, and there is no answer to wait for.
 */
enum probe_result probe_ask(struct probe_question *question,
    const struct probe *probe, const char *socket_path);

/*
 * Waits for the answer until the deadline. *master_pid is the pid that the
 * master told, or 0. If the answer is not understood, ssh -O check asks again
 * under the same deadline. After PROBE_ALIVE from a probe that keeps its
 * connection, the caller owns question->socket_fd (non-blocking,
 * close-on-exec), unless it is -1.
 */
enum probe_result probe_answer(
    struct probe_question *question, int64_t deadline_us, pid_t *master_pid);

void probe_drop(struct probe_question *question);

/*
 * Whether a process has the socket, without a connection. Each connection
 * restarts the ControlPersist time of a master, so a watched master would never
 * end. A datagram socket cannot connect to a stream socket: connect(2) fails
 * with EPROTOTYPE, and the master sees nothing. Without a listener it is
 * refused.
 *
 * Sockets of other network namespaces count too. The result is never
 * PROBE_HUNG: a stopped process keeps its sockets.
 */
enum probe_result probe_look(const char *socket_path);

/*
 * Asks the server of the master, as PROBE_E2E does, over the connection *fd, on
 * which no answer is pending, or over a new one if *fd is -1. The caller owns
 * *fd afterwards, or it is -1. PROBE_HUNG: no answer arrived. Nothing else may
 * be requested over *fd then.
 */
enum probe_result probe_ask_server(
    const char *socket_path, uid_t owner, int *fd, int64_t deadline_us);

/*
 * Connects to the master of that user, as the other calls here do. PROBE_ALIVE
 * with *socket_fd, non-blocking and close-on-exec, which is the caller's.
 */
enum probe_result
probe_connect(const char *socket_path, uid_t owner, int *socket_fd);

/* Connects to the master and hangs up, to wake it. Does not wait. */
void probe_wake(const char *socket_path, uid_t owner);

/*
 * Tells the master to stop, as ssh -O stop does. It removes its socket, takes
 * no further session, and ends after its last one. PROBE_ALIVE: it agreed.
 */
enum probe_result
probe_stop_master(const char *socket_path, uid_t owner, int64_t deadline_us);

/*
 * The same in two steps, to tell many masters at once. probe_stop_ask() returns
 * PROBE_ALIVE with *fd, which probe_stop_answer() closes. Any other result is
 * final.
 */
enum probe_result probe_stop_ask(const char *socket_path, uid_t owner, int *fd);
enum probe_result probe_stop_answer(int fd, int64_t deadline_us);

#endif
