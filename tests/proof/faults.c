/* A file system that records and fails, laid between the program and libc by LD_PRELOAD.
 *
 * For files below POSTERN_FAULTS_UNDER it does two things:
 * - writes every change, sync and name into POSTERN_FAULTS_LOG, in the order in which they happened
 *   in all processes; proof_log.py makes crash images from that. Also there: each "Queued as" that
 *   was sent to a client, at the moment before it was sent.
 * - obeys the rules in POSTERN_FAULTS_RULES, a file that the harness changes while the program
 *   runs: calls fail with an errno, or take their time (proof_faults.py).
 *
 * SQLite's shared memory is mapped and not seen here; a crash makes it anew anyway. Nothing in the
 * program uses io_uring, and the database is not mapped (strace says so). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

enum What { kName, kWrite, kSize, kSync, kSyncFolder, kRemove, kRename, kSaid, kAllocate };
enum Op { kOpWrite = 1, kOpSync = 2, kOpAllocate = 4, kOpCreate = 8, kOpRead = 16, kOpSpace = 32 };
enum { kFiles = 4096, kRules = 8 };

struct Entry {
  char magic[4];
  uint32_t what, length, error;
  uint64_t file, number; /* inode; offset, size, or where the log stood when a sync began */
};
struct Rule {
  uint32_t active, ops;
  int32_t error, skip, times; /* times < 0: for ever */
  uint32_t delay_us, hits;
  char match[36]; /* part of the path; "" for all */
};

static const char* under;
static int log_file = -1;
static struct Rule* rules;
static char* paths[kFiles]; /* of open files below `under` */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name)               \
  static __typeof__(name)* real; \
  if (!real) real = (__typeof__(real))dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
  const char* log = getenv("POSTERN_FAULTS_LOG");
  const char* control = getenv("POSTERN_FAULTS_RULES");
  const char* folder = getenv("POSTERN_FAULTS_UNDER");
  if (log) log_file = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  const int file = control ? open(control, O_RDWR | O_CLOEXEC) : -1;
  if (file >= 0) {
    void* map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (map != MAP_FAILED) rules = map;
    close(file);
  }
  under = folder;
}

static int is_ours(const char* path) {
  if (!under || !path) return 0;
  const size_t length = strlen(under);
  return !strncmp(path, under, length) && !strstr(path, "-shm") && !strstr(path, ".sock");
}

static const char* path_of(int file) {
  return under && file >= 0 && file < kFiles ? paths[file] : NULL;
}

static uint64_t inode_of(int file) {
  struct stat info;
  return fstat(file, &info) == 0 ? info.st_ino : 0;
}

/* From here to unlock(), no other thread or process changes or logs anything. */
static void lock(void) {
  pthread_mutex_lock(&mutex);
  if (log_file >= 0) flock(log_file, LOCK_EX);
}
static void unlock(void) {
  if (log_file >= 0) flock(log_file, LOCK_UN);
  pthread_mutex_unlock(&mutex);
}

static void note(enum What what, uint64_t file, uint64_t number, int error,
                 const struct iovec* data, int count) {
  if (log_file < 0) return;
  struct iovec all[1026];
  struct Entry entry = {"PFL1", what, 0, (uint32_t)error, file, number};
  all[0] = (struct iovec){&entry, sizeof entry};
  for (int i = 0; i < count; ++i) {
    all[i + 1] = data[i];
    entry.length += (uint32_t)data[i].iov_len;
  }
  static __typeof__(writev)* real_writev;
  if (!real_writev) real_writev = (__typeof__(real_writev))dlsym(RTLD_NEXT, "writev");
  const ssize_t wanted = (ssize_t)(sizeof entry + entry.length);
  if (real_writev(log_file, all, count + 1) != wanted) abort(); /* no log, no proof */
}

static void note_text(enum What what, uint64_t file, uint64_t number, int error, const char* text) {
  const struct iovec data = {(void*)text, strlen(text)};
  note(what, file, number, error, &data, 1);
}

/* 0, or the errno with which a rule wants the call to fail; waits if a rule wants that. */
static int fault(enum Op op, const char* path) {
  if (!rules) return 0;
  int error = 0;
  useconds_t delay = 0;
  pthread_mutex_lock(&mutex);
  for (struct Rule* rule = rules; rule < rules + kRules && !error; ++rule) {
    if (!rule->active || !(rule->ops & op) || !strstr(path, rule->match)) continue;
    if (rule->skip > 0 && rule->skip--) continue;
    if (rule->times == 0 || (rule->times > 0 && rule->times-- == 0)) continue;
    ++rule->hits;
    delay += rule->delay_us;
    error = rule->error;
  }
  pthread_mutex_unlock(&mutex);
  if (delay) usleep(delay);  // the slow disk itself: nobody waits for anything here
  return error;
}

static int fail(int error) {
  errno = error;
  return -1;
}

static int opened(int file, const char* path, int is_new) {
  if (file < 0 || file >= kFiles) return file;
  struct stat info;
  if (fstat(file, &info) || !(S_ISREG(info.st_mode) || S_ISDIR(info.st_mode))) return file;
  free(paths[file]);
  paths[file] = strdup(path);
  if (S_ISREG(info.st_mode) && is_new) note_text(kName, info.st_ino, 0, 0, path);
  return file;
}

static int open_with(__typeof__(open)* real, const char* path, int flags, mode_t mode) {
  if (!is_ours(path)) return real(path, flags, mode);
  struct stat info;
  const int error = flags & O_CREAT ? fault(kOpCreate, path) : 0;
  if (error) return fail(error);
  lock();
  const int is_new = (flags & O_CREAT) && stat(path, &info);
  const int file = opened(real(path, flags, mode), path, is_new);
  const int kept = errno;
  unlock();
  errno = kept;
  return file;
}

static mode_t mode_of(int flags, va_list words) {
  return flags & (O_CREAT | O_TMPFILE) ? va_arg(words, mode_t) : 0;
}

int open(const char* path, int flags, ...) {
  REAL(open);
  va_list words;
  va_start(words, flags);
  const mode_t mode = mode_of(flags, words);
  va_end(words);
  return open_with(real, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  REAL(open64);
  va_list words;
  va_start(words, flags);
  const mode_t mode = mode_of(flags, words);
  va_end(words);
  return open_with(real, path, flags, mode);
}
int close(int file) {
  REAL(close);
  if (path_of(file)) {
    pthread_mutex_lock(&mutex);
    free(paths[file]);
    paths[file] = NULL;
    pthread_mutex_unlock(&mutex);
  }
  return real(file);
}

#include "faults_calls.h"
