# gatecrash: make help says what there is.
CC ?= gcc
WARN := -std=gnu11 -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Werror
INC := -Iharness -Iharness/include -Imodels -I.
HEADERS := $(wildcard harness/*/*.h harness/include/gatecrash/*.h models/*/*.h reports/*.h)
.PHONY: test help
test: ## check that every public header stands alone
	@n=0; for h in $(HEADERS); do $(CC) $(WARN) $(INC) -fsyntax-only -x c $$h -Wno-unused-macros || exit 1; n=$$((n+1)); done; echo "$$n passed, 0 failed"
help: ## this list
	@grep -hE '^[a-z]+:.*##' Makefile | sed 's/:.*## /  /'
