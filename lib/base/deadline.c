#include "base/deadline.h"

#include <limits.h>
#include <time.h>

int64_t
deadline_now_us(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
deadline_in_ms(int ms)
{
	return deadline_now_us() + (int64_t)ms * 1000;
}

int
deadline_left_ms(int64_t deadline_us)
{
	int64_t left_us = deadline_us - deadline_now_us();

	if (left_us <= 0)
		return 0;
	if (left_us / 1000 >= INT_MAX)
		return INT_MAX;
	return (int)((left_us + 999) / 1000);
}

void
deadline_sleep_us(int us)
{
	struct timespec pause = {us / 1000000, us % 1000000 * 1000L};

	(void)nanosleep(&pause, NULL);
}
