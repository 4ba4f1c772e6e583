// Quantiser steps of the components: where the search starts, and how they follow the levels chosen.
#pragma once

#include <array>

#include "search/level_search.hpp"

namespace beholder {

struct QuantiserSteps {
  QuantTable table{};
  std::array<bool, kBlockSize> pinned{};  // steps that stay

  /// Steps of scale * start, rounded. Those of a JPEG's own table `source`, if not null, are the least, and they are taken
  /// and stay where nothing coarser fits the coefficients.
  QuantiserSteps(const std::array<float, kBlockSize>& start, float scale, const QuantTable* source);

  /// Moves each step that may move to the weighted centroid of the coefficients that its levels stand for.
  void move_to_centroids(const SearchOutcome& outcome);
};

/// One table for two components.
struct SharedTable {
  QuantTable table{};
  double added_error = 0.0;  // weighted, over that of the components' own tables
};

/// The table that fits the levels of both components best; where steps may not move, that of the first one.
[[nodiscard]] SharedTable share_table(const std::array<const QuantiserSteps*, 2>& steps,
                                      const std::array<const SearchOutcome*, 2>& outcomes,
                                      const std::array<std::array<float, kBlockSize>, 2>& weights, bool update_steps);

}  // namespace beholder
