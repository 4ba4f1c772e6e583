// Levels of least weighted error plus rate, given quantiser steps and symbol costs.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "picture/coefficients.hpp"
#include "picture/level_image.hpp"
#include "search/rate_model.hpp"

namespace beholder {

/// The positions first..last (zigzag, 1..63) of one scan and what its symbols cost.
struct AcBand {
  int first = 1;
  int last = kBlockSize - 1;
  AcRates rates;
};

/// What every block of a component shares.
struct SearchSettings {
  QuantTable table{};
  std::array<float, kBlockSize> weights{};  // on squared coefficient error, by zigzag position
  float zeroing_surcharge = 0.0F;           // share of a coefficient's energy charged on top when a level >= 1 is zeroed
  std::vector<AcBand> bands;                // ascending, together 1..63
};

/// Sums over blocks from which symbol costs and quantiser steps of the next round follow.
struct SearchOutcome {
  std::vector<SymbolCounts> ac_counts;           // one a band; EOB counted once a block that ends early
  std::array<double, kBlockSize> product{};      // sum of w |C| |K| in coefficient units
  std::array<double, kBlockSize> level_energy{}; // sum of w K^2

  explicit SearchOutcome(std::size_t bands) : ac_counts(bands) {}
  void add(const SearchOutcome& other);
};

/// Chooses the AC levels of `blocks` blocks side by side: for each block and band a shortest path over (run, size)
/// symbols and the end of the block (Yang and Wang, IEEE TIP 2009, section IV), pruned without loss.
///
/// `coefficients` and `levels`: blocks * 64 values in zigzag order; DC levels are left untouched. `block_weights`: one a
/// block, or empty for 1.
void search_ac_levels(const SearchSettings& settings, const std::int16_t* coefficients, int blocks,
                      std::span<const float> block_weights, std::int16_t* levels, SearchOutcome& outcome);

/// Counts the AC symbols of plain quantisation that rounds up from `rounding_point` (0.5: to nearest) of a step.
SymbolCounts count_plain_levels(const QuantTable& table, float rounding_point, const std::int16_t* coefficients,
                                int blocks);

/// Chooses the DC levels of a component by a trellis along the order in which a scan codes its blocks.
///
/// `block_weights`: one a stored block, or empty. AC levels are left untouched.
void search_dc_levels(const CoefficientPlane& coefficients, const SearchSettings& settings, const DcRates& rates,
                      std::span<const float> block_weights, Plane& plane, SearchOutcome& outcome);

/// Sets the DC levels of one row of blocks to the nearest ones.
void round_dc_levels(const CoefficientPlane& coefficients, int row, int step, std::int16_t* levels);

/// Sizes of the DC differences of plain rounding, in the same order.
SymbolCounts count_plain_dc(const CoefficientPlane& coefficients, int step);

}  // namespace beholder
