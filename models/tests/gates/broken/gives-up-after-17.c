/* Goes ahead without the lock after 17 polls. */
#define TRIES 17
#include "../gives-up.h"

GATE("gives-up-after-17", "goes ahead after 17 polls")
