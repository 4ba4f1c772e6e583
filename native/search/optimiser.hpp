// Levels, Huffman statistics and quantiser steps minimised by turns (docs/jpeg.md).
#pragma once

#include <array>
#include <vector>

#include "bitstream/scan_script.hpp"
#include "picture/coefficients.hpp"
#include "picture/frame.hpp"
#include "picture/level_image.hpp"

namespace beholder {

/// Frequency tables of up to four components, zigzag order.
using FrequencyTables = std::array<std::array<float, kBlockSize>, kMaxComponents>;

/// Weights on squared DCT error: frequency[c][i] * blocks[c][b].
struct Sensitivity {
  FrequencyTables frequency{};
  /// blocks[c]: one weight a stored block of component c in raster order, or empty for 1.
  std::vector<std::vector<float>> blocks;
};

struct OptimiserOptions {
  FrequencyTables start_steps{};  // quantiser steps at scale 1; the search starts from scale * start_steps, rounded
  float lambda_ratio = 0.1F;      // lambda = lambda_ratio * scale^2
  float zeroing_surcharge = 0.0F;
  int rounds = 2;                   // of levels, symbol costs, steps; one more where progressive scans are written
  bool update_steps = true;         // false: steps stay at scale * start_steps
  /// Steps that the coefficients are multiples of (one table a component), or empty. A start below one and a half of
  /// such a step becomes that step and stays: between it and twice it no step fits the coefficients.
  std::vector<QuantTable> source_steps;
  ScanMode mode = ScanMode::smallest;
  int threads = 1;
};

/// What the turns arrive at.
struct OptimisedLevels {
  LevelImage image;
  ScanScript script;  // the scans that the last turn reckoned with
};

/// The levels, tables and scans of least weighted error plus lambda times rate that the turns reach from `scale`.
/// Throws Error for numbers that are not finite, a scale of 0 or less, negative prices, no round, steps of 0.
OptimisedLevels optimise_levels(const CoefficientImage& coefficients, const Sensitivity& sensitivity, float scale,
                           const OptimiserOptions& options);

/// Sum over components, blocks of the picture and frequencies of frequency[c][i] * (C - Q K)^2; block weights do not count.
double weighted_error(const CoefficientImage& coefficients, const LevelImage& levels, const FrequencyTables& frequency,
                      int threads);

}  // namespace beholder
