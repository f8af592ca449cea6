/*
 * The protocol of the leases (the rules R1 to R8 of lib/lease/lease.h), for spin.
 * test/model/run.sh checks it, exhaustively, in several configurations.
 *
 * It is the code as it should be, one system call a step, wherever others
 * could do something in between. A step is one d_step below; pc[me] tells the
 * step that process me does next. What is left out, and why that is no loss:
 *
 *  - flock and the comparison after it are one step. Only who has the lock
 *    renames or unlinks a lock file, so that between the two calls the answer
 *    does not change. So it is with reading the holder's line: others can only
 *    end in between.
 *  - A run is one process for as long as it lives, its keeper included: the
 *    keeper only waits while ssh runs, and does all its work afterwards. What
 *    either of them has open is told by the step at which the run is.
 *  - A lock file that has no name any more is not kept: whoever has it open
 *    has GONE. Locks on such files keep nobody out who compares (R2).
 *  - The line in the lock file says either a process that lives, or nobody:
 *    when a process ends, its lines turn to NOBODY with it, as a pid with its
 *    start can never come to life again. "hung", "free" and an empty file are
 *    NOBODY, too: the time that a hung master is left alone is not modelled.
 *  - What is preferred, the hint and the times of use: here each acquirer takes
 *    any name that it may take, in any order. A spare, the second lease in the
 *    hand of one process, is as another process that has it and releases it.
 *  - New names are 64 random bits: one is never a name that is there. A new
 *    file that somebody has signed before its maker could lock it is refused
 *    by the code for good, here only while he lives.
 *  - gc tries to remove the folder whatever it has found there: rmdir(2) tells.
 *    The record and the hint hold nobody up. The folders that gc puts back, and
 *    those that a peer makes, come in one step.
 *  - The sockets that ssh binds before it links them to their names.
 *  - The keeper's own pruning is what gc does.
 *  - That a master has clients is seen only of the ssh of a peer that was
 *    killed; any other may not have come so far as to connect to it.
 *
 * Switches: ACQUIRERS, PEER (0 or 1), GC (0 to 2), RUNS of each acquirer and
 * of the peer, CRASHES in all, SLOTS lock files of one name at a time, REMOVAL
 * of the namespace, ORPHANS (sockets without a lock file, for gc), STAY (an
 * ssh may never end).
 * NO_R1 to NO_R8 leave out a rule. MOVE_C is another order of removal.
 *
 * The promises:
 *  a. A name has one holder, and one ssh at a time runs over a master; for the
 *     one exception see exec().
 *  b. No lock file that is held is removed, and no socket that is listened on.
 *  c. An ssh that runs has its c/. With rule 8 alone this is so for all who
 *     keep it. The ssh of a peer may find its c/ gone while gc is removing the
 *     folder and until it has put it back, or somebody enters (gc may be
 *     killed); with MOVE_C that cannot happen.
 *  d. When all is at rest, a master that lives is found by the next acquirer,
 *     and nothing stays locked. Nobody waits for ever on the way there.
 */
#ifndef ACQUIRERS
#define ACQUIRERS 3
#endif
#ifndef PEER
#define PEER 0
#endif
#ifndef GC
#define GC 0
#endif
#ifndef RUNS
#define RUNS 1
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef SLOTS
#define SLOTS 1
#endif

#define NAMES 2
#define FILES (NAMES * SLOTS)
/* Acquirers are 1 to ACQUIRERS; then the peer, then each gc. */
#define PEER_ID (ACQUIRERS + 1)
#define GC_ID (ACQUIRERS + PEER + 1)
#define IDS (ACQUIRERS + PEER + GC + 1)
#define NOBODY 0
#define IS_PEER(me) (PEER && (me) == PEER_ID)
#define IS_GC(me) (GC && (me) >= GC_ID)

/* Where a lock file is. */
#define NOWHERE 0
#define FREE 1
#define USED 2
/* A file of the name n is FILE(n, 0) or, where there can be two, FILE(n, 1). */
#define FILE(n, k) ((n) * SLOTS + (k))
#define NAME(f) ((f) / SLOTS)
/* An open lock file is its number + 1, or none, or one without a name. */
#define NONE 0
#define GONE (FILES + 1)
#if SLOTS == 1
#define LOOKUP(d, n) (at[n] == (d) -> (n) + 1 : NONE)
#define UNUSED_FILE(n) (n)
#define HAS_ANOTHER(f) false
#define HAS_FILE(n) (at[n] != NOWHERE)
#else
#define LOOKUP(d, n) \
	(at[FILE(n, 0)] == (d) -> FILE(n, 0) + 1 : \
	(at[FILE(n, 1)] == (d) -> FILE(n, 1) + 1 : NONE))
#define UNUSED_FILE(n) (at[FILE(n, 0)] == NOWHERE -> FILE(n, 0) : FILE(n, 1))
#define HAS_ANOTHER(f) (at[(f) ^ 1] != NOWHERE)
#define HAS_FILE(n) (at[FILE(n, 0)] != NOWHERE || at[FILE(n, 1)] != NOWHERE)
#endif

/* Sockets in c/. */
#define NO_SOCKET 0
#define DEAD 1
#define LIVE 2

/* Lock files. */
byte at[FILES];
byte lock[FILES]; /* whose open file description has the flock */
byte line[FILES]; /* the process written in it, which lives, or NOBODY */
/* Names. */
byte socket[NAMES];
byte runs[NAMES]; /* the set of those whose ssh runs over it */
bool clients[NAMES]; /* the ssh of a peer that was killed is connected */
bool excepted[NAMES]; /* the peer's exception, see exec() */
/* Processes. */
byte pc[IDS];
byte fd[IDS];
byte name[IDS];
byte dir[IDS];
byte left[IDS]; /* runs that are still to come */
byte crashes = CRASHES;
#ifdef REMOVAL
/* The namespace folder, the three in it, and the flock on it. */
bool has_ns = 1, has_c = 1, has_free = 1, has_used = 1;
byte ns_fd[IDS]; /* 0 not open, 1 the folder that is there, 2 one long gone */
bool ns_shared[IDS];
byte ns_exclusive;
#else
#define has_c 1
#define has_free 1
#define has_used 1
#endif

/* Steps. From SIGN to GC_FILE the lease is held, but for UNLOCK. */
#define DONE 0
#define IDLE 1
#define ENTER 2
#define ENTER_LOCK 3
#define LOOK 4
#define LOCK 5
#define MOVE 6
#define SIGN 7
#define PROBE 8
#define REMOVE_DEAD 9
#define START_KEEPER 10
#define EXEC 11
#define RUN 12
#define RELEASE 13
#define RELEASE_UNLINK 14
#define RELEASE_RENAME 15
#define UNLOCK 16
#define GC_LOOK 17
#define GC_SOCKET 18
#define GC_FILE 19
#define HELD(p) ((p) >= SIGN && (p) <= GC_FILE && (p) != UNLOCK)
#define ORPHANED 20 /* ssh runs, its keeper was killed */
#define FOR_EVER 21 /* ssh runs, and does not end any more */
#define GC_ORPHAN 22
#define GC_ORPHAN_MAKE 23
#define GC_ORPHAN_LOCK 24
#define GC_ORPHAN_LOOK 25
#define GC_EXCLUSIVE 26
#define GC_RMDIR_FREE 27
#define GC_RMDIR_USED 28
#define GC_RMDIR_C 29
#define GC_RMDIR_NS 30
#define GC_PUT_BACK 31

#define BIT(me) (1 << (me))
#define OTHERS(n, me) (runs[n] & ~BIT(me))

/* Counters inside of one d_step, no part of the state. */
hidden byte i;
hidden byte f;

/*
 * What is promised, by name: spin prints the condition that does not hold, and
 * with it the name. These are never set.
 */
hidden byte a_one_holder, a_one_ssh, b_lock_file_stays, b_socket_stays;
hidden byte c_folder_stays, d_is_found, d_is_unlocked;
#define PROMISE(name_, condition) assert(name_ || (condition))

inline unlock(me)
{
	i = 0;
	do
	:: i < FILES ->
		if
		:: lock[i] == me -> lock[i] = NOBODY
		:: else
		fi;
		i++
	:: else -> break
	od
}

/* The kernel closes what me had open. */
inline close_all(me)
{
	unlock(me);
	fd[me] = NONE;
	name[me] = 0;
	dir[me] = 0;
#ifdef REMOVAL
	ns_shared[me] = 0;
	ns_fd[me] = 0;
	if
	:: ns_exclusive == me -> ns_exclusive = NOBODY
	:: else
	fi
#endif
}

/* Closes the lock file only; the process goes on. */
inline close_lock(me)
{
	unlock(me);
	fd[me] = NONE;
	name[me] = 0;
	dir[me] = 0
}

/* R7: the lock is kept until the name lies in free/. */
inline unlock_early(me)
{
#ifdef NO_R7
	unlock(me);
	skip
#else
	skip
#endif
}

/* The process written in lock files has ended. */
inline end_lines(me)
{
	i = 0;
	do
	:: i < FILES ->
		if
		:: line[i] == me -> line[i] = NOBODY
		:: else
		fi;
		i++
	:: else -> break
	od
}

/* All of the run is over. */
inline end_run(me)
{
	end_lines(me);
	close_all(me);
	if
	:: left[me] > 0 -> pc[me] = IDLE
	:: else -> pc[me] = DONE
	fi
}

/* The lock file f has no name any more: property (b). */
inline lose_file(me, f)
{
	PROMISE(b_lock_file_stays, lock[f] == NOBODY || lock[f] == me);
	/* Nor that of an ssh whose keeper was killed. */
	PROMISE(b_lock_file_stays, line[f] == NOBODY || line[f] == me ||
	    IS_PEER(me));
	PROMISE(b_lock_file_stays, OTHERS(NAME(f), me) == 0 ||
	    excepted[NAME(f)] || IS_PEER(me) || HAS_ANOTHER(f));
	i = 0;
	do
	:: i < IDS ->
		if
		:: fd[i] == f + 1 -> fd[i] = GONE
		:: else
		fi;
		i++
	:: else -> break
	od;
	at[f] = NOWHERE;
	lock[f] = NOBODY;
	line[f] = NOBODY
}

/* unlink(2) of d/NAME; ENOENT is no failure. */
inline unlink_file(me, d, n)
{
	f = LOOKUP(d, n);
	if
	:: f != NONE ->
		f--;
		lose_file(me, f)
	:: else
	fi;
	f = 0
}

/* unlink(2) of c/NAME: property (b). */
inline unlink_socket(n)
{
	PROMISE(b_socket_stays, socket[n] != LIVE);
	socket[n] = NO_SOCKET
}

/* R4: rename(2) of from/NAME to to/NAME, which replaces nothing. */
inline rename_file(me, from, to, n)
{
	f = LOOKUP(from, n);
	if
#ifdef NO_R4
	:: f != NONE ->
		f--;
		if
		:: LOOKUP(to, n) != NONE ->
			i = LOOKUP(to, n) - 1;
			at[f] = NOWHERE;
			f = i;
			lose_file(me, f);
			f = (SLOTS == 2 && f == FILE(n, 0) ->
			    FILE(n, 1) : FILE(n, 0))
		:: else
		fi;
		at[f] = to
#else
	:: f != NONE && LOOKUP(to, n) == NONE -> at[f - 1] = to
#endif
	:: else
	fi;
	f = 0
}

/* Property (a): one holder of a name, before any ssh is started. */
inline check_holder(me)
{
	i = 1;
	do
	:: i < IDS ->
		PROMISE(a_one_holder, i == me || !HELD(pc[i]) ||
		    name[i] != name[me]);
		i++
	:: else -> break
	od
}

/* The lease is me's, and in used/. The peer writes no line. */
inline won(me)
{
	check_holder(me);
	if
	:: IS_GC(me) -> pc[me] = GC_LOOK
	:: IS_PEER(me) -> pc[me] = PROBE
	:: else -> pc[me] = SIGN
	fi
}

/* Whether the path still is the open file, R2. */
#ifdef NO_R2
#define IS_SAME(me) true
#else
#define IS_SAME(me) (fd[me] != GONE && at[fd[me] - 1] == dir[me])
#endif
/* R1: whether nobody else has the lock. */
#ifdef NO_R1
#define IS_UNLOCKED(me) true
#else
#define IS_UNLOCKED(me) (fd[me] == GONE || lock[fd[me] - 1] == NOBODY)
#endif
/*
 * R5: neither in used/ nor in free/ is a name taken while the process written
 * in it lives. The peer does not know of that.
 */
#ifdef NO_R5
#define MAY_TAKE(me) true
#else
#define MAY_TAKE(me) \
	(IS_PEER(me) || fd[me] == GONE || \
	(line[fd[me] - 1] == NOBODY && !clients[name[me]]))
#endif

/* flock(2) and what is looked at under it. */
inline lock_and_compare(me)
{
	if
	:: IS_UNLOCKED(me) && IS_SAME(me) && MAY_TAKE(me) ->
		if
#ifndef NO_R1
		:: fd[me] != GONE -> lock[fd[me] - 1] = me
#endif
		:: else
		fi;
		if
		:: dir[me] == FREE -> pc[me] = MOVE
		:: else -> won(me)
		fi
	:: else ->
		/* R3: in use, and nobody waits for it. */
		close_lock(me);
		pc[me] = LOOK
	fi
}

/* open(2) of d/NAME. */
inline open_lock_file(me, d, n)
{
	fd[me] = LOOKUP(d, n);
	name[me] = n;
	dir[me] = d;
	pc[me] = LOCK
}

/* open(2) of a new name with O_EXCL. It is not locked yet. */
inline make_lock_file(me, n)
{
	f = UNUSED_FILE(n);
	at[f] = USED;
	fd[me] = f + 1;
	f = 0;
	name[me] = n;
	dir[me] = USED
}

/*
 * ssh starts: property (a). The exception, and there is no other: the peer
 * knows only the flock, so that it may have taken a lease whose keeper was
 * killed while its ssh lives. What comes of it is on that name alone.
 */
inline exec(me)
{
	i = 1;
	do
	:: i < IDS ->
		if
		:: (OTHERS(name[me], me) & BIT(i)) != 0 ->
			PROMISE(a_one_ssh, IS_PEER(me) && pc[i] == ORPHANED);
			excepted[name[me]] = 1
		:: else
		fi;
		i++
	:: else -> break
	od;
	runs[name[me]] = runs[name[me]] | BIT(me);
	pc[me] = RUN
}

inline end_ssh(me)
{
	runs[name[me]] = runs[name[me]] & ~BIT(me);
	if
	:: IS_PEER(me) && pc[me] == ORPHANED -> clients[name[me]] = 0
	:: else
	fi;
	end_lines(me)
}

#ifdef REMOVAL
#define FIRST_STEP(me) (IS_PEER(me) -> LOOK : ENTER)
#define FOLDERS_ARE_THERE (has_ns && has_c && has_free && has_used)
#else
#define FIRST_STEP(me) LOOK
#endif
/* Acquirers are all the same: the first to start is 1. */
#define HAS_STARTED(me) (left[me] < RUNS)

/* One name, as an acquirer looks for it. */
#define LOOK_AT(me, n) \
	:: d_step { pc[me] == LOOK && has_free && LOOKUP(FREE, n) != NONE -> \
		open_lock_file(me, FREE, n) } \
	:: d_step { pc[me] == LOOK && has_used && LOOKUP(USED, n) != NONE -> \
		open_lock_file(me, USED, n) } \
	:: d_step { pc[me] == LOOK && !IS_GC(me) && has_used && \
		!HAS_FILE(n) && socket[n] == NO_SOCKET && runs[n] == 0 -> \
		make_lock_file(me, n); pc[me] = LOCK }

/* From the lock to the lease, and the release: the same for all. */
#define COMMON(me) \
	LOOK_AT(me, 0) \
	LOOK_AT(me, 1) \
	:: d_step { pc[me] == LOCK && MAY_TRY(me) -> lock_and_compare(me) } \
	/* R4: to used/, under the lock. */ \
	:: d_step { pc[me] == MOVE && has_used -> \
		if \
		:: MOVES(me) -> \
			rename_file(me, FREE, USED, name[me]); \
			won(me) \
		:: else -> close_lock(me); pc[me] = LOOK \
		fi } \
	/* R7: rename or unlink, and unlock after that. */ \
	:: d_step { pc[me] == RELEASE -> \
		if \
		:: socket[name[me]] == NO_SOCKET -> pc[me] = RELEASE_UNLINK \
		:: else -> pc[me] = RELEASE_RENAME \
		fi; \
		unlock_early(me) } \
	:: d_step { pc[me] == RELEASE_UNLINK -> \
		unlink_file(me, USED, name[me]); pc[me] = UNLOCK } \
	:: d_step { pc[me] == RELEASE_RENAME && has_free -> \
		rename_file(me, USED, FREE, name[me]); pc[me] = UNLOCK }

/* R3: to wait would be to do nothing until it is unlocked. */
#ifdef NO_R3
#define MAY_TRY(me) IS_UNLOCKED(me)
#else
#define MAY_TRY(me) true
#endif
#ifdef NO_R4
#define MOVES(me) true
#else
#define MOVES(me) (LOOKUP(USED, name[me]) == NONE)
#endif
/* An acquirer, its ssh and its keeper; or the peer, which is its own keeper. */
proctype user(byte me)
{
	do
	:: d_step { pc[me] == IDLE &&
		(me == 1 || IS_PEER(me) || HAS_STARTED(me - 1)) ->
		left[me]--;
		pc[me] = FIRST_STEP(me) }
#ifdef REMOVAL
	:: d_step { pc[me] == ENTER ->
		has_ns = 1;
		ns_fd[me] = 1;
		pc[me] = ENTER_LOCK }
	/*
	 * R8: the shared lock, compared. Folders that are missing are made
	 * under it: nobody removes any then, so that it is one step.
	 */
	:: d_step { pc[me] == ENTER_LOCK ->
		if
#ifdef NO_R8
		:: ns_fd[me] == 1 ->
#else
		:: ns_fd[me] == 1 && ns_exclusive == NOBODY ->
			ns_shared[me] = 1;
#endif
			has_c = 1;
			has_free = 1;
			has_used = 1;
			pc[me] = LOOK
		:: else ->
			ns_fd[me] = 0;
			pc[me] = ENTER
		fi }
	/* The peer makes the folders where it finds one missing. */
	:: d_step { IS_PEER(me) && !FOLDERS_ARE_THERE &&
		(pc[me] == LOOK || pc[me] == EXEC || pc[me] == MOVE ||
		pc[me] == RELEASE_RENAME) ->
		has_ns = 1;
		has_c = 1;
		has_free = 1;
		has_used = 1 }
#ifdef NO_R8
	/* No lock, no folder: no lease. */
	:: d_step { !IS_PEER(me) && !FOLDERS_ARE_THERE &&
		(pc[me] == LOOK || pc[me] == MOVE || pc[me] == RELEASE_RENAME) ->
		end_run(me) }
#endif
#endif
	COMMON(me)
	/* No name is left: ssh runs without a lease. */
	:: d_step { pc[me] == LOOK && (HAS_FILE(0) || socket[0] != NO_SOCKET ||
		runs[0] != 0) && (HAS_FILE(1) || socket[1] != NO_SOCKET ||
		runs[1] != 0) ->
		end_run(me) }
	/* R5: the line that tells who has it. */
	:: d_step { pc[me] == SIGN ->
		if
		:: fd[me] != GONE -> line[fd[me] - 1] = me
		:: else
		fi;
		pc[me] = PROBE }
	/* R6: under the lock. */
	:: d_step { pc[me] == PROBE ->
		if
		:: socket[name[me]] == DEAD -> pc[me] = REMOVE_DEAD
		:: else -> pc[me] = (IS_PEER(me) -> EXEC : START_KEEPER)
		fi }
	/* The master has not answered: set aside, as nobody's. */
	:: d_step { pc[me] == PROBE && !IS_PEER(me) &&
		socket[name[me]] == LIVE ->
		end_run(me) }
	:: d_step { pc[me] == REMOVE_DEAD ->
		unlink_socket(name[me]);
		pc[me] = (IS_PEER(me) -> EXEC : START_KEEPER) }
	/* From here on the keeper has the open file, too. */
	:: d_step { pc[me] == START_KEEPER -> pc[me] = EXEC }
	/* ssh closes what it was left. Property (c). */
	:: d_step { pc[me] == EXEC && (has_c || !IS_PEER(me)) ->
		PROMISE(c_folder_stays, has_c);
		exec(me) }
	/* A cold one becomes its master. */
	:: d_step { (pc[me] == RUN || pc[me] == ORPHANED) && has_c &&
		socket[name[me]] == NO_SOCKET ->
		socket[name[me]] = LIVE }
	:: d_step { pc[me] == RUN -> end_ssh(me); pc[me] = RELEASE }
	:: d_step { pc[me] == ORPHANED -> end_ssh(me); end_run(me) }
	:: d_step { pc[me] == UNLOCK -> end_run(me) }
#ifdef STAY
	:: d_step { pc[me] == RUN -> pc[me] = FOR_EVER } ; break
#endif
	/* kill -9: before there is a keeper, */
	:: d_step { crashes > 0 && pc[me] > IDLE && pc[me] < EXEC ->
		crashes--;
		end_run(me) }
	/* before it was ssh: its keeper releases, or there is none; */
	:: d_step { crashes > 0 && pc[me] == EXEC ->
		crashes--;
		if
		:: IS_PEER(me) -> end_run(me)
		:: else -> end_lines(me); pc[me] = RELEASE
		fi }
	/* the keeper, and with it the locks, while ssh runs; */
	:: d_step { crashes > 0 && pc[me] == RUN ->
		crashes--;
		f = name[me];
		close_all(me);
		name[me] = f;
		f = 0;
		if
		:: IS_PEER(me) -> clients[name[me]] = 1
		:: else
		fi;
		pc[me] = ORPHANED }
	/* the keeper, while it releases. */
	:: d_step { crashes > 0 && pc[me] >= RELEASE && pc[me] <= UNLOCK ->
		crashes--;
		end_run(me) }
	:: pc[me] == DONE -> break
	od
}

#if GC
/* One name, as gc begins with it. */
#define SWEEP(me, n) \
	:: d_step { pc[me] == LOOK && socket[n] == DEAD && \
		LOOKUP(USED, n) == NONE -> \
		name[me] = n; pc[me] = GC_ORPHAN }

/*
 * gc, which also is what the keeper does when it prunes. A free name is moved
 * to used/ before anything is removed (R4), as an acquirer would: were it done
 * in free/, and an orphaned file of that name in used/, which somebody else
 * takes, both would work on one socket.
 */
proctype gc(byte me)
{
	do
	:: d_step { pc[me] == IDLE -> left[me] = 0; pc[me] = FIRST_STEP(me) }
#ifdef REMOVAL
	:: d_step { pc[me] == ENTER ->
		if
		:: has_ns -> ns_fd[me] = 1; pc[me] = ENTER_LOCK
		:: else -> end_run(me)
		fi }
	/*
	 * It makes no folder. Where one is missing it looks at no name: there
	 * is nowhere to move it.
	 */
	:: d_step { pc[me] == ENTER_LOCK ->
		if
		:: ns_fd[me] == 1 && ns_exclusive == NOBODY ->
			ns_shared[me] = 1;
			pc[me] = (FOLDERS_ARE_THERE -> LOOK : GC_EXCLUSIVE)
		:: else -> end_run(me)
		fi }
	:: d_step { pc[me] == LOOK -> pc[me] = GC_EXCLUSIVE }
#endif
	COMMON(me)
	/* Done with all names. */
	:: d_step { pc[me] == LOOK -> end_run(me) }
	/*
	 * What it has won is in used/. R6: the socket is looked at, and removed
	 * where nobody listens.
	 */
	:: d_step { pc[me] == GC_LOOK ->
		if
#ifdef NO_R6
		:: true -> pc[me] = GC_SOCKET
#else
		:: socket[name[me]] == LIVE -> pc[me] = RELEASE
		:: socket[name[me]] == DEAD -> pc[me] = GC_SOCKET
#endif
		:: else -> pc[me] = GC_FILE
		fi }
	:: d_step { pc[me] == GC_SOCKET ->
		unlink_socket(name[me]);
		pc[me] = GC_FILE }
	:: d_step { pc[me] == GC_FILE ->
		unlink_file(me, USED, name[me]);
		pc[me] = UNLOCK }
	:: d_step { pc[me] == UNLOCK -> close_lock(me); pc[me] = LOOK }
#ifdef ORPHANS
	/* A dead socket without a lock file: first used/, then free/. */
	SWEEP(me, 0)
	SWEEP(me, 1)
	:: d_step { pc[me] == GC_ORPHAN ->
		if
		:: LOOKUP(FREE, name[me]) == NONE -> pc[me] = GC_ORPHAN_MAKE
		:: else -> close_lock(me); pc[me] = LOOK
		fi }
	:: d_step { pc[me] == GC_ORPHAN_MAKE ->
		if
		:: LOOKUP(USED, name[me]) == NONE ->
			make_lock_file(me, name[me]);
			pc[me] = GC_ORPHAN_LOCK
		:: else -> close_lock(me); pc[me] = LOOK
		fi }
	:: d_step { pc[me] == GC_ORPHAN_LOCK && MAY_TRY(me) ->
		lock_and_compare(me);
		if
		:: pc[me] == GC_LOOK -> pc[me] = GC_ORPHAN_LOOK
		:: else
		fi }
	:: d_step { pc[me] == GC_ORPHAN_LOOK ->
		/*
		 * Somebody may have been quicker to lock the new file, and have
		 * left it with a master; or the name has come back to free/.
		 */
		if
		:: LOOKUP(FREE, name[me]) != NONE -> pc[me] = GC_FILE
		:: else -> pc[me] = GC_LOOK
		fi }
#endif
#ifdef REMOVAL
	/* R8: the exclusive lock, without waiting; it may lose the other. */
	:: d_step { pc[me] == GC_EXCLUSIVE ->
		ns_shared[me] = 0;
		i = 1;
		do
		:: i < IDS && !ns_shared[i] -> i++
		:: else -> break
		od;
		if
		:: i == IDS && ns_fd[me] == 1 && ns_exclusive == NOBODY ->
			ns_exclusive = me;
			pc[me] = GC_RMDIR_FREE
		:: else -> end_run(me)
		fi }
	:: d_step { pc[me] == GC_RMDIR_FREE ->
		if
		:: LOOKUP(FREE, 0) == NONE && LOOKUP(FREE, 1) == NONE ->
			has_free = 0;
			pc[me] = GC_RMDIR_USED
		:: else -> pc[me] = GC_PUT_BACK
		fi }
#ifdef MOVE_C
	/*
	 * rename(2) of c/ over used/, which fails unless used/ is empty. Once
	 * used/ is gone and c/ is not, a peer could make used/ anew, and a lock
	 * file in it, and lose c/ to us: there is no such moment here. The peer
	 * has to make c/, where it is missing, after it has its lock.
	 */
	:: d_step { pc[me] == GC_RMDIR_USED ->
		if
		:: LOOKUP(USED, 0) == NONE && LOOKUP(USED, 1) == NONE &&
		    socket[0] == NO_SOCKET && socket[1] == NO_SOCKET ->
			PROMISE(c_folder_stays, runs[0] == 0 || excepted[0]);
			PROMISE(c_folder_stays, runs[1] == 0 || excepted[1]);
			has_c = 0;
			pc[me] = GC_RMDIR_C
		:: else -> pc[me] = GC_PUT_BACK
		fi }
	:: d_step { pc[me] == GC_RMDIR_C ->
		if
		:: LOOKUP(USED, 0) == NONE && LOOKUP(USED, 1) == NONE ->
			has_used = 0;
			pc[me] = GC_RMDIR_NS
		:: else -> pc[me] = GC_PUT_BACK
		fi }
#else
	:: d_step { pc[me] == GC_RMDIR_USED ->
		if
		:: LOOKUP(USED, 0) == NONE && LOOKUP(USED, 1) == NONE ->
			has_used = 0;
			pc[me] = GC_RMDIR_C
		:: else -> pc[me] = GC_PUT_BACK
		fi }
	/*
	 * Property (c). The peer takes no lock on the folder: it may have come
	 * in since, has its lock file in a new used/, but no socket yet.
	 */
	:: d_step { pc[me] == GC_RMDIR_C ->
		if
		:: socket[0] == NO_SOCKET && socket[1] == NO_SOCKET ->
			PROMISE(c_folder_stays, excepted[0] ||
			    (runs[0] & ~(PEER << PEER_ID)) == 0);
			PROMISE(c_folder_stays, excepted[1] ||
			    (runs[1] & ~(PEER << PEER_ID)) == 0);
			has_c = 0;
			pc[me] = GC_RMDIR_NS
		:: else -> pc[me] = GC_PUT_BACK
		fi }
#endif
	:: d_step { pc[me] == GC_RMDIR_NS ->
		if
		:: !has_c && !has_free && !has_used ->
			PROMISE(c_folder_stays, runs[0] == 0 || excepted[0]);
			PROMISE(c_folder_stays, runs[1] == 0 || excepted[1]);
			has_ns = 0;
			i = 1;
			do
			:: i < IDS ->
				if
				:: ns_fd[i] == 1 -> ns_fd[i] = 2
				:: else
				fi;
				i++
			:: else -> break
			od;
			end_run(me)
		:: else -> pc[me] = GC_PUT_BACK
		fi }
	/* Something was in the way: all that is gone is made again. */
	:: d_step { pc[me] == GC_PUT_BACK ->
		has_c = 1;
		has_free = 1;
		has_used = 1;
		end_run(me) }
#endif
	:: d_step { crashes > 0 && pc[me] > IDLE -> crashes--; end_run(me) }
	:: pc[me] == DONE -> break
	od
}
#endif

#define IS_OVER(me) ((me) >= IDS || \
	pc[(me) % IDS] == DONE || pc[(me) % IDS] == FOR_EVER)
#define ALL_OVER (IS_OVER(1) && IS_OVER(2) && IS_OVER(3) && IS_OVER(4))

/*
 * Property (d), when all have ended: what has a live master is there to be
 * taken, by one who looks into free/ and then into used/.
 */
inline check_rest()
{
	i = 0;
	do
	:: i < NAMES ->
		f = LOOKUP(USED, i);
		if
		:: f == NONE -> f = LOOKUP(FREE, i)
		:: else
		fi;
		PROMISE(d_is_found, socket[i] != LIVE || runs[i] != 0 ||
		    excepted[i] || f != NONE);
		PROMISE(d_is_unlocked, f == NONE || runs[i] != 0 ||
		    (lock[f - 1] == NOBODY && line[f - 1] == NOBODY));
		i++
	:: else -> break
	od;
	i = 0;
	f = 0
}

/* A master ends when it has had nothing to do, and removes its socket; or it
 * is killed, and leaves it. */
#define MASTER(n) \
	:: d_step { socket[n] == LIVE && runs[n] == 0 -> \
		socket[n] = NO_SOCKET } \
	:: d_step { socket[n] == LIVE && crashes > 0 -> \
		crashes--; socket[n] = DEAD }

proctype masters()
{
	do
	MASTER(0)
	MASTER(1)
	:: d_step { ALL_OVER -> check_rest() } ; break
	od
}

#define PLACE(n, where_, socket_) at[FILE(n, 0)] = where_; socket[n] = socket_

init
{
	atomic {
		/* What earlier runs, and crashes, have left. */
		if
		:: skip
		:: PLACE(0, FREE, LIVE)
		:: PLACE(0, FREE, DEAD)
		:: PLACE(0, USED, LIVE)
		:: PLACE(0, USED, NO_SOCKET)
#ifdef ORPHANS
		:: PLACE(0, NOWHERE, DEAD)
		/* gc was killed when it had made a lock file for it. */
		:: at[FILE(0, 1)] = USED; PLACE(0, FREE, LIVE)
#endif
		fi;
		if
		:: skip
		:: PLACE(1, FREE, LIVE)
		fi;
		i = 1;
		do
		:: i < IDS ->
			left[i] = RUNS;
			pc[i] = IDLE;
			i++
		:: else -> break
		od;
		i = 0;
		run user(1);
#if ACQUIRERS >= 2
		run user(2);
#endif
#if ACQUIRERS >= 3
		run user(3);
#endif
#if PEER
		run user(PEER_ID);
#endif
#if GC
		run gc(GC_ID);
#endif
#if GC >= 2
		run gc(GC_ID + 1);
#endif
		run masters()
	}
}
