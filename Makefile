# gatecrash. `make help` says what there is; CC=clang, SAN=address,undefined and DEBUG=1 choose the build.

ifeq ($(origin CC),default)
CC := gcc
endif
SAN ?=
comma := ,
BUILD := build/$(notdir $(CC))$(if $(SAN),-$(subst $(comma),-,$(SAN)))
PREFIX ?= /usr/local

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Werror
# Dead bytes on stacks must not tell interleavings apart (harness/core/snapshot.h); clang before 16 wants the second word.
ZERO_INIT := -ftrivial-auto-var-init=zero \
	$(if $(findstring clang,$(CC)),-enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang \
	-Wno-unused-command-line-argument)
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
CPPFLAGS += -D_GNU_SOURCE -Iharness -Iharness/include -Imodels -I.
CFLAGS ?= -O2 -g
ALL_CFLAGS := -std=gnu11 $(CFLAGS) $(WARNINGS) $(ZERO_INIT) $(SANFLAGS)
# -z now: the resolver that binds a symbol on its first call would leave different dead bytes behind than later calls.
LDFLAGS += -rdynamic -Wl,-z,now $(SANFLAGS)
LDLIBS := -lboost_context -lyaml -ljansson -lxxhash -ldl -lpthread -lm

LIB_SRC := $(wildcard harness/core/*.c harness/posix/*.c harness/explore/*.c models/docker/*.c models/platform/*.c \
	models/actors/*.c models/service/*.c models/gates/*.c models/oracles/*.c models/scenario/*.c reports/*.c)
CLI_SRC := $(wildcard harness/cli/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$(BUILD)/%.o)

.PHONY: all help
all: ## build gatecrash
all: $(BUILD)/gatecrash

Q := $(if $(V),,@)
$(BUILD)/gatecrash: $(CLI_OBJ) $(LIB_OBJ)
	$(Q)echo "LD $@"; $(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/%.o: %.c Makefile
	$(Q)mkdir -p $(@D); echo "CC $@"; $(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The headers that must stand alone.
HEADERS := $(wildcard harness/*/*.h harness/include/gatecrash/*.h models/*/*.h reports/*.h)
.PHONY: test
test: ## check that every header stands alone
	@n=0; for h in $(HEADERS); do $(CC) $(CPPFLAGS) -std=gnu11 $(WARNINGS) -fsyntax-only -x c $$h || exit 1; n=$$((n+1)); done; \
	echo "$$n passed, 0 failed"

help: ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 12

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d)
