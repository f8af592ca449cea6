#include "base/fields.h"

#include <string.h>

void
fields_add(struct text *line, const char *key, const char *value)
{
	if (value == NULL)
		return;
	if (line->length > 0 && line->data[line->length - 1] != '\n')
		text_add(line, "\t");
	text_add(line, key);
	text_add(line, "=");
	text_add_escaped(line, value);
}

void
fields_end(struct text *line)
{
	text_add(line, "\n");
}

int
fields_next(char **line, const char **key, const char **value)
{
	char *at = *line, *end, *equals;

	if (*at == '\0')
		return 0;
	end = at + strcspn(at, "\t");
	*line = *end != '\0' ? end + 1 : end;
	*end = '\0';
	if ((equals = strchr(at, '=')) == NULL || equals == at)
		return -1;
	*equals = '\0';
	*key = at;
	*value = equals + 1;
	return text_unescape(equals + 1) ? 1 : -1;
}
