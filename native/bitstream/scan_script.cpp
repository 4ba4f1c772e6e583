#include "bitstream/scan_script.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "bitstream/scan_progress.hpp"
#include "picture/frame.hpp"
#include "platform/error.hpp"

namespace beholder {
namespace {

constexpr int kLastPosition = kBlockSize - 1;

void check_components(const Scan& scan, const LevelImage& image, const std::string& name) {
  if (scan.components.empty()) throw Error(name + "no component");
  int previous = -1;
  for (const int component : scan.components) {
    if (component < 0 || component >= static_cast<int>(image.planes.size())) {
      throw Error(name + "component " + std::to_string(component) + "; the picture has components 0 to " +
                  std::to_string(image.planes.size() - 1));
    }
    if (component <= previous) throw Error(name + "components must be named once, in ascending order");
    previous = component;
  }
  if (scan.components.size() > 1 && !can_interleave(image, scan.components)) {
    throw Error(name + "its components cannot share a scan: at most 10 blocks an MCU are allowed and the planes must "
                       "store the blocks that complete MCUs; give each component its own scan");
  }
}

/// Adds one scan of all components, or one each where they cannot be interleaved.
void add_all_components(ScanScript& script, const LevelImage& image, Scan scan) {
  std::vector<int> all(image.planes.size());
  std::iota(all.begin(), all.end(), 0);
  if (all.size() == 1 || can_interleave(image, all)) {
    scan.components = all;
    script.push_back(scan);
    return;
  }
  for (const int component : all) {
    scan.components = {component};
    script.push_back(scan);
  }
}

}  // namespace

bool is_sequential(const ScanScript& script) {
  return std::all_of(script.begin(), script.end(),
                     [](const Scan& scan) { return scan.ss == 0 && scan.se == kLastPosition; });
}

void check_script(const ScanScript& script, const LevelImage& image, Coverage coverage) {
  if (script.empty()) throw Error("scan script: it has no scan");
  const bool sequential = is_sequential(script);
  const auto order = coverage == Coverage::whole ? ScanProgress::Order::dc_first : ScanProgress::Order::any;
  ScanProgress progress(static_cast<int>(image.planes.size()), order);
  for (std::size_t i = 0; i < script.size(); ++i) {
    const std::string name = "scan script, scan " + std::to_string(i) + ": ";
    check_components(script[i], image, name);
    progress.advance(script[i], sequential, name);
  }
  for (std::size_t component = 0; component < image.planes.size() && coverage == Coverage::whole; ++component) {
    if (progress.is_complete(static_cast<int>(component))) continue;
    throw Error("scan script: component " + std::to_string(component) + " is not coded to its last bit");
  }
}

ScanScript standard_progressive_script(const LevelImage& image) {
  ScanScript script;
  add_all_components(script, image, {{}, 0, 0, 0, 1});
  const int components = static_cast<int>(image.planes.size());
  if (components == 3) {
    script.insert(script.end(), {{{0}, 1, 5, 0, 2}, {{2}, 1, 63, 0, 1}, {{1}, 1, 63, 0, 1}, {{0}, 6, 63, 0, 2},
                                 {{0}, 1, 63, 2, 1}});
    add_all_components(script, image, {{}, 0, 0, 1, 0});
    script.insert(script.end(), {{{2}, 1, 63, 1, 0}, {{1}, 1, 63, 1, 0}, {{0}, 1, 63, 1, 0}});
    return script;
  }
  const auto add_each = [&](int ss, int se, int ah, int al) {
    for (int component = 0; component < components; ++component) script.push_back({{component}, ss, se, ah, al});
  };
  add_each(1, 5, 0, 2);
  add_each(6, 63, 0, 2);
  add_each(1, 63, 2, 1);
  add_all_components(script, image, {{}, 0, 0, 1, 0});
  add_each(1, 63, 1, 0);
  return script;
}

ScanScript standard_sequential_script(const LevelImage& image) {
  ScanScript script;
  add_all_components(script, image, {});
  return script;
}

}  // namespace beholder
