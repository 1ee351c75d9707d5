/*
 * elf.c - the file, before anything of it is mapped: the loader trusts what its headers say.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "module/internal.h"

const char gx_module_stacks_advice[] =
	"make a static function of the nested one whose address is taken, or link assembly with -Wl,-z,noexecstack";

/* Tasks' stacks are data, as all stacks are by default. */
bool gx_module_runs_stacks(const ElfW(Phdr) * phdr)
{
	return phdr->p_type == PT_GNU_STACK && phdr->p_flags & PF_X;
}

/* The loader maps what the headers promise, and dies of SIGBUS where the file does not go so far. */
static bool is_truncated(int fd, const ElfW(Ehdr) * head, uint64_t size, bool *runs_stacks)
{
	for (unsigned i = 0; i < head->e_phnum; i++) {
		uint64_t at = head->e_phoff + (uint64_t)i * sizeof(ElfW(Phdr));
		ElfW(Phdr) phdr;

		if (at > size || pread(fd, &phdr, sizeof(phdr), (off_t)at) != (ssize_t)sizeof(phdr))
			return true;
		if (phdr.p_type == PT_LOAD && (phdr.p_offset > size || phdr.p_filesz > size - phdr.p_offset))
			return true;
		*runs_stacks |= gx_module_runs_stacks(&phdr);
	}
	return false;
}

static enum gx_status check_elf(const char *path, int fd, uint64_t size, struct gx_error *err)
{
	static const char recipe[] = "build the gate with cc -shared -fPIC -o gate.so gate.c";
	ElfW(Ehdr) head = {0};
	bool runs_stacks = false;
	ssize_t got = pread(fd, &head, sizeof(head), 0);

	if (got < 0)
		return gx_module_refuse(err, "%s: cannot read the gate: %s", path, strerror(errno));
	if (got < SELFMAG || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
		return gx_module_refuse(err, "%s: not an ELF shared object; %s", path, recipe);
	if (got < EI_NIDENT)
		return gx_module_refuse(err, "%s: a truncated ELF file; %s", path, recipe);
	if (head.e_ident[EI_CLASS] != GX_MODULE_CLASS || head.e_ident[EI_DATA] != GX_MODULE_DATA ||
	    head.e_machine != GX_MODULE_MACHINE)
		return gx_module_refuse(
			err, "%s: an ELF file for another machine (%s-bit, e_machine %u); build the gate for this one",
			path, head.e_ident[EI_CLASS] == ELFCLASS32 ? "32" : "64", head.e_machine);
	if (got < (ssize_t)sizeof(head))
		return gx_module_refuse(err, "%s: a truncated ELF file; %s", path, recipe);
	if (head.e_type != ET_DYN)
		return gx_module_refuse(err, "%s: an ELF file, but no shared object; %s", path, recipe);
	if (is_truncated(fd, &head, size, &runs_stacks))
		return gx_module_refuse(err, "%s: a truncated ELF file; %s", path, recipe);
	if (runs_stacks)
		return gx_module_refuse(err, "%s: asks for executable stacks, which gatecrash does not have; %s", path,
					gx_module_stacks_advice);
	return GX_OK;
}

enum gx_status gx_module_check_file(const char *path, struct gx_error *err)
{
	enum gx_status rc;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO without a writer must not block */

	if (fd < 0)
		return gx_module_refuse(err, "%s: cannot open the gate: %s", path, strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		rc = gx_module_refuse(err, "%s: not a regular file; a gate is a shared object (cc -shared -fPIC ...)",
				      path);
	else
		rc = check_elf(path, fd, (uint64_t)st.st_size, err);
	close(fd);
	return rc;
}
