/* The calls that change files, sync them, or speak to clients; part of faults.c. */
#pragma once

static ssize_t write_at(int file, const struct iovec* parts, int count, off_t at) {
  static __typeof__(pwritev)* real;
  if (!real) real = (__typeof__(real))dlsym(RTLD_NEXT, "pwritev");
  const char* path = path_of(file);
  if (!path) return real(file, parts, count, at);
  const int error = fault(kOpWrite, path);
  if (error) return fail(error);
  lock();
  note(kWrite, inode_of(file), (uint64_t)at, 0, parts, count);
  const ssize_t done = real(file, parts, count, at);
  unlock();
  return done;
}
ssize_t pwritev(int file, const struct iovec* parts, int count, off_t at) {
  return write_at(file, parts, count, at);
}
ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
  const struct iovec part = {(void*)bytes, size};
  return write_at(file, &part, 1, at);
}
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
  return pwrite(file, bytes, size, at);
}
ssize_t write(int file, const void* bytes, size_t size) {
  REAL(write);
  if (!path_of(file)) return real(file, bytes, size);
  const int error = fault(kOpWrite, path_of(file));
  if (error) return fail(error);
  const struct iovec part = {(void*)bytes, size};
  lock();
  note(kWrite, inode_of(file), (uint64_t)lseek(file, 0, SEEK_CUR), 0, &part, 1);
  const ssize_t done = real(file, bytes, size);
  unlock();
  return done;
}

int ftruncate(int file, off_t size) {
  REAL(ftruncate);
  if (!path_of(file)) return real(file, size);
  const int error = fault(kOpWrite, path_of(file));
  if (error) return fail(error);
  lock();
  note(kSize, inode_of(file), (uint64_t)size, 0, NULL, 0);
  const int done = real(file, size);
  unlock();
  return done;
}
int ftruncate64(int file, off64_t size) { return ftruncate(file, size); }
int truncate(const char* path, off_t size) {
  REAL(truncate);
  struct stat info;
  if (!is_ours(path) || stat(path, &info)) return real(path, size);
  lock();
  note(kSize, info.st_ino, (uint64_t)size, 0, NULL, 0);
  const int done = real(path, size);
  unlock();
  return done;
}
int posix_fallocate(int file, off_t at, off_t size) {
  REAL(posix_fallocate);
  if (!path_of(file)) return real(file, at, size);
  const int error = fault(kOpAllocate, path_of(file));
  if (error) return error;
  lock();
  note(kAllocate, inode_of(file), (uint64_t)(at + size), 0, NULL, 0);
  const int done = real(file, at, size);
  unlock();
  return done;
}

/* What was written before a sync began is on disk when it ends well. When it fails, nobody knows.
 */
static int sync_with(int (*real)(int), int file) {
  const char* path = path_of(file);
  if (!path) return real(file);
  struct stat info, log = {0};
  if (fstat(file, &info)) return -1;
  lock();
  if (log_file >= 0) fstat(log_file, &log);
  char* name = strdup(path);
  unlock();
  const int error = fault(kOpSync, name);
  const int done = error ? fail(error) : real(file);
  const int kept = errno;
  lock();
  if (S_ISDIR(info.st_mode)) {
    note_text(kSyncFolder, 0, (uint64_t)log.st_size, done ? kept : 0, name);
  } else {
    note(kSync, info.st_ino, (uint64_t)log.st_size, done ? kept : 0, NULL, 0);
  }
  unlock();
  free(name);
  errno = kept;
  return done;
}
int fsync(int file) {
  REAL(fsync);
  return sync_with(real, file);
}
int fdatasync(int file) {
  REAL(fdatasync);
  return sync_with(real, file);
}

int unlink(const char* path) {
  REAL(unlink);
  if (!is_ours(path)) return real(path);
  lock();
  const int done = real(path);
  const int kept = errno;
  if (!done) note_text(kRemove, 0, 0, 0, path);
  unlock();
  errno = kept;
  return done;
}
int rename(const char* from, const char* to) {
  REAL(rename);
  if (!is_ours(to)) return real(from, to);
  struct stat info = {0};
  lock();
  const int done = real(from, to);
  const int kept = errno;
  if (!done && !stat(to, &info)) note_text(kRename, info.st_ino, 0, 0, to);
  if (!done) note_text(kRemove, 0, 0, 0, from);
  unlock();
  errno = kept;
  return done;
}

ssize_t preadv(int file, const struct iovec* parts, int count, off_t at) {
  REAL(preadv);
  const int error = path_of(file) ? fault(kOpRead, path_of(file)) : 0;
  return error ? fail(error) : real(file, parts, count, at);
}
int statvfs(const char* path, struct statvfs* info) {
  REAL(statvfs);
  const int done = real(path, info);
  if (!done && is_ours(path) && fault(kOpSpace, path)) info->f_bavail = 0;
  return done;
}

/* The answer that accepts a message counts from the moment before it leaves. */
static void note_answer(const void* bytes, size_t size) {
  if (log_file < 0 || size > 4096 || !memmem(bytes, size, "Queued as ", 10)) return;
  const struct iovec part = {(void*)bytes, size};
  lock();
  note(kSaid, 0, 0, 0, &part, 1);
  unlock();
}
ssize_t send(int file, const void* bytes, size_t size, int flags) {
  REAL(send);
  note_answer(bytes, size);
  return real(file, bytes, size, flags);
}
ssize_t sendmsg(int file, const struct msghdr* message, int flags) {
  REAL(sendmsg);
  for (size_t i = 0; i < message->msg_iovlen; ++i) {
    note_answer(message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
  }
  return real(file, message, flags);
}
