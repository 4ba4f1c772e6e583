#include "platform/large_memory.hpp"

#ifdef __linux__
#include <sys/mman.h>

#include <cstdlib>
#endif

namespace beholder {

#ifdef __linux__

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
// Smaller blocks are faster from the usual allocator, which keeps them for the next picture.
constexpr std::size_t kFewPages = 2 * kHugePage;

}  // namespace

void* allocate_large(std::size_t size_bytes) {
  if (size_bytes < kFewPages) return ::operator new(size_bytes);
  if (size_bytes > static_cast<std::size_t>(-1) - kHugePage) throw std::bad_alloc();
  const std::size_t whole_pages = (size_bytes + kHugePage - 1) / kHugePage * kHugePage;
  void* memory = std::aligned_alloc(kHugePage, whole_pages);
  if (memory == nullptr) throw std::bad_alloc();
  madvise(memory, size_bytes, MADV_HUGEPAGE);  // advice: where it is refused, small pages serve
  return memory;
}

void free_large(void* memory, std::size_t size_bytes) noexcept {
  if (size_bytes < kFewPages) {
    ::operator delete(memory);
  } else {
    std::free(memory);
  }
}

#else

void* allocate_large(std::size_t size_bytes) { return ::operator new(size_bytes); }

void free_large(void* memory, std::size_t) noexcept { ::operator delete(memory); }

#endif

}  // namespace beholder
