/* A fuzz target without a fuzzer: give it saved inputs, so that what was found once is tested for ever, with any compiler. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	enum { BYTES_MAX = 4 << 20 };
	uint8_t *data = malloc(BYTES_MAX);

	if (!data)
		return 1;
	for (int i = 1; i < argc; i++) {
		FILE *in = fopen(argv[i], "rb");
		size_t size;

		if (!in) {
			perror(argv[i]);
			return 1;
		}
		size = fread(data, 1, BYTES_MAX, in);
		fclose(in);
		LLVMFuzzerTestOneInput(data, size);
	}
	printf("%d saved inputs\n", argc - 1);
	free(data);
	return argc > 1 ? 0 : 1;
}
