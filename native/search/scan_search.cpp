#include "search/scan_search.hpp"

#include <array>
#include <limits>
#include <span>
#include <vector>

#include "bitstream/progressive.hpp"
#include "bitstream/scan_statistics.hpp"
#include "bitstream/sequential.hpp"
#include "picture/frame.hpp"
#include "search/split_statistics.hpp"

namespace beholder {
namespace {

constexpr std::array<int, 5> kSplits{2, 5, 8, 12, 18};  // last position of the lower band; those that mozjpeg tries
constexpr int kNoSplit = 0;
constexpr int kMaxAcPointTransform = 3;
constexpr int kLastPosition = kBlockSize - 1;
// A point transform that costs more than this part (1 %) above the best so far is the last one tried; one that costs
// a little more may still be followed by one that costs less.
constexpr std::uint64_t kHopelessFraction = 100;
constexpr std::uint64_t kTooLarge = std::numeric_limits<std::uint64_t>::max();

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

/// Symbols of one component's whole blocks. They do not depend on what it is interleaved with, only on whether it is.
struct ComponentCounts {
  SymbolCounts dc_alone;
  SymbolCounts dc_interleaved;
  SymbolCounts ac_alone;
  SymbolCounts ac_interleaved;
};

std::vector<ComponentCounts> count_components(SignificanceMasks& masks, bool with_ac) {
  const LevelImage& image = masks.image();
  const int components = static_cast<int>(image.planes.size());
  std::vector<ComponentCounts> all(components);
  for (int component = 0; component < components; ++component) {
    ComponentCounts& counts = all[component];
    const std::array<int, 1> alone{component};
    const bool may_interleave = components > 1 && can_interleave(image, alone);
    counts.dc_alone = count_dc_first(image, component, 0, false);
    if (may_interleave) counts.dc_interleaved = count_dc_first(image, component, 0, true);
    if (!with_ac) continue;
    counts.ac_alone = count_sequential_ac(masks, component);
    if (may_interleave) counts.ac_interleaved = add_counts(counts.ac_alone, count_padding_ac(masks, component));
  }
  return all;
}

/// The cheapest partition of the components into scans that differ from `scan` in their components alone.
class GroupSearch {
 public:
  GroupSearch(const LevelImage& image, std::span<const ComponentCounts> counts, const Scan& scan)
      : image_(image), counts_(counts), scan_(scan), group_costs_(std::size_t{1} << counts.size(), 0) {}

  [[nodiscard]] Grouping best() {
    return best_of((1u << counts_.size()) - 1);
  }

 private:
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
    const bool interleaved = scan_.components.size() > 1;
    if (interleaved && !can_interleave(image_, scan_.components)) {
      cost = kTooLarge;
      return cost;
    }
    ScanStatistics statistics;
    for (const int component : scan_.components) {
      const ComponentCounts& counts = counts_[component];
      statistics.dc.push_back(interleaved ? counts.dc_interleaved : counts.dc_alone);
      if (scan_.se > 0) statistics.ac.push_back(interleaved ? counts.ac_interleaved : counts.ac_alone);
    }
    cost = scan_size_bytes(statistics, scan_);
    return cost;
  }

  const LevelImage& image_;
  std::span<const ComponentCounts> counts_;
  Scan scan_;
  std::vector<std::uint64_t> group_costs_;  // by set of components, 0 not yet known
};

/// The best scans of whole blocks (se 63) or of DC levels (se 0).
ScriptChoice search_groups(const LevelImage& image, std::span<const ComponentCounts> counts, int se) {
  const Scan kind{{}, 0, se, 0, 0};
  const Grouping grouping = GroupSearch(image, counts, kind).best();
  ScriptChoice choice{{}, grouping.size_bytes};
  for (const unsigned group : grouping.groups) choice.script.push_back({members(group), 0, se, 0, 0});
  return choice;
}

/// How one component's AC levels are coded.
struct AcPlan {
  int split = kNoSplit;
  int al = 0;
  std::uint64_t size_bytes = kTooLarge;
};

std::uint64_t ac_scan_size(const SymbolCounts& counts, const Scan& scan) {
  ScanStatistics statistics;
  statistics.ac = {counts};
  return scan_size_bytes(statistics, scan);
}

AcPlan search_ac(SignificanceMasks& masks, int component) {
  AcPlan best;
  std::uint64_t refinements = 0;
  for (int al = 0; al <= kMaxAcPointTransform; ++al) {
    if (al > 0) {
      const Scan refinement{{component}, 1, kLastPosition, al, al - 1};
      refinements += scan_size_bytes(gather_statistics(masks, refinement), refinement);
    }
    if (refinements >= best.size_bytes) break;
    const Scan first{{component}, 1, kLastPosition, 0, al};
    const FirstScanCounts counts = count_first_scans(masks, component, al, kSplits);
    AcPlan best_here{kNoSplit, al, refinements + ac_scan_size(counts.whole, first)};
    for (std::size_t i = 0; i < kSplits.size(); ++i) {
      const std::uint64_t size = refinements + ac_scan_size(counts.splits[i].lower, first) +
                                 ac_scan_size(counts.splits[i].upper, first);
      if (size < best_here.size_bytes) best_here = {kSplits[i], al, size};
    }
    if (best_here.size_bytes > best.size_bytes + best.size_bytes / kHopelessFraction) break;
    if (best_here.size_bytes < best.size_bytes) best = best_here;
  }
  return best;
}

ScriptChoice search_progressive(SignificanceMasks& masks, std::span<const ComponentCounts> counts) {
  ScriptChoice choice = search_groups(masks.image(), counts, 0);

  // Lower bands of all components come first, then upper bands, then refinements from coarse to fine, so that a
  // viewer that draws while it loads sees the picture grow evenly.
  const int components = static_cast<int>(masks.image().planes.size());
  std::vector<AcPlan> plans;
  for (int component = 0; component < components; ++component) {
    plans.push_back(search_ac(masks, component));
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

}  // namespace

ScriptChoice search_script(SignificanceMasks& masks, ScanMode mode) {
  const std::vector<ComponentCounts> counts = count_components(masks, mode != ScanMode::progressive);
  if (mode == ScanMode::progressive) return search_progressive(masks, counts);
  ScriptChoice sequential = search_groups(masks.image(), counts, kLastPosition);
  if (mode == ScanMode::sequential) return sequential;
  ScriptChoice progressive = search_progressive(masks, counts);
  return progressive.size_bytes < sequential.size_bytes ? progressive : sequential;
}

std::uint64_t script_size_bytes(SignificanceMasks& masks, const ScanScript& script) {
  check_script(script, masks.image());
  std::uint64_t total = 0;
  for (const Scan& scan : script) total += scan_size_bytes(gather_statistics(masks, scan), scan);
  return total;
}

}  // namespace beholder
