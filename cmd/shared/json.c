#include "shared/json.h"

#include "base/text.h"

#include <stdio.h>

json_t *
json_text(const char *bytes)
{
	static const char replacement[] = "\xef\xbf\xbd";
	struct text text;
	json_t *string = NULL;
	size_t length;

	if (bytes == NULL)
		return json_null();
	text_init(&text);
	while (*bytes != '\0') {
		if ((length = text_utf8_length(bytes)) > 0) {
			text_add_bytes(&text, bytes, length);
			bytes += length;
		} else {
			text_add(&text, replacement);
			bytes++;
		}
	}
	if (text_ok(&text))
		string = json_stringn(text.data, text.length);
	text_free(&text);
	return string;
}

json_t *
json_known(bool is_known, long long number)
{
	return is_known ? json_integer(number) : json_null();
}

bool
json_print(json_t *value)
{
	bool ok = value != NULL &&
	    json_dumpf(value, stdout,
		JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII) == 0;

	json_decref(value);
	return ok;
}
