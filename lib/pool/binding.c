#include "pool/binding.h"

#include "base/text.h"

void
binding_digest(const struct endpoint *endpoint, const struct sshargs *args,
    char digest[DIGEST_LENGTH + 1])
{
	struct text text;
	size_t i;

	digest[0] = '\0';
	text_init(&text);
	text_add_line(&text, "destination", args->destination);
	text_add_line(&text, "user", endpoint->user);
	text_add_line(&text, "port", endpoint->port);
	for (i = 0; i < args->option_count; i++)
		if (args->options[i].flag == 'W')
			text_add_line(&text, "W", args->options[i].value);
	if (text_ok(&text))
		digest_base64(text.data, text.length, digest);
	text_free(&text);
}
