#include "bitstream/scan_statistics.hpp"

#include <numeric>
#include <string>

#include "bitstream/progressive.hpp"
#include "bitstream/sequential.hpp"
#include "picture/frame.hpp"
#include "platform/error.hpp"

namespace beholder {
namespace {

constexpr std::uint64_t kScanHeaderBytes = 8;       // SOS marker, length, count, Ss, Se, AhAl
constexpr std::uint64_t kScanComponentBytes = 2;    // selector and tables
constexpr std::uint64_t kTableSegmentBytes = 4;     // DHT marker and length

void check_dc_counts(const SymbolCounts& counts, int component) {
  for (int category = kMaxDcCategory + 1; category < kSymbols; ++category) {
    if (counts[category] == 0) continue;
    throw Error("component " + std::to_string(component) + ": a DC difference of " + std::to_string(category) +
                " bits; 8-bit JPEG codes differences within +-2047");
  }
}

/// Bits of a class's tables and symbols in a scan.
std::uint64_t class_bits(std::span<const SymbolCounts> counts, int max_tables) {
  std::uint64_t bits = assign_tables(counts, max_tables).cost_bits;
  for (const SymbolCounts& component : counts) bits += appended_bits(component);
  return bits;
}

}  // namespace

int max_tables_of(const Scan& scan) { return scan.se == kBlockSize - 1 && scan.ss == 0 ? 2 : 4; }

ScanStatistics gather_statistics(SignificanceMasks& masks, const Scan& scan) {
  const LevelImage& image = masks.image();
  const bool interleaved = scan.components.size() > 1;
  ScanStatistics statistics;
  if (scan.ss == 0 && scan.ah == 0) {
    for (const int component : scan.components) {
      statistics.dc.push_back(count_dc_first(image, component, scan.al, interleaved));
      check_dc_counts(statistics.dc.back(), component);
    }
  }
  if (scan.ss == 0 && scan.ah != 0) statistics.plain_bits = count_dc_refine_bits(image, scan.components);
  if (scan.ss == 0 && scan.se > 0) {
    for (const int component : scan.components) {
      statistics.ac.push_back(count_sequential_ac(masks, component));
      if (interleaved) {
        statistics.ac.back() = add_counts(statistics.ac.back(), count_padding_ac(masks, component));
      }
    }
  }
  if (scan.ss > 0) {
    const Band band{scan.components[0], scan.ss, scan.se, scan.al};
    if (scan.ah == 0) {
      statistics.ac.push_back(count_ac_first(masks, band));
    } else {
      RefinementCounts counts = count_ac_refine(masks, band);
      statistics.ac.push_back(counts.symbols);
      statistics.plain_bits = counts.correction_bits;
    }
  }
  return statistics;
}

TableAssignment assign_tables(std::span<const SymbolCounts> counts, int max_tables) {
  TableAssignment assignment;
  assignment.table_of_component.resize(counts.size());
  std::iota(assignment.table_of_component.begin(), assignment.table_of_component.end(), 0);
  assignment.counts.assign(counts.begin(), counts.end());
  std::vector<SymbolCounts>& tables = assignment.counts;
  std::vector<std::uint64_t> costs;
  for (const SymbolCounts& table : tables) costs.push_back(optimal_cost_bits(table));
  while (tables.size() > 1) {
    std::int64_t best_change = 0;
    std::size_t best_first = 0;
    std::size_t best_second = 0;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      for (std::size_t j = i + 1; j < tables.size(); ++j) {
        const auto change = static_cast<std::int64_t>(optimal_cost_bits(add_counts(tables[i], tables[j]))) -
                            static_cast<std::int64_t>(costs[i] + costs[j]);
        if (best_second != 0 && change >= best_change) continue;
        best_change = change;
        best_first = i;
        best_second = j;
      }
    }
    if (best_change >= 0 && static_cast<int>(tables.size()) <= max_tables) break;
    tables[best_first] = add_counts(tables[best_first], tables[best_second]);
    costs[best_first] = optimal_cost_bits(tables[best_first]);
    tables.erase(tables.begin() + best_second);
    costs.erase(costs.begin() + best_second);
    for (int& table : assignment.table_of_component) {
      if (table == static_cast<int>(best_second)) table = static_cast<int>(best_first);
      if (table > static_cast<int>(best_second)) --table;
    }
  }
  assignment.cost_bits = std::accumulate(costs.begin(), costs.end(), std::uint64_t{0});
  return assignment;
}

std::uint64_t scan_size_bytes(const ScanStatistics& statistics, const Scan& scan) {
  const int max_tables = max_tables_of(scan);
  const bool has_tables = !statistics.dc.empty() || !statistics.ac.empty();
  const std::uint64_t header =
      kScanHeaderBytes + kScanComponentBytes * scan.components.size() + (has_tables ? kTableSegmentBytes : 0);
  // Tables are whole bytes, so that rounding their bits up together with the data's rounds the data's.
  const std::uint64_t bits =
      class_bits(statistics.dc, max_tables) + class_bits(statistics.ac, max_tables) + statistics.plain_bits;
  return header + (bits + 7) / 8;
}

}  // namespace beholder
