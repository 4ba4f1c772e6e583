#include "search/quantiser_steps.hpp"

#include <algorithm>
#include <cmath>

namespace beholder {
namespace {

constexpr int kLargestStep = 255;  // 8-bit tables

// Steps that start from a JPEG's own: at least those, and exactly those where nothing coarser fits the coefficients.
constexpr double kNextFit = 1.5;

std::uint16_t rounded_step(double step) {
  return static_cast<std::uint16_t>(std::lround(std::clamp(step, 1.0, static_cast<double>(kLargestStep))));
}

// -1/2..1/2, spread evenly over neighbouring frequencies (multiples of the golden ratio). Without it all steps of a flat
// table grow by 1 at the same scale, where the file loses 2 to 3 % at once, and targets between could not be met.
double dither(int i) {
  const double place = 0.6180339887498949 * (i + 0.5);
  return place - std::floor(place) - 0.5;
}

// The step at the weighted centroid of the coefficients that each level stands for.
double centroid(const SearchOutcome& outcome, int i) { return outcome.product[i] / outcome.level_energy[i]; }

}  // namespace

QuantiserSteps::QuantiserSteps(const std::array<float, kBlockSize>& start, float scale, const QuantTable* source) {
  for (int i = 0; i < kBlockSize; ++i) {
    const double step = static_cast<double>(scale) * start[i];
    pinned[i] = source != nullptr && step < kNextFit * (*source)[i];
    table[i] = rounded_step(pinned[i] ? (*source)[i] : step + dither(i));
  }
}

void QuantiserSteps::move_to_centroids(const SearchOutcome& outcome) {
  for (int i = 0; i < kBlockSize; ++i) {
    if (outcome.level_energy[i] > 0.0 && !pinned[i]) table[i] = rounded_step(centroid(outcome, i));
  }
}

SharedTable share_table(const std::array<const QuantiserSteps*, 2>& steps,
                        const std::array<const SearchOutcome*, 2>& outcomes,
                        const std::array<std::array<float, kBlockSize>, 2>& weights, bool update_steps) {
  SharedTable shared;
  for (int i = 0; i < kBlockSize; ++i) {
    const double level_energy = outcomes[0]->level_energy[i] + outcomes[1]->level_energy[i];
    shared.table[i] = steps[0]->table[i];
    if (level_energy == 0.0) continue;
    if (update_steps && !steps[0]->pinned[i] && !steps[1]->pinned[i]) {
      shared.table[i] = rounded_step((outcomes[0]->product[i] + outcomes[1]->product[i]) / level_energy);
    }
    for (int c = 0; c < 2; ++c) {
      // With levels fixed the error is a parabola in the step, of curvature level_energy about the centroid.
      if (outcomes[c]->level_energy[i] == 0.0) continue;
      const double best = centroid(*outcomes[c], i);
      const double now = steps[c]->table[i] - best;
      const double then = shared.table[i] - best;
      shared.added_error +=
          static_cast<double>(weights[c][i]) * outcomes[c]->level_energy[i] * (then * then - now * now);
    }
  }
  return shared;
}

}  // namespace beholder
