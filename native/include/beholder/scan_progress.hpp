// Which bits of which coefficients the scans so far have carried: the rules that a script and a file must obey.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "beholder/level_image.hpp"
#include "beholder/scan_script.hpp"

namespace beholder {

class ScanProgress {
 public:
  explicit ScanProgress(int components);

  /// Accounts for one more scan. Throws Error, its message starting with `name`, for a band or point transform that
  /// T.81 G.1.1.1 forbids or that does not follow the scans before.
  void advance(const Scan& scan, bool sequential, const std::string& name);

  /// True when the component's DC levels have been coded, at least coarsely.
  [[nodiscard]] bool is_started(int component) const;

  /// True when every coefficient of the component has been coded down to its last bit.
  [[nodiscard]] bool is_complete(int component) const;

 private:
  std::vector<std::array<int, kBlockSize>> point_transforms_;  // by component; kNotCoded before the first scan
};

}  // namespace beholder
