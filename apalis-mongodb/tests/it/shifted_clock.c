/* Preloaded into a process, it shifts the wall clock that this process sees by as many seconds as
 * stand in the file CLOCK_SHIFT_FILE, which may change at any time. The monotonic clock stays, and
 * so does how long waits last. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *shift;

__attribute__((constructor)) static void map_shift(void) {
    const char *path = getenv("CLOCK_SHIFT_FILE");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *at = mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (at != MAP_FAILED) shift = at;
}

int clock_gettime(clockid_t id, struct timespec *now) {
    int result = syscall(SYS_clock_gettime, id, now);
    if (result == 0 && shift && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        now->tv_sec += *shift;
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *into) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (into) *into = now.tv_sec;
    return now.tv_sec;
}

/* A deadline by the shifted clock, by the monotonic one. Small ones are by that already: some
 * condition variables are made for it. */
static struct timespec monotonic(const struct timespec *deadline) {
    struct timespec steady = *deadline, now, wall;
    if (deadline->tv_sec < 1000000000) return steady;
    clock_gettime(CLOCK_REALTIME, &wall);
    clock_gettime(CLOCK_MONOTONIC, &now);
    steady.tv_sec += now.tv_sec - wall.tv_sec;
    steady.tv_nsec += now.tv_nsec - wall.tv_nsec;
    while (steady.tv_nsec < 0) { steady.tv_nsec += 1000000000; steady.tv_sec--; }
    while (steady.tv_nsec >= 1000000000) { steady.tv_nsec -= 1000000000; steady.tv_sec++; }
    if (steady.tv_sec < 0) steady.tv_sec = steady.tv_nsec = 0;
    return steady;
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict deadline) {
    struct timespec steady = monotonic(deadline);
    return pthread_cond_clockwait(condition, mutex, CLOCK_MONOTONIC, &steady);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict deadline) {
    struct timespec steady = monotonic(deadline);
    return sem_clockwait(semaphore, CLOCK_MONOTONIC, &steady);
}
