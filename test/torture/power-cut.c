/*
 * Preloaded into wallet-core (LD_PRELOAD), this remembers what a disk would forget when the power goes: what was written
 * to the files of one folder and not yet fsynced. power-cut.ts kills the process and then takes from the files what is
 * remembered here, all of it or some.
 *
 * What is modelled
 * - Data: before a write or a truncation is done, the old and the new bytes go to a log of that file (by inode, so that
 *   renaming does not matter). fsync and fdatasync of the file take from its log what was there when they began, once they
 *   have really returned.
 * - Names: that a file was created, removed or renamed is remembered until the folder is fsynced, and not only the file.
 *   What is removed or replaced is kept by a hard link, so that it can come back.
 * - A fuse: when the number in the file "fuse" has been counted down to 0 by operations like these, the process is killed
 *   before the operation is done. So the power can go between any two writes of a commit.
 * - A hold, the second number there: when it has been counted down to 0 by writes into the database of a thread that has
 *   written no WAL, that thread stands still for ever, in the middle of writing the WAL into the database. The third number
 *   becomes the fuse then, which now burns down in the middle of a commit beside that: while the WAL has what is not synced.
 * - What cannot be modelled so, is refused: the process says what it was and aborts.
 * What is not: "-shm" files, which are mapped memory that nobody syncs (power-cut.ts fills them with noise), the entry of
 * the folder itself in its parent, and a disk that lies about having synced.
 *
 * POWER_CUT_FOLDER names the folder, POWER_CUT_LOG an existing folder on the same file system, with the file "fuse".
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS_MAX 65536
#define FILES_MAX 4096
#define FOLDER ((struct file *)-1)

/* What is not synced, and how much was taken from its beginning so far. */
struct log {
  int fd;
  uint64_t taken;
};

/* A file in the folder, and the log of what of it is not synced. */
struct file {
  ino_t inode;
  struct log log;
  int is_database;
};

enum { WRITE = 1, TRUNCATE = 2 };

/* The head of an entry of such a log; the old bytes follow, then the new ones. power-cut.ts reads it. */
struct entry {
  uint32_t type;
  uint32_t old_length;
  uint32_t new_length;
  uint32_t unused;
  uint64_t offset; /* of a truncation: the new size */
  uint64_t old_size;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *folder, *logs;
static size_t folder_length;
static struct file files[FILES_MAX];
static struct log names;
static int files_count, saved_count;
static struct file *fds[FDS_MAX];
static volatile int64_t *fuse, *hold, *fuse_beside;
static struct file *wal;
static int held;
static __thread int writes_wal;

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int), (*real_fdatasync)(int);
static int (*real_unlink)(const char *);
static int (*real_rename)(const char *, const char *);

static void die(const char *what, const char *name) {
  fprintf(stderr, "power-cut: %s (%s): %s\n", what, name, strerror(errno));
  abort();
}

static void *next(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) die("there is no such function", name);
  return found;
}

static void in_logs(char *path, const char *name) {
  if (snprintf(path, PATH_MAX, "%s/%s", logs, name) >= PATH_MAX) die("too long", name);
}

static void start(void) {
  char path[PATH_MAX];
  real_open = next("open");
  real_close = next("close");
  real_write = next("write");
  real_pwrite = next("pwrite");
  real_ftruncate = next("ftruncate");
  real_fsync = next("fsync");
  real_fdatasync = next("fdatasync");
  real_unlink = next("unlink");
  real_rename = next("rename");
  folder = getenv("POWER_CUT_FOLDER");
  logs = getenv("POWER_CUT_LOG");
  if (!folder || !logs) die("POWER_CUT_FOLDER and POWER_CUT_LOG must be set", "environment");
  folder_length = strlen(folder);
  in_logs(path, "names");
  names.fd = real_open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (names.fd < 0) die("cannot be opened", path);
  in_logs(path, "fuse");
  int fd = real_open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) die("cannot be opened", path);
  void *mapped = mmap(NULL, 3 * sizeof *fuse, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) die("cannot be mapped", path);
  fuse = mapped;
  hold = fuse + 1;
  fuse_beside = fuse + 2;
  real_close(fd);
}

static void lock(void) {
  pthread_once(&once, start);
  pthread_mutex_lock(&mutex);
}

/* Returns a result with errno as the real call left it. */
static long unlock(long result) {
  int error = errno;
  pthread_mutex_unlock(&mutex);
  errno = error;
  return result;
}


static int is_named(const char *path, const char *end) {
  size_t length = strlen(path), end_length = strlen(end);
  return length >= end_length && strcmp(path + length - end_length, end) == 0;
}

static int is_inside(const char *path) {
  pthread_once(&once, start);
  if (strncmp(path, folder, folder_length) != 0 || path[folder_length] != '/') return 0;
  return !is_named(path, "-shm");
}

static struct file *file_of(int fd) {
  return fd >= 0 && fd < FDS_MAX ? fds[fd] : NULL;
}

static void append(const struct log *log, const void *bytes, size_t length) {
  for (const char *at = bytes; length > 0;) {
    ssize_t written = real_write(log->fd, at, length);
    if (written < 0) die("cannot be written", "log");
    at += written;
    length -= (size_t)written;
  }
}

/* Where a log ends, counted from where it began. */
static uint64_t end_of(const struct log *log) {
  return log->taken + (uint64_t)lseek(log->fd, 0, SEEK_END);
}

/* Before every operation on what is in the folder. */
static void burn(void) {
  if (*fuse <= 0 || --*fuse > 0) return;
  if (held && end_of(&wal->log) == wal->log.taken) {
    *fuse = 1;
    return;
  }
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* Before a write: stands still for ever if it is the one to be held. */
static void hold_here(const struct file *file) {
  if (file == wal) writes_wal = 1;
  if (!file->is_database || writes_wal || *hold <= 0 || --*hold > 0) return;
  held = 1;
  *fuse = *fuse_beside;
  pthread_mutex_unlock(&mutex);
  for (;;) pause();
}

/* Forgets what a log has before an end that it had. */
static void forget(struct log *log, uint64_t end) {
  /* A sync that began later has ended earlier. */
  if (end <= log->taken) return;
  size_t rest = (size_t)(end_of(log) - end);
  char *later = malloc(rest + 1);
  if (!later || pread(log->fd, later, rest, (off_t)(end - log->taken)) != (ssize_t)rest) die("cannot be read", "log");
  if (real_ftruncate(log->fd, 0) != 0) die("cannot be emptied", "log");
  append(log, later, rest);
  log->taken = end;
  free(later);
}

static void remember_name(const char *what, const char *path, const char *other, const char *saved) {
  char line[4 * PATH_MAX];
  int length = snprintf(line, sizeof line, "%s\t%s\t%s\t%s\n", what, path, other, saved);
  append(&names, line, (size_t)length);
}

/* Keeps what is about to lose its name; an empty text if there is nothing. */
static void save(char *saved, const char *path) {
  saved[0] = 0;
  if (access(path, F_OK) != 0) return;
  char name[32];
  snprintf(name, sizeof name, "saved-%d", saved_count++);
  in_logs(saved, name);
  if (link(path, saved) != 0) die("cannot be linked", path);
}

static struct file *track(int fd) {
  struct stat about;
  if (fstat(fd, &about) != 0) die("cannot be looked at", "fstat");
  for (int index = 0; index < files_count; index++) {
    if (files[index].inode == about.st_ino) return &files[index];
  }
  if (files_count == FILES_MAX) die("too many files", "track");
  char path[PATH_MAX], name[64];
  snprintf(name, sizeof name, "%llu.data", (unsigned long long)about.st_ino);
  in_logs(path, name);
  int log = real_open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0) die("cannot be opened", path);
  files[files_count] = (struct file){about.st_ino, {log, 0}, 0};
  return &files[files_count++];
}

/* Writes down what a write to [offset, offset + length) or a truncation to offset changes. */
static void remember(int fd, struct file *file, uint32_t type, const void *bytes, size_t length, off_t offset) {
  struct stat about;
  if (fstat(fd, &about) != 0) die("cannot be looked at", "fstat");
  off_t end = type == WRITE && offset + (off_t)length < about.st_size ? offset + (off_t)length : about.st_size;
  size_t old_length = end > offset ? (size_t)(end - offset) : 0;
  char *old = malloc(old_length + 1);
  if (!old) die("no memory", "malloc");
  if (pread(fd, old, old_length, offset) != (ssize_t)old_length) die("cannot be read", "pread");
  struct entry entry = {type, (uint32_t)old_length, (uint32_t)length, 0, (uint64_t)offset, (uint64_t)about.st_size};
  append(&file->log, &entry, sizeof entry);
  append(&file->log, old, old_length);
  append(&file->log, bytes, length);
  free(old);
}

static int truncate_to(int fd, struct file *file, off_t size) {
  burn();
  remember(fd, file, TRUNCATE, "", 0, size);
  return real_ftruncate(fd, size);
}

static int open_inside(const char *path, int flags, mode_t mode) {
  lock();
  int is_new = (flags & O_CREAT) && access(path, F_OK) != 0;
  if (is_new) {
    burn();
    remember_name("create", path, "", "");
  }
  /* What is written over must be readable, and a truncation is remembered like any other. */
  int readable = (flags & O_ACCMODE) == O_WRONLY ? (flags & ~O_ACCMODE) | O_RDWR : flags;
  int fd = real_open(path, readable & ~O_TRUNC, mode);
  if (fd < 0) return (int)unlock(fd);
  if (fd >= FDS_MAX) die("too many files", path);
  fds[fd] = track(fd);
  if (is_named(path, "/ledger.db")) fds[fd]->is_database = 1;
  if (is_named(path, "/ledger.db-wal")) wal = fds[fd];
  if ((flags & O_TRUNC) && !is_new) truncate_to(fd, fds[fd], 0);
  return (int)unlock(fd);
}

static int open_any(const char *path, int flags, mode_t mode) {
  if (is_inside(path)) return open_inside(path, flags, mode);
  int fd = real_open(path, flags, mode);
  if (fd >= 0 && fd < FDS_MAX) fds[fd] = strcmp(path, folder) == 0 ? FOLDER : NULL;
  return fd;
}

static mode_t mode_of(int flags, va_list rest) {
  return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}

#define WITH_MODE(flags, result)          \
  va_list rest;                           \
  va_start(rest, flags);                  \
  mode_t mode = mode_of(flags, rest);     \
  va_end(rest);                           \
  return result

int open(const char *path, int flags, ...) { WITH_MODE(flags, open_any(path, flags, mode)); }
int open64(const char *path, int flags, ...) { WITH_MODE(flags, open_any(path, flags | O_LARGEFILE, mode)); }

static int open_at(int directory, const char *path, int flags, mode_t mode) {
  if (directory == AT_FDCWD || path[0] == '/') return open_any(path, flags, mode);
  if (file_of(directory) == FOLDER) die("is not modelled", "openat");
  int (*real_openat)(int, const char *, int, ...) = next("openat");
  int fd = real_openat(directory, path, flags, mode);
  if (fd >= 0 && fd < FDS_MAX) fds[fd] = NULL;
  return fd;
}

int openat(int directory, const char *path, int flags, ...) { WITH_MODE(flags, open_at(directory, path, flags, mode)); }
int openat64(int directory, const char *path, int flags, ...) {
  WITH_MODE(flags, open_at(directory, path, flags | O_LARGEFILE, mode));
}

int close(int fd) {
  pthread_once(&once, start);
  if (fd >= 0 && fd < FDS_MAX) fds[fd] = NULL;
  return real_close(fd);
}

static ssize_t write_at(int fd, struct file *file, const void *bytes, size_t length, off_t offset) {
  lock();
  hold_here(file);
  burn();
  remember(fd, file, WRITE, bytes, length, offset);
  return unlock(real_pwrite(fd, bytes, length, offset));
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
  pthread_once(&once, start);
  struct file *file = file_of(fd);
  return file ? write_at(fd, file, bytes, length, offset) : real_pwrite(fd, bytes, length, offset);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) { return pwrite(fd, bytes, length, offset); }

ssize_t write(int fd, const void *bytes, size_t length) {
  pthread_once(&once, start);
  struct file *file = file_of(fd);
  if (!file) return real_write(fd, bytes, length);
  lock();
  burn();
  int appends = fcntl(fd, F_GETFL) & O_APPEND;
  remember(fd, file, WRITE, bytes, length, lseek(fd, 0, appends ? SEEK_END : SEEK_CUR));
  return unlock(real_write(fd, bytes, length));
}

int ftruncate(int fd, off_t size) {
  pthread_once(&once, start);
  struct file *file = file_of(fd);
  if (!file) return real_ftruncate(fd, size);
  lock();
  return (int)unlock(truncate_to(fd, file, size));
}
int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

static int sync_with(int (*sync)(int), int fd) {
  struct file *file = file_of(fd);
  if (!file) return sync(fd);
  lock();
  burn();
  struct log *log = file == FOLDER ? &names : &file->log;
  uint64_t end = end_of(log);
  pthread_mutex_unlock(&mutex);
  /* Other threads write meanwhile, as they do beside a real sync. */
  int result = sync(fd);
  int error = errno;
  pthread_mutex_lock(&mutex);
  if (result == 0) forget(log, end);
  errno = error;
  return (int)unlock(result);
}

int fsync(int fd) {
  pthread_once(&once, start);
  return sync_with(real_fsync, fd);
}
int fdatasync(int fd) {
  pthread_once(&once, start);
  return sync_with(real_fdatasync, fd);
}

int unlink(const char *path) {
  if (!is_inside(path)) return real_unlink(path);
  char saved[PATH_MAX];
  lock();
  burn();
  save(saved, path);
  if (saved[0]) remember_name("unlink", path, "", saved);
  return (int)unlock(real_unlink(path));
}

int rename(const char *from, const char *to) {
  if (!is_inside(from) && !is_inside(to)) return real_rename(from, to);
  if (!is_inside(from) || !is_inside(to)) die("is not modelled: rename out of the folder or into it", from);
  char saved[PATH_MAX];
  lock();
  burn();
  save(saved, to);
  remember_name("rename", from, to, saved);
  return (int)unlock(real_rename(from, to));
}

/* Other ways to change files: none is used by SQLite or Node on a ledger; if one is, the model must learn it. */
#define REFUSE_FD(type, name, parameters, arguments)                            \
  type name parameters {                                                        \
    if (file_of(fd)) die("is not modelled", #name);                             \
    type(*real) parameters = (type(*) parameters)next(#name);                   \
    return real arguments;                                                      \
  }
#define REFUSE_PATH(type, name, parameters, path, arguments)                    \
  type name parameters {                                                        \
    if (is_inside(path)) die("is not modelled", #name);                         \
    type(*real) parameters = (type(*) parameters)next(#name);                   \
    return real arguments;                                                      \
  }
REFUSE_FD(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
REFUSE_FD(ssize_t, pwritev, (int fd, const struct iovec *parts, int count, off_t offset), (fd, parts, count, offset))
REFUSE_FD(ssize_t, pwritev64, (int fd, const struct iovec *parts, int count, off64_t offset), (fd, parts, count, offset))
REFUSE_FD(int, fallocate, (int fd, int mode, off_t offset, off_t length), (fd, mode, offset, length))
REFUSE_FD(int, fallocate64, (int fd, int mode, off64_t offset, off64_t length), (fd, mode, offset, length))
REFUSE_FD(int, posix_fallocate, (int fd, off_t offset, off_t length), (fd, offset, length))
REFUSE_FD(int, posix_fallocate64, (int fd, off64_t offset, off64_t length), (fd, offset, length))
REFUSE_PATH(int, truncate, (const char *path, off_t size), path, (path, size))
REFUSE_PATH(int, truncate64, (const char *path, off64_t size), path, (path, size))
REFUSE_PATH(int, mkdir, (const char *path, mode_t mode), path, (path, mode))
REFUSE_PATH(int, symlink, (const char *to, const char *path), path, (to, path))
