/*
 * Preloaded into wallet-core (LD_PRELOAD), this is a disk that gets full: files of one folder grow only as long as there is
 * room. full-disk.ts says how much room there is, at any time.
 *
 * What is modelled
 * - What makes a file longer takes room, what makes it shorter gives it back, and so does a file whose last name is
 *   removed. What is overwritten in place needs none.
 * - As on a real disk, a write that meets the end of the room is short, and the next one fails with ENOSPC.
 * - Reserving room (fallocate) fails whole.
 * What is not: blocks and metadata of a file system, a disk that has no room for overwriting (copy on write), and one that
 * finds out only when it syncs.
 *
 * FULL_DISK_FOLDER names the folder, FULL_DISK_ROOM a file outside of it with two 64-bit numbers: the bytes of room that are
 * left, and how often something found none.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct room {
  volatile int64_t left;
  volatile int64_t missed;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *folder;
static size_t folder_length;
static struct room *room;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_unlink)(const char *);

static void die(const char *what, const char *name) {
  fprintf(stderr, "full-disk: %s (%s): %s\n", what, name, strerror(errno));
  abort();
}

static void *next(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) die("there is no such function", name);
  return found;
}

static void start(void) {
  real_write = next("write");
  real_pwrite = next("pwrite");
  real_ftruncate = next("ftruncate");
  real_unlink = next("unlink");
  folder = getenv("FULL_DISK_FOLDER");
  const char *path = getenv("FULL_DISK_ROOM");
  if (!folder || !path) die("FULL_DISK_FOLDER and FULL_DISK_ROOM must be set", "environment");
  folder_length = strlen(folder);
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) die("cannot be opened", path);
  void *mapped = mmap(NULL, sizeof *room, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) die("cannot be mapped", path);
  room = mapped;
  close(fd);
}

static int is_inside(const char *path) {
  pthread_once(&once, start);
  return strncmp(path, folder, folder_length) == 0 && path[folder_length] == '/';
}

static int is_file_inside(int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return is_inside(path);
}

static off_t size_of(int fd) {
  struct stat about;
  if (fstat(fd, &about) != 0) die("cannot be looked at", "fstat");
  return about.st_size;
}

static int no_room(void) {
  room->missed++;
  errno = ENOSPC;
  return -1;
}

/* How many bytes of a write to [offset, offset + length) there is room for. */
static size_t fitting(int fd, size_t length, off_t offset) {
  off_t beyond = offset + (off_t)length - size_of(fd);
  int64_t left = room->left > 0 ? room->left : 0;
  if (beyond <= left) return length;
  return beyond - left < (off_t)length ? length - (size_t)(beyond - left) : 0;
}

/* Returns a result of the real call; what the file has become longer or shorter since is taken from the room. */
static ssize_t account(int fd, off_t before, ssize_t result) {
  int error = errno;
  room->left -= size_of(fd) - before;
  errno = error;
  return result;
}

static ssize_t write_at(int fd, const void *bytes, size_t length, off_t offset) {
  pthread_mutex_lock(&mutex);
  size_t fits = fitting(fd, length, offset);
  off_t before = size_of(fd);
  ssize_t result = fits == 0 && length > 0 ? no_room() : account(fd, before, real_pwrite(fd, bytes, fits, offset));
  pthread_mutex_unlock(&mutex);
  return result;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
  pthread_once(&once, start);
  return is_file_inside(fd) ? write_at(fd, bytes, length, offset) : real_pwrite(fd, bytes, length, offset);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) { return pwrite(fd, bytes, length, offset); }

ssize_t write(int fd, const void *bytes, size_t length) {
  pthread_once(&once, start);
  if (!is_file_inside(fd)) return real_write(fd, bytes, length);
  int appends = fcntl(fd, F_GETFL) & O_APPEND;
  off_t offset = lseek(fd, 0, appends ? SEEK_END : SEEK_CUR);
  pthread_mutex_lock(&mutex);
  size_t fits = fitting(fd, length, offset);
  off_t before = size_of(fd);
  ssize_t result = fits == 0 && length > 0 ? no_room() : account(fd, before, real_write(fd, bytes, fits));
  pthread_mutex_unlock(&mutex);
  return result;
}

/* What a truncation adds is a hole, which needs no room. */
int ftruncate(int fd, off_t size) {
  pthread_once(&once, start);
  if (!is_file_inside(fd)) return real_ftruncate(fd, size);
  pthread_mutex_lock(&mutex);
  off_t before = size_of(fd);
  int result = (int)account(fd, size < before ? before : size, real_ftruncate(fd, size));
  pthread_mutex_unlock(&mutex);
  return result;
}
int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

int unlink(const char *path) {
  struct stat about;
  int counts = is_inside(path) && lstat(path, &about) == 0 && about.st_nlink == 1;
  int result = real_unlink(path);
  if (counts && result == 0) {
    pthread_mutex_lock(&mutex);
    room->left += about.st_size;
    pthread_mutex_unlock(&mutex);
  }
  return result;
}

static int reserve(int fd, off_t end) {
  pthread_mutex_lock(&mutex);
  off_t beyond = end - size_of(fd);
  int result = beyond > 0 && beyond > room->left ? no_room() : 0;
  if (result == 0 && beyond > 0) room->left -= beyond;
  pthread_mutex_unlock(&mutex);
  return result;
}

int posix_fallocate(int fd, off_t offset, off_t length) {
  pthread_once(&once, start);
  int (*real)(int, off_t, off_t) = (int (*)(int, off_t, off_t))next("posix_fallocate");
  return is_file_inside(fd) && reserve(fd, offset + length) != 0 ? ENOSPC : real(fd, offset, length);
}
int posix_fallocate64(int fd, off64_t offset, off64_t length) { return posix_fallocate(fd, offset, length); }

/* Other ways to make a file longer: none is used by SQLite or Node on a ledger; if one is, the model must learn it. */
#define REFUSE(type, name, parameters, arguments)                   \
  type name parameters {                                            \
    pthread_once(&once, start);                                     \
    if (is_file_inside(fd)) die("is not modelled", #name);          \
    type(*real) parameters = (type(*) parameters)next(#name);       \
    return real arguments;                                          \
  }
REFUSE(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
REFUSE(ssize_t, pwritev, (int fd, const struct iovec *parts, int count, off_t offset), (fd, parts, count, offset))
REFUSE(ssize_t, pwritev64, (int fd, const struct iovec *parts, int count, off64_t offset), (fd, parts, count, offset))
REFUSE(int, fallocate, (int fd, int mode, off_t offset, off_t length), (fd, mode, offset, length))
REFUSE(int, fallocate64, (int fd, int mode, off64_t offset, off64_t length), (fd, mode, offset, length))
