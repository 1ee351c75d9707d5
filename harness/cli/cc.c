/*
 * cc.c - `gatecrash cc`: the compiler with what a gate needs, for builds of one's own. Its arguments are the compiler's, not ours.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "module/compile.h"

static int print_help(void)
{
	printf("Usage: gatecrash cc [ARGUMENT...] FILE... -o GATE.so\n"
	       "       gatecrash cc [ARGUMENT...] -c FILE [-o FILE.o]\n"
	       "Compile a gate from C or C++ (.cc, .cpp, .cxx) so that gatecrash sees its accesses\n"
	       "to memory. `--gate FILE.c` does so by itself, and keeps what it has made.\n\n"
	       "$CC and $CXX say which compiler, gcc or clang; cc and c++ otherwise. It is told, ahead\n"
	       "of your arguments and with the folder of gatecrash/gate.h:\n\n"
	       "  %s\n\n"
	       "and links without ThreadSanitizer's runtime, which gatecrash stands in for. Whoever\n"
	       "calls the compiler by hand compiles with -fsanitize=thread, and links without:\n\n"
	       "  cc $(pkg-config --cflags gatecrash) -c mygate.c && cc -shared -o mygate.so mygate.o\n",
	       gx_compile_flags(false));
	return gx_flush_output();
}

int gx_compile_command(const char *const *arguments)
{
	struct gx_error err;
	enum gx_status rc;
	int status;

	if (*arguments && (!strcmp(*arguments, "--help") || !strcmp(*arguments, "-h")))
		return print_help();
	rc = gx_compile_as_told(arguments, &status, &err);
	if (rc != GX_OK)
		return gx_complain(rc, &err);
	return status ? GX_EXIT_USAGE : GX_EXIT_HELD;
}
