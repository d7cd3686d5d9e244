// What the processor and the system allow code with 128-bit vectors, without an engine: docs/decisions/0008-bounds.md reads from it.
// Usage: cc -O3 -mavx2 -mfma tools/bench/limits.c -o /tmp/limits && /tmp/limits
#include <immintrin.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

static double microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

// Eight sums side by side, so that none waits for the last.
#define EIGHT(step) step(s0) step(s1) step(s2) step(s3) step(s4) step(s5) step(s6) step(s7)
#define FUSED(s) __asm__ volatile("vfmadd231ps %1, %2, %0" : "+x"(s) : "x"(x), "x"(y));
#define APART(s) __asm__ volatile("vmulps %2, %3, %1\n\tvaddps %1, %0, %0" : "+x"(s), "=&x"(t) : "x"(x), "x"(y));
#define RATE(name, step)                                                                                  \
  {                                                                                                       \
    const double start = microseconds();                                                                  \
    for (int i = 0; i < 20000000; i++) { EIGHT(step) }                                                    \
    printf(name ": %.1f GFLOP/s\n", 20000000.0 * 8 * 8 / (microseconds() - start) / 1e3);                \
  }

int main(void) {
  const __m128 x = _mm_set1_ps(1.0001f), y = _mm_set1_ps(1e-7f);
  __m128 s0 = x, s1 = x, s2 = x, s3 = x, s4 = x, s5 = x, s6 = x, s7 = x, t;
  RATE("multiplications and additions", APART)
  RATE("fused multiplications and additions", FUSED)

  __m128 root, quotient;
  double start = microseconds();
  for (int i = 0; i < 250000; i++) __asm__ volatile("vsqrtps %2, %0\n\tvdivps %3, %2, %1" : "=&x"(root), "=&x"(quotient) : "x"(x), "x"(y));
  printf("10^6 square roots and divisions: %.0f us\n", microseconds() - start);

  const size_t bytes = 64 << 20, page = 4096;
  char *const fresh = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  start = microseconds();
  for (size_t at = 0; at < bytes; at += page) fresh[at] = 1;
  printf("first touch of a page: %.1f us\n", (microseconds() - start) / (bytes / page));
}
