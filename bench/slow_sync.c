/* A disk whose syncs take longer: laid between a mail server and libc, it sleeps for DELAY_US
 * microseconds before each. Those of several threads or processes sleep at the same time. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

int fsync(int file) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  usleep(DELAY_US); /* the slow disk itself: nobody waits for anything here */
  return real(file);
}

int fdatasync(int file) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  usleep(DELAY_US);
  return real(file);
}
