/*
 * The archives of libraries that Linux distributions ship were compiled for
 * glibc with _FORTIFY_SOURCE, which turns some calls into these. musl does not
 * have them: a static program brings its own, which check just the same. With
 * glibc this file is empty.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef __GLIBC__
int __vsnprintf_chk(char *buffer, size_t size, int flag, size_t room,
    const char *format, va_list arguments);
int __snprintf_chk(
    char *buffer, size_t size, int flag, size_t room, const char *format, ...);
char *__strncpy_chk(char *to, const char *from, size_t size, size_t room);

int
__vsnprintf_chk(char *buffer, size_t size, int flag, size_t room,
    const char *format, va_list arguments)
{
	(void)flag;
	if (size > room)
		abort();
	return vsnprintf(buffer, size, format, arguments);
}

int
__snprintf_chk(
    char *buffer, size_t size, int flag, size_t room, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = __vsnprintf_chk(buffer, size, flag, room, format, arguments);
	va_end(arguments);
	return length;
}

char *
__strncpy_chk(char *to, const char *from, size_t size, size_t room)
{
	if (size > room)
		abort();
	return strncpy(to, from, size);
}

#endif
