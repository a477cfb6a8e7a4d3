// Preloaded into Postgres: each flush takes a millisecond longer, as it does on a disk that has to
// write before it answers.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static int flush(const char *name, int descriptor) {
  const struct timespec millisecond = {.tv_nsec = 1000000};
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  nanosleep(&millisecond, NULL);
  return real(descriptor);
}

int fdatasync(int descriptor) { return flush("fdatasync", descriptor); }
int fsync(int descriptor) { return flush("fsync", descriptor); }
