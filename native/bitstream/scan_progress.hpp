// Which bits of which coefficients the scans so far have carried: the rules that a script and a file must obey.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "bitstream/scan_script.hpp"
#include "picture/level_image.hpp"

namespace beholder {

class ScanProgress {
 public:
  /// Whether AC levels must come behind their component's DC levels, as T.81 asks; decoders take any order.
  enum class Order { dc_first, any };

  explicit ScanProgress(int components, Order order = Order::dc_first);

  /// Accounts for one more scan, and returns whether its component's DC levels have come first. Throws Error, its message
  /// starting with `name`, for a band or point transform that T.81 G.1.1.1 forbids or that does not follow the scans
  /// before.
  bool advance(const Scan& scan, bool sequential, const std::string& name);

  /// True when the component's DC levels have been coded, at least coarsely.
  [[nodiscard]] bool is_started(int component) const;

  /// True when every coefficient of the component has been coded down to its last bit.
  [[nodiscard]] bool is_complete(int component) const;

 private:
  Order order_;
  std::vector<std::array<int, kBlockSize>> point_transforms_;  // by component; kNotCoded before the first scan
};

}  // namespace beholder
