// Where in a picture networks are sensitive, without a network: block weights from the picture's own coefficients.
#pragma once

#include <vector>

#include "picture/coefficients.hpp"
#include "predictor/predictor_network.hpp"

namespace beholder {

/// One positive weight of mean 1 a stored block for every component, the same for any number of threads.
///
/// The network works on cells of about 1/36 of the shorter side, so its time does not grow with the picture; its answer
/// is interpolated to blocks, where two small layers add what the block itself tells.
std::vector<std::vector<float>> predict_block_sensitivity(const PredictorNetwork& network,
                                                          const CoefficientImage& coefficients, int threads);

}  // namespace beholder
