// Threads over independent pieces of work.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

namespace beholder {

/// Threads beyond the processors gain nothing, and each takes memory of its own.
inline int useful_threads(int threads) {
  const unsigned processors = std::thread::hardware_concurrency();  // 0 where nobody knows
  return processors == 0 ? threads : std::min(threads, static_cast<int>(std::min(processors, 1024U)));
}

/// Calls work(i) once for every i in [0, count) on up to `threads` threads; rethrows the first exception. Where the
/// system starts no further thread, those that run do all the work.
///
/// The result must not depend on which thread takes which i, nor on their order.
template <typename Work>
void parallel_for(int count, int threads, const Work& work) {
  const int workers = std::min(useful_threads(threads), count);
  if (workers <= 1) {
    for (int i = 0; i < count; ++i) work(i);
    return;
  }
  std::atomic<int> next{0};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto run = [&] {
    try {
      for (int i = next++; i < count; i = next++) work(i);
    } catch (...) {
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
      next = count;
    }
  };
  std::vector<std::thread> pool;
  pool.reserve(static_cast<std::size_t>(workers - 1));
  try {
    for (int i = 1; i < workers; ++i) pool.emplace_back(run);
  } catch (const std::system_error&) {  // a limit on threads, processes or memory is reached
  } catch (const std::bad_alloc&) {     // so it is told of what a thread keeps of its work
  }
  run();
  for (std::thread& thread : pool) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace beholder
