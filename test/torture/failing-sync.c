/*
 * Preloaded into wallet-core (LD_PRELOAD), this is a disk that cannot sync: while the file FAILING_SYNC_WHEN exists, each
 * fsync of a file whose path ends in FAILING_SYNC_OF fails with EIO. Whether what was written before it will be on the
 * disk nobody knows then: here it stays in the file.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_meant(int fd) {
  const char *of = getenv("FAILING_SYNC_OF");
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  ssize_t end = of ? (ssize_t)strlen(of) : 0;
  return end > 0 && length > end && strncmp(path + length - end, of, end) == 0;
}

static int fails(int fd) {
  const char *when = getenv("FAILING_SYNC_WHEN");
  return when && access(when, F_OK) == 0 && is_meant(fd);
}

static int sync_or_fail(const char *name, int fd) {
  if (fails(fd)) {
    errno = EIO;
    return -1;
  }
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return real(fd);
}

int fsync(int fd) { return sync_or_fail("fsync", fd); }
int fdatasync(int fd) { return sync_or_fail("fdatasync", fd); }
