// What a reader forgives in a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace beholder {

/// Keeps the first warnings and counts the others: a hostile file could cause millions.
class ReadWarnings {
 public:
  void add(std::string text) {
    if (kept_.size() < kMost) {
      kept_.push_back(std::move(text));
    } else {
      ++further_;
    }
  }

  /// All of them, the last one standing for those that were only counted.
  [[nodiscard]] std::vector<std::string> take() {
    if (further_ > 0) kept_.push_back(std::to_string(further_) + " further faults ignored");
    return std::move(kept_);
  }

 private:
  static constexpr std::size_t kMost = 14;

  std::vector<std::string> kept_;
  std::uint64_t further_ = 0;
};

}  // namespace beholder
