#include "bitstream/scan_progress.hpp"

#include <algorithm>

#include "bitstream/significance.hpp"
#include "platform/error.hpp"

namespace beholder {
namespace {

constexpr int kNotCoded = -1;
constexpr int kLastPosition = kBlockSize - 1;

void check_band(const Scan& scan, bool sequential, const std::string& name) {
  const std::string band = "band " + std::to_string(scan.ss) + ".." + std::to_string(scan.se);
  if (sequential) {
    if (scan.ss != 0 || scan.se != kLastPosition) throw Error(name + band + "; a sequential scan carries 0..63");
    if (scan.ah != 0 || scan.al != 0) throw Error(name + "ah and al must be 0 in a sequential scan");
    return;
  }
  if (scan.ss < 0 || scan.se > kLastPosition || scan.ss > scan.se) throw Error(name + band + " is not within 0..63");
  if (scan.ss == 0 && scan.se != 0) throw Error(name + band + " mixes DC and AC, which a progressive scan cannot");
  if (scan.ss > 0 && scan.components.size() != 1) throw Error(name + "an AC scan carries one component");
  if (scan.al < 0 || scan.al > kMaxPointTransform) {
    throw Error(name + "al " + std::to_string(scan.al) + "; 0 to 13 are allowed");
  }
  if (scan.ah != 0 && scan.ah != scan.al + 1) {
    throw Error(name + "ah " + std::to_string(scan.ah) + " with al " + std::to_string(scan.al) +
                "; a refinement adds one bit (ah = al + 1)");
  }
}

}  // namespace

ScanProgress::ScanProgress(int components, Order order) : order_(order), point_transforms_(components) {
  for (auto& component : point_transforms_) component.fill(kNotCoded);
}

bool ScanProgress::advance(const Scan& scan, bool sequential, const std::string& name) {
  check_band(scan, sequential, name);
  bool dc_came_first = true;
  const int expected = scan.ah == 0 ? kNotCoded : scan.ah;
  for (const int component : scan.components) {
    auto& coded = point_transforms_[component];
    if (scan.ss > 0 && coded[0] == kNotCoded) {
      if (order_ == Order::dc_first) throw Error(name + "AC levels come before their component's DC levels");
      dc_came_first = false;
    }
    for (int position = scan.ss; position <= scan.se; ++position) {
      if (coded[position] != expected) {
        throw Error(name + "coefficient " + std::to_string(position) +
                    (coded[position] == kNotCoded
                         ? " has no first scan before this refinement"
                         : " was already coded at al " + std::to_string(coded[position]) + ", which this scan (ah " +
                               std::to_string(scan.ah) + ") does not follow"));
      }
      coded[position] = scan.al;
    }
  }
  return dc_came_first;
}

bool ScanProgress::is_started(int component) const { return point_transforms_[component][0] != kNotCoded; }

bool ScanProgress::is_complete(int component) const {
  const auto& coded = point_transforms_[component];
  return std::all_of(coded.begin(), coded.end(), [](int al) { return al == 0; });
}

}  // namespace beholder
