/* Deadlines: absolute times on the monotonic clock. */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <stdint.h>

/* Microseconds of CLOCK_MONOTONIC. */
int64_t deadline_now_us(void);

/* The time in ms milliseconds. */
int64_t deadline_in_ms(int ms);

/* Milliseconds until the deadline, rounded up for poll(2); 0 after it. */
int deadline_left_ms(int64_t deadline_us);

/* Sleeps for this time, or until a signal arrives. */
void deadline_sleep_us(int us);

#endif
