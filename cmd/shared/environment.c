#include "shared/environment.h"

#include "platform/platform.h"

#include <stdlib.h>

const char *
environment_get(const char *name)
{
	return platform_is_set_id() ? NULL : getenv(name);
}
