#include "ssh-fast/native_course.h"

#include "mux/mux.h"
#include "ssh/sshsettings.h"

static void
add_variable(void *request, const char *variable)
{
	mux_add_variable(request, variable);
}

bool
native_compose_request(const struct run *run, struct text *request)
{
	const struct sshsession *wanted = &run->native.wanted;
	struct mux_session session = {.wants_tty = run->native.wants_tty,
	    .wants_x11 = wanted->wants_x11,
	    .wants_agent = wanted->wants_agent,
	    .is_subsystem = wanted->is_subsystem == SSHSESSION_YES,
	    .escape_char = wanted->escape == SSHSESSION_ESCAPE_CHAR
		? wanted->escape_char
		: MUX_NO_ESCAPE_CHAR,
	    .term = sshsettings_term(wanted->settings)};
	struct text command;
	char storage[1024];
	bool is_complete;
	int i;

	text_init_in(&command, storage, sizeof(storage));
	for (i = run->args.command_index; i < run->argc; i++) {
		if (i > run->args.command_index)
			text_add(&command, " ");
		text_add(&command, run->argv[i]);
	}
	session.command =
	    wanted->remote != NULL ? wanted->remote : command.data;
	mux_begin_session(request, &session);
	sshsettings_variables(wanted->settings, add_variable, request);
	is_complete = text_ok(&command) && mux_end_session(request);
	text_free(&command);
	return is_complete;
}
