// parallel_for: every piece once, the first exception, and all the work where no thread can be started.
#include "platform/parallel.hpp"

#if defined(__linux__)
#include <sys/resource.h>
#endif

#include <atomic>
#include <cstdio>
#include <stdexcept>
#include <vector>

namespace {

bool does_every_piece_once(int count, int threads) {
  std::vector<std::atomic<int>> done(static_cast<std::size_t>(count));
  beholder::parallel_for(count, threads, [&](int i) { ++done[static_cast<std::size_t>(i)]; });
  for (const std::atomic<int>& times : done) {
    if (times != 1) return false;
  }
  return true;
}

bool rethrows(int threads) {
  try {
    beholder::parallel_for(100, threads, [](int i) {
      if (i == 50) throw std::runtime_error("50");
    });
  } catch (const std::runtime_error&) {
    return true;
  }
  return false;
}

/// All the work is done where the system starts no thread: no mapping can be added, so no stack. Must come first, as the
/// stacks of threads that have ended are used again.
bool works_without_threads() {
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)  // ASan ends the process when it gets no memory
  rlimit before{};
  getrlimit(RLIMIT_AS, &before);
  const rlimit none{1, before.rlim_max};
  setrlimit(RLIMIT_AS, &none);
  const bool done = does_every_piece_once(100, 16);
  setrlimit(RLIMIT_AS, &before);
  return done;
#else
  return true;
#endif
}

}  // namespace

int main() {
  if (!works_without_threads()) {
    std::fprintf(stderr, "where no thread can be started: not each piece once\n");
    return 1;
  }
  for (const int threads : {-1, 0, 1, 2, 3, 1024}) {
    for (const int count : {0, 1, 2, 1000}) {
      if (does_every_piece_once(count, threads)) continue;
      std::fprintf(stderr, "%d pieces on %d threads: not each once\n", count, threads);
      return 1;
    }
    if (!rethrows(threads)) {
      std::fprintf(stderr, "an exception on %d threads is lost\n", threads);
      return 1;
    }
  }
  return 0;
}
