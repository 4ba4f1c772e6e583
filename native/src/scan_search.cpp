#include "beholder/scan_search.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "beholder/frame.hpp"
#include "beholder/progressive.hpp"
#include "beholder/scan_statistics.hpp"
#include "beholder/sequential.hpp"

namespace beholder {

namespace {

constexpr std::array<int, 5> kSplits{2, 5, 8, 12, 18};  // last position of the lower band; those that mozjpeg tries
constexpr int kNoSplit = 0;
constexpr int kMaxAcPointTransform = 3;
constexpr int kLastPosition = kBlockSize - 1;
constexpr std::uint64_t kTooLarge = std::numeric_limits<std::uint64_t>::max();

std::uint64_t scan_cost(SignificanceMasks& masks, const Scan& scan) {
  return scan_size_bytes(gather_statistics(masks, scan), scan);
}

/// Components as a bit set, the way groups are enumerated.
std::vector<int> members(unsigned group) {
  std::vector<int> components;
  for (int component = 0; component < kMaxComponents; ++component) {
    if ((group >> component & 1) != 0) components.push_back(component);
  }
  return components;
}

struct Grouping {
  std::vector<unsigned> groups;
  std::uint64_t size_bytes = kTooLarge;
};

/// Statistics of one component, alone and interleaved: they do not depend on what it is interleaved with.
struct ComponentStatistics {
  ScanStatistics alone;
  ScanStatistics interleaved;
};

/// The cheapest partition of the components into scans that differ from `scan` in their components alone.
class GroupSearch {
 public:
  GroupSearch(SignificanceMasks& masks, const Scan& scan) : image_(masks.image()), scan_(scan) {
    const bool with_ac = scan.se > 0;
    const int components = static_cast<int>(image_.planes.size());
    for (int component = 0; component < components; ++component) {
      scan_.components = {component};
      ComponentStatistics& statistics = statistics_.emplace_back();
      statistics.alone = gather_statistics(masks, scan_);
      if (components == 1 || !padded(component)) continue;
      statistics.interleaved.dc = {count_dc_first(image_, component, scan.al, true)};
      if (with_ac) statistics.interleaved.ac = {count_sequential_ac(masks, component, true)};
    }
    group_costs_.assign(std::size_t{1} << components, 0);
  }

  [[nodiscard]] Grouping best() {
    const unsigned all = (1u << statistics_.size()) - 1;
    return best_of(all);
  }

 private:
  [[nodiscard]] bool padded(int component) const {
    const std::array<int, 1> alone{component};
    return can_interleave(image_, alone);
  }

  [[nodiscard]] Grouping best_of(unsigned remaining) {
    if (remaining == 0) return {{}, 0};
    const unsigned first = remaining & (~remaining + 1);
    const unsigned rest = remaining & ~first;
    Grouping best;
    // Every subset of the rest may share the scan of the first component.
    for (unsigned partners = rest;; partners = (partners - 1) & rest) {
      const unsigned group = first | partners;
      const std::uint64_t cost = group_cost(group);
      if (cost != kTooLarge) {
        Grouping others = best_of(remaining & ~group);
        if (others.size_bytes != kTooLarge && cost + others.size_bytes < best.size_bytes) {
          others.groups.insert(others.groups.begin(), group);
          best = {others.groups, cost + others.size_bytes};
        }
      }
      if (partners == 0) break;
    }
    return best;
  }

  [[nodiscard]] std::uint64_t group_cost(unsigned group) {
    std::uint64_t& cost = group_costs_[group];
    if (cost != 0) return cost;
    scan_.components = members(group);
    if (scan_.components.size() == 1) {
      cost = scan_size_bytes(statistics_[scan_.components[0]].alone, scan_);
    } else if (!can_interleave(image_, scan_.components)) {
      cost = kTooLarge;
    } else {
      ScanStatistics together;
      for (const int component : scan_.components) {
        const ScanStatistics& part = statistics_[component].interleaved;
        together.dc.insert(together.dc.end(), part.dc.begin(), part.dc.end());
        together.ac.insert(together.ac.end(), part.ac.begin(), part.ac.end());
      }
      cost = scan_size_bytes(together, scan_);
    }
    return cost;
  }

  const LevelImage& image_;
  Scan scan_;
  std::vector<ComponentStatistics> statistics_;
  std::vector<std::uint64_t> group_costs_;  // by set of components, 0 not yet known
};

/// First DC scans at `al` and, where al is 1, their refinement.
ScriptChoice search_dc(SignificanceMasks& masks, int al) {
  const Scan first{{}, 0, 0, 0, al};
  const Grouping grouping = GroupSearch(masks, first).best();
  ScriptChoice choice{{}, grouping.size_bytes};
  for (const unsigned group : grouping.groups) choice.script.push_back({members(group), 0, 0, 0, al});
  if (al == 0) return choice;
  for (const unsigned group : grouping.groups) {
    const Scan refinement{members(group), 0, 0, al, al - 1};
    choice.size_bytes += scan_cost(masks, refinement);
    choice.script.push_back(refinement);
  }
  return choice;
}

/// How one component's AC levels are coded.
struct AcPlan {
  int split = kNoSplit;
  int al = 0;
  std::uint64_t size_bytes = kTooLarge;
};

class AcSearch {
 public:
  AcSearch(SignificanceMasks& masks, int component) : masks_(masks), component_(component) {}

  [[nodiscard]] AcPlan best() {
    AcPlan best{kNoSplit, 0, first_scans(kNoSplit, 0)};
    for (const int split : kSplits) improve(best, {split, 0, first_scans(split, 0)});
    std::uint64_t refinements = 0;
    for (int al = 1; al <= kMaxAcPointTransform; ++al) {
      refinements += scan_cost(masks_, {{component_}, 1, kLastPosition, al, al - 1});
      if (refinements >= best.size_bytes) break;
      const int split_before = best.split;
      bool better = improve(best, {kNoSplit, al, first_scans(kNoSplit, al) + refinements});
      if (split_before != kNoSplit) {
        better |= improve(best, {split_before, al, first_scans(split_before, al) + refinements});
      }
      if (!better) break;
      for (const int split : kSplits) {
        if (split != split_before) improve(best, {split, al, first_scans(split, al) + refinements});
      }
    }
    return best;
  }

 private:
  static bool improve(AcPlan& best, const AcPlan& candidate) {
    if (candidate.size_bytes >= best.size_bytes) return false;
    best = candidate;
    return true;
  }

  [[nodiscard]] std::uint64_t first_scans(int split, int al) {
    if (split == kNoSplit) return scan_cost(masks_, {{component_}, 1, kLastPosition, 0, al});
    return scan_cost(masks_, {{component_}, 1, split, 0, al}) +
           scan_cost(masks_, {{component_}, split + 1, kLastPosition, 0, al});
  }

  SignificanceMasks& masks_;
  int component_;
};

}  // namespace

ScriptChoice search_sequential_script(SignificanceMasks& masks) {
  const Grouping grouping = GroupSearch(masks, Scan{}).best();
  ScriptChoice choice{{}, grouping.size_bytes};
  for (const unsigned group : grouping.groups) {
    Scan scan;
    scan.components = members(group);
    choice.script.push_back(scan);
  }
  return choice;
}

ScriptChoice search_progressive_script(SignificanceMasks& masks) {
  ScriptChoice choice = search_dc(masks, 0);
  if (ScriptChoice refined = search_dc(masks, 1); refined.size_bytes < choice.size_bytes) choice = refined;

  // Lower bands of all components come first, then upper bands, then refinements from coarse to fine, so that a
  // viewer that draws while it loads sees the picture grow evenly.
  const int components = static_cast<int>(masks.image().planes.size());
  std::vector<AcPlan> plans;
  for (int component = 0; component < components; ++component) {
    plans.push_back(AcSearch(masks, component).best());
    choice.size_bytes += plans.back().size_bytes;
    const AcPlan& plan = plans.back();
    const int se = plan.split == kNoSplit ? kLastPosition : plan.split;
    choice.script.push_back({{component}, 1, se, 0, plan.al});
  }
  for (int component = 0; component < components; ++component) {
    const AcPlan& plan = plans[component];
    if (plan.split == kNoSplit) continue;
    choice.script.push_back({{component}, plan.split + 1, kLastPosition, 0, plan.al});
  }
  for (int ah = kMaxAcPointTransform; ah > 0; --ah) {
    for (int component = 0; component < components; ++component) {
      if (plans[component].al >= ah) choice.script.push_back({{component}, 1, kLastPosition, ah, ah - 1});
    }
  }
  return choice;
}

ScriptChoice search_scan_script(SignificanceMasks& masks) {
  ScriptChoice sequential = search_sequential_script(masks);
  ScriptChoice progressive = search_progressive_script(masks);
  return progressive.size_bytes < sequential.size_bytes ? progressive : sequential;
}

std::uint64_t script_size_bytes(SignificanceMasks& masks, const ScanScript& script) {
  check_script(script, masks.image());
  std::uint64_t total = 0;
  for (const Scan& scan : script) total += scan_cost(masks, scan);
  return total;
}

}  // namespace beholder
