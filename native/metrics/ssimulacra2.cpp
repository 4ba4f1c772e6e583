#include "metrics/ssimulacra2.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include "metrics/ssimulacra2_error_maps.hpp"
#include "metrics/ssimulacra2_gaussian.hpp"
#include "metrics/ssimulacra2_kernels.hpp"
#include "metrics/ssimulacra2_linear.hpp"

namespace beholder {
namespace {

using ssimulacra2::ErrorMaps;
using ssimulacra2::ErrorNorms;
using ssimulacra2::Kernels;
using ssimulacra2::LinearImage;
using ssimulacra2::RecursiveGaussian;

using RowTriple = std::array<float*, 3>;

constexpr std::size_t kScales = 6;
constexpr std::size_t kComponents = 3;

// Version 2.1's weights, fitted by its author on CID22, TID2013, KADID-10k and KonFiG-IQA. Order: component, scale (a
// line each), mean before 4-norm, structure before added before lost edges.
constexpr std::array<double, 108> kWeights = {
    // X
    0.0, 0.0007376606707406586, 0.0, 0.0, 0.0007793481682867309, 0.0,
    0.0, 0.0004371155730107379, 0.0, 1.1041726426657346, 0.00066284834129271, 0.00015231632783718752,
    0.0, 0.0016406437456599754, 0.0, 1.8422455520539298, 11.441172603757666, 0.0,
    0.0007989109436015163, 0.000176816438078653, 0.0, 1.8787594979546387, 10.94906990605142, 0.0,
    0.0007289346991508072, 0.9677937080626833, 0.0, 0.00014003424285435884, 0.9981766977854967, 0.00031949755934435053,
    0.0004550992113792063, 0.0, 0.0, 0.0013648766163243398, 0.0, 0.0,
    // Y
    0.0, 0.0, 0.0, 7.466890328078848, 0.0, 17.445833984131262,
    0.0006235601634041466, 0.0, 0.0, 6.683678146179332, 0.00037724407979611296, 1.027889937768264,
    225.20515300849274, 0.0, 0.0, 19.213238186143016, 0.0011401524586618361, 0.001237755635509985,
    176.39317598450694, 0.0, 0.0, 24.43300999870476, 0.28520802612117757, 0.0004485436923833408,
    0.0, 0.0, 0.0, 34.77906344483772, 44.835625328877896, 0.0,
    0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
    // B - Y
    0.0, 0.0008680556573291698, 0.0, 0.0, 0.0, 0.0,
    0.0, 0.0005313191874358747, 0.0, 0.00016533814161379112, 0.0, 0.0,
    0.0, 0.0, 0.0, 0.0004179171803251336, 0.0017290828234722833, 0.0,
    0.0020827005846636437, 0.0, 0.0, 8.826982764996862, 23.19243343998926, 0.0,
    95.1080498811086, 0.9863978034400682, 0.9834382792465353, 0.0012286405048278493, 171.2667255897307, 0.9807858872435379,
    0.0, 0.0, 0.0, 0.0005130064588990679, 0.0, 0.00010854057858411537,
};

/// The reference's cubic and power that map the weighted sum of errors to the scale of subjective scores.
double score_of(double weighted_errors) {
  const double error = weighted_errors * 0.9562382616834844;
  const double bent = 2.326765642916932 * error - 0.020884521182843837 * error * error +
                      6.248496625763138e-05 * error * error * error;
  return bent > 0.0 ? 100.0 - 10.0 * std::pow(bent, 0.6276336467831387) : 100.0;
}

/// XYB rows of one picture at one scale after the other; scale 1:1 is read from the bytes, row by row.
class XybScales {
 public:
  XybScales(RgbView image, const Kernels& kernels)
      : image_(image),
        kernels_(kernels),
        linear_of_srgb_(ssimulacra2::make_linear_of_srgb()),
        rows_(static_cast<std::size_t>(image.width) * kComponents) {}

  [[nodiscard]] int width() const { return half_ ? half_->width : image_.width; }
  [[nodiscard]] int height() const { return half_ ? half_->height : image_.height; }

  void to_next_scale() { half_ = half_ ? ssimulacra2::halve(*half_) : ssimulacra2::halve(image_, linear_of_srgb_); }

  void write_row(int y, const RowTriple& xyb) {
    const auto columns = static_cast<std::size_t>(width());
    if (half_) {
      kernels_.xyb_row(half_->row(y), columns, xyb);
      return;
    }
    const RowTriple linear = {rows_.data(), rows_.data() + columns, rows_.data() + 2 * columns};
    ssimulacra2::linear_row(image_, y, linear_of_srgb_, linear);
    kernels_.xyb_row({linear[0], linear[1], linear[2]}, columns, xyb);
  }

 private:
  RgbView image_;
  const Kernels& kernels_;
  std::array<float, 256> linear_of_srgb_;
  std::vector<float> rows_;
  std::optional<LinearImage> half_;  // empty at 1:1
};

std::array<ErrorNorms, kComponents> compare_scale(const Ssimulacra2Reference::Scale& original, XybScales& decoded,
                                                  const RecursiveGaussian& gaussian, const Kernels& kernels) {
  const auto width = static_cast<std::size_t>(original.width);
  std::vector<float> rows(width * kComponents);
  const RowTriple xyb = {rows.data(), rows.data() + width, rows.data() + 2 * width};
  std::array<ErrorMaps, kComponents> maps = {ErrorMaps(original.width, gaussian, kernels),
                                             ErrorMaps(original.width, gaussian, kernels),
                                             ErrorMaps(original.width, gaussian, kernels)};
  for (int y = 0; y < original.height; ++y) {
    decoded.write_row(y, xyb);
    for (std::size_t c = 0; c < kComponents; ++c) {
      maps[c].add_row(original.planes[c].data() + static_cast<std::size_t>(y) * width, xyb[c]);
    }
  }
  return {maps[0].finish(), maps[1].finish(), maps[2].finish()};
}

}  // namespace

Ssimulacra2Reference::Ssimulacra2Reference(RgbView original, Instructions instructions) : instructions_(instructions) {
  original.check(kSsimulacra2MinSide, "SSIMULACRA 2");
  XybScales rows(original, ssimulacra2::kernels_for(instructions));
  while (true) {
    Scale& scale = scales_.emplace_back(Scale{rows.width(), rows.height(), {}});
    const auto width = static_cast<std::size_t>(scale.width);
    for (auto& plane : scale.planes) plane.resize(width * static_cast<std::size_t>(scale.height));
    for (int y = 0; y < scale.height; ++y) {
      const std::size_t offset = static_cast<std::size_t>(y) * width;
      rows.write_row(y, {scale.planes[0].data() + offset, scale.planes[1].data() + offset,
                         scale.planes[2].data() + offset});
    }
    // As in the reference, a scale is the last one when it is itself below 8 pixels a side.
    if (scales_.size() == kScales || scale.width < kSsimulacra2MinSide || scale.height < kSsimulacra2MinSide) return;
    rows.to_next_scale();
  }
}

double Ssimulacra2Reference::score(RgbView decoded) const {
  decoded.check(kSsimulacra2MinSide, "SSIMULACRA 2");
  const Scale& full = scales_.front();
  decoded.check_size_of_original({{}, full.width, full.height});
  const Kernels& kernels = ssimulacra2::kernels_for(instructions_);
  const RecursiveGaussian gaussian = ssimulacra2::make_recursive_gaussian();
  XybScales rows(decoded, kernels);
  std::vector<std::array<ErrorNorms, kComponents>> norms;
  for (std::size_t scale = 0; scale < scales_.size(); ++scale) {
    if (scale > 0) rows.to_next_scale();
    norms.push_back(compare_scale(scales_[scale], rows, gaussian, kernels));
  }
  // A picture too small for 6 scales uses the first weights in sequence, not those of its scales: the reference does so.
  double weighted_errors = 0.0;
  std::size_t next = 0;
  for (std::size_t c = 0; c < kComponents; ++c) {
    for (const auto& scale : norms) {
      const ErrorNorms& error = scale[c];
      for (const double norm : {error.structure.mean, error.added_edges.mean, error.lost_edges.mean,
                                error.structure.fourth, error.added_edges.fourth, error.lost_edges.fourth}) {
        weighted_errors += kWeights[next++] * norm;
      }
    }
  }
  return score_of(weighted_errors);
}

}  // namespace beholder
