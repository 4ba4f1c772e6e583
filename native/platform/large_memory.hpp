// Memory for whole planes of a picture, on huge pages where the system lends them.
#pragma once

#include <cstddef>
#include <new>
#include <utility>
#include <vector>

namespace beholder {

/// `size_bytes` of uninitialised memory, to be given back by `free_large`.
///
/// A page of 4 KiB costs a fault when it is first touched, and a picture has tens of thousands of them: a fifth of the
/// time that encoding takes. From some size on the memory is therefore aligned for pages of 2 MiB and Linux asked to use them.
/// Throws std::bad_alloc.
[[nodiscard]] void* allocate_large(std::size_t size_bytes);
void free_large(void* memory, std::size_t size_bytes) noexcept;

/// Lets a std::vector live there. Elements that it grows by without being given a value stay uninitialised.
template <class T>
struct LargeAllocator {
  using value_type = T;

  LargeAllocator() = default;
  template <class Other>
  LargeAllocator(const LargeAllocator<Other>&) {}  // NOLINT: allocators convert into each other

  [[nodiscard]] T* allocate(std::size_t count) {
    if (count > static_cast<std::size_t>(-1) / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(allocate_large(count * sizeof(T)));
  }
  void deallocate(T* values, std::size_t count) noexcept { free_large(values, count * sizeof(T)); }

  template <class Element>
  void construct(Element* place) {
    ::new (static_cast<void*>(place)) Element;
  }
  template <class Element, class First, class... Rest>
  void construct(Element* place, First&& first, Rest&&... rest) {
    ::new (static_cast<void*>(place)) Element(std::forward<First>(first), std::forward<Rest>(rest)...);
  }

  friend bool operator==(const LargeAllocator&, const LargeAllocator&) { return true; }
};

template <class T>
using LargeVector = std::vector<T, LargeAllocator<T>>;

}  // namespace beholder
