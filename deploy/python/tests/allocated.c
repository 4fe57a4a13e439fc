/* Counts what libtorch allocates on the CPU, all of it by posix_memalign, and writes the peak to $ALLOCATED_PEAK when the process ends.
   cc -shared -fPIC -O2 -o allocated.so allocated.c -ldl -lpthread */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SLOTS (1 << 20)

static void *slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long now, peak;

static int (*real_memalign)(void **, size_t, size_t);
static void (*real_free)(void *);

static unsigned slot_of(void *block) {
  unsigned slot = (unsigned)(((uintptr_t)block >> 6) * 2654435761u) % SLOTS;
  while (slots[slot] && slots[slot] != block) slot = (slot + 1) % SLOTS;
  return slot;
}

int posix_memalign(void **block, size_t alignment, size_t size) {
  if (!real_memalign) real_memalign = (int (*)(void **, size_t, size_t))dlsym(RTLD_NEXT, "posix_memalign");
  int failed = real_memalign(block, alignment, size);
  if (!failed && alignment == 64 && size >= 1024) {
    pthread_mutex_lock(&lock);
    slots[slot_of(*block)] = *block;
    now += malloc_usable_size(*block);
    if (now > peak) peak = now;
    pthread_mutex_unlock(&lock);
  }
  return failed;
}

void free(void *block) {
  if (!real_free) real_free = (void (*)(void *))dlsym(RTLD_NEXT, "free");
  if (block) {
    pthread_mutex_lock(&lock);
    unsigned slot = slot_of(block);
    if (slots[slot] == block) {
      now -= malloc_usable_size(block);
      /* those after it move up, so that a search still comes to them */
      for (unsigned next = (slot + 1) % SLOTS; slots[next]; next = (next + 1) % SLOTS) {
        unsigned home = (unsigned)(((uintptr_t)slots[next] >> 6) * 2654435761u) % SLOTS;
        if ((next > slot && (home <= slot || home > next)) || (next < slot && home <= slot && home > next)) {
          slots[slot] = slots[next];
          slot = next;
        }
      }
      slots[slot] = 0;
    }
    pthread_mutex_unlock(&lock);
  }
  real_free(block);
}

__attribute__((destructor)) static void tell(void) {
  char *file = getenv("ALLOCATED_PEAK");
  FILE *out = file && peak ? fopen(file, "a") : 0;
  if (out) {
    fprintf(out, "%ld\n", peak);
    fclose(out);
  }
}
