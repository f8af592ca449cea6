#include "ssh/sshmaster.h"

#include "ssh/sshoption.h"

#include <stdlib.h>
#include <string.h>

bool
sshmaster_wants(const struct sshargs_option *option)
{
	struct sshoption meaning;

	sshoption_read(&meaning, option);
	switch (meaning.effect) {
	case SSHOPTION_SESSION:
		/* These say how much is said, and asked, during the login. */
		return option->flag == 'q' ||
		    strcmp(meaning.keyword, "loglevel") == 0 ||
		    strcmp(meaning.keyword, "batchmode") == 0;
	case SSHOPTION_BACKGROUND:
	case SSHOPTION_STDIO_FORWARD:
		return false;
	default:
		return true;
	}
}

/* The options from one index up to another; returns where the next word goes. */
static char **
add_options(char **to, const struct sshargs *args, size_t from, size_t until)
{
	size_t i;

	for (i = from; i < until; i++) {
		const struct sshargs_option *option = &args->options[i];

		if (!sshmaster_wants(option))
			continue;
		*to++ = (char *)sshargs_flag_word(option->flag);
		if (option->value != NULL)
			*to++ = (char *)option->value;
	}
	return to;
}

char **
sshmaster_words(const struct sshargs *args, char *const front[])
{
	size_t count = 0, before = args->options_before_destination;
	char **words, **to;

	while (front[count] != NULL)
		count++;
	/* Two words an option, the destination, and the null. */
	count += 2 * args->option_count + 2;
	if ((words = calloc(count, sizeof(*words))) == NULL)
		return NULL;
	for (to = words; *front != NULL; front++)
		*to++ = *front;
	to = add_options(to, args, 0, before);
	*to++ = (char *)args->destination;
	(void)add_options(to, args, before, args->option_count);
	return words;
}
