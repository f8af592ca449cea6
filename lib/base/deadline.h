/* One absolute moment on the clock that nobody sets. */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <stdint.h>

/* Microseconds of CLOCK_MONOTONIC. */
int64_t deadline_now_us(void);

/* The moment that lies ms milliseconds from now. */
int64_t deadline_in_ms(int ms);

/*
 * Milliseconds left until the deadline, rounded up as poll(2) wants them; 0
 * once it has passed.
 */
int deadline_left_ms(int64_t deadline_us);

/* Sleeps that long, less where a signal comes. */
void deadline_sleep_us(int us);

#endif
