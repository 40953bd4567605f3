/*
 * Preloaded into a process (LD_PRELOAD), this is a clock that somebody sets: the time of day is shifted by the milliseconds
 * in the file that CLOCK_SHIFT names, a 64-bit number that clock.ts changes while the process runs. Clocks that measure how
 * long something takes (CLOCK_MONOTONIC) run on as they do when a real clock is set.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static volatile int64_t *shift_ms;
static int (*real_clock_gettime)(clockid_t, struct timespec *);

static void start(void) {
  real_clock_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  const char *path = getenv("CLOCK_SHIFT");
  int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *shift_ms, PROT_READ, MAP_SHARED, fd, 0);
  if (!real_clock_gettime || mapped == MAP_FAILED) {
    fprintf(stderr, "clock: CLOCK_SHIFT must name a file with a 64-bit number\n");
    abort();
  }
  shift_ms = mapped;
  close(fd);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  pthread_once(&once, start);
  int result = real_clock_gettime(clock, now);
  if (result != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return result;
  int64_t ns = now->tv_nsec + (*shift_ms % 1000) * 1000000;
  now->tv_sec += *shift_ms / 1000 + (ns < 0 ? -1 : ns / 1000000000);
  now->tv_nsec = ns < 0 ? ns + 1000000000 : ns % 1000000000;
  return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec exact;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *into) {
  struct timespec exact;
  if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
  if (into) *into = exact.tv_sec;
  return exact.tv_sec;
}
