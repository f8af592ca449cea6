/*
 * What the sanitizers are told, in the program itself: tests start it with
 * environments of their own, empty ones among them. Reports go to files, where
 * no test can swallow them.
 */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *
__asan_default_options(void)
{
	/* A process that is about to end, or to become ssh, frees nothing. */
	return "detect_leaks=0:log_path=" REPORTS "/report";
}

const char *
__ubsan_default_options(void)
{
	return "print_stacktrace=1:log_path=" REPORTS "/report";
}
