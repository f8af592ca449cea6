/* JSON on stdout, with the help of jansson. */
#ifndef JSON_H
#define JSON_H

#include <jansson.h>
#include <stdbool.h>

/*
 * A JSON string of any bytes: those that are no UTF-8 become U+FFFD. Null for
 * null, as jansson's own functions take it.
 */
json_t *json_text(const char *bytes);

/* A number, or null where it is not known. */
json_t *json_known(bool is_known, long long number);

/*
 * Prints the value in one line and drops the reference. False where there is
 * no memory, or stdout takes no more.
 */
bool json_print(json_t *value);

#endif
