/* Another time of day for the program: the kernel's clock, and an offset that the harness changes
 * while the program runs (overload_clock.py). Only the time of day moves; the clock that timers run
 * by is left alone, as it is when somebody sets a machine's clock. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t* offset; /* seconds */

__attribute__((constructor)) static void begin(void) {
  const char* path = getenv("POSTERN_CLOCK_OFFSET");
  const int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) abort(); /* no clock, no proof */
  void* map = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
  if (map == MAP_FAILED) abort();
  offset = map;
  close(file);
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  static __typeof__(clock_gettime)* real;
  if (!real) real = (__typeof__(real))dlsym(RTLD_NEXT, "clock_gettime");
  const int done = real(clock, now);
  if (!done && offset && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    now->tv_sec += *offset;
  }
  return done;
}
int gettimeofday(struct timeval* now, void* zone) {
  (void)zone;
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}
time_t time(time_t* into) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  if (into) *into = exact.tv_sec;
  return exact.tv_sec;
}
