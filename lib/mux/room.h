/*
 * Whether the server of a master would open one more session. It does not tell
 * how many it grants, so it is asked to open one, which is closed at once.
 */
#ifndef ROOM_H
#define ROOM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Asks by way of the master: one round trip; nothing is started and nothing
 * logged there. False where the server has refused; true also where no answer
 * comes by the deadline.
 */
bool room_is_there(const char *socket_path, uid_t owner, int64_t deadline_us);

#endif
