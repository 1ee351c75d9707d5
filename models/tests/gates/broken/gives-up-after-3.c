/* Goes ahead without the lock after 3 polls. */
#define TRIES 3
#include "../gives-up.h"

GATE("gives-up-after-3", "goes ahead after 3 polls")
