/*
 * Feeds keys to the reader of escapes, in pieces, and what passes on to a model
 * of the reader that the master has. Together they have to do what a single
 * reader does, which is how plain ssh has it. The first byte chooses the state
 * that an earlier session left in the master; the second the pieces.
 */
#include "fuzz.h"
#include "mux/escape.h"
#include "mux/mux.h"

enum { CHARACTER = '~', EVENTS_MAX = 2 * FUZZ_INPUT_MAX };

/* What a session gets: bytes, and actions as numbers above them. */
struct story {
	int events[EVENTS_MAX];
	size_t count;
};

static void
tell(struct story *story, int event)
{
	check(story->count < EVENTS_MAX, "more events than keys");
	story->events[story->count++] = event;
}

/* ssh's reader, of a session of its own or of one over a master. */
struct reader {
	int is_line_start, is_pending;
};
#define OURS ".\032&?CvV"
#define MASTERS "BR#I"

/* letters: those that mean an action here. 0: it wants no more. */
static int
read_one(struct reader *reader, const char *letters, struct story *story,
    uint8_t key)
{
	if (!reader->is_pending) {
		if (reader->is_line_start && key == CHARACTER) {
			reader->is_pending = 1;
			return 1;
		}
	} else {
		reader->is_pending = 0;
		if (key != 0 && strchr(letters, key) != NULL) {
			tell(story, 256 + key);
			return key != '.' && key != '&';
		}
		if (key != CHARACTER)
			tell(story, CHARACTER);
	}
	tell(story, key);
	reader->is_line_start = key == '\r' || key == '\n';
	return 1;
}

static struct story wanted, got;
static struct reader master;

static bool
act(void *argument, enum escape_action action, unsigned char *output,
    size_t *length)
{
	static const char letters[] = OURS;
	size_t i;

	(void)argument;
	/* What comes before it gets to the master before it. */
	for (i = 0; i < *length; i++)
		check(read_one(&master, MASTERS, &got, output[i]),
		    "the master goes on");
	*length = 0;
	tell(&got, 256 + letters[action]);
	return action != ESCAPE_END && action != ESCAPE_BACKGROUND;
}

/* The keys in pieces, each at its place in the room of a relay. */
static void
read_in_pieces(const uint8_t *keys, size_t size, unsigned int seed)
{
	static unsigned char room[FUZZ_INPUT_MAX + 1];
	struct escape escape;
	size_t piece, made, i;
	bool goes_on = true;

	escape_init(&escape, CHARACTER, act, NULL);
	while (size > 0 && goes_on) {
		seed = seed * 1103515245u + 12345u;
		piece = 1 + (seed >> 16) % 7;
		if (piece > size)
			piece = size;
		memcpy(room + 1, keys, piece);
		goes_on = escape_read(&escape, room + 1, piece, room, &made);
		check(made <= piece + 1, "it grows by one byte at most");
		for (i = 0; i < made; i++)
			check(read_one(&master, MASTERS, &got, room[i]),
			    "the master goes on");
		keys += piece;
		size -= piece;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader alone = {1, 0};
	int was_line_start;
	size_t i;

	if (size < 3)
		return 0;
	was_line_start = data[0] & 1;
	/*
	 * At the very start the master may still be in an earlier session's
	 * line: then an action of its own is text, and twice is not once.
	 */
	if (data[2] == CHARACTER)
		return 0;
	wanted.count = got.count = 0;
	master.is_line_start = was_line_start;
	master.is_pending = 0;
	for (i = 2; i < size; i++)
		if (!read_one(&alone, OURS MASTERS, &wanted, data[i]))
			break;
	read_in_pieces(data + 2, size - 2, data[1]);
	check(got.count == wanted.count &&
		memcmp(got.events, wanted.events,
		    got.count * sizeof(got.events[0])) == 0,
	    "both readers together do what one does");
	return 0;
}
