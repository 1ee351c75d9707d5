/* Goes ahead without the lock after 50 polls. */
#define TRIES 50
#include "../gives-up.h"

GATE("gives-up-after-50", "goes ahead after 50 polls")
