#include "metrics/ssimulacra2_gaussian.hpp"

#include <cmath>
#include <numbers>

namespace beholder::ssimulacra2 {
namespace {

using Triple = std::array<double, 3>;

double dot(const Triple& a, const Triple& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

Triple cross(const Triple& a, const Triple& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

/// Solution of rows * unknown = right, by Cramer's rule.
Triple solve(const std::array<Triple, 3>& rows, const Triple& right) {
  const Triple c0 = cross(rows[1], rows[2]);
  const Triple c1 = cross(rows[2], rows[0]);
  const Triple c2 = cross(rows[0], rows[1]);
  const double determinant = dot(rows[0], c0);
  Triple unknown{};
  for (std::size_t i = 0; i < 3; ++i) {
    unknown[i] = (right[0] * c0[i] + right[1] * c1[i] + right[2] * c2[i]) / determinant;
  }
  return unknown;
}

}  // namespace

RecursiveGaussian make_recursive_gaussian() {
  constexpr double kSigma = 1.5;
  constexpr double kRadius = kGaussianRadius;  // equation 57
  const double quarter = std::numbers::pi / (2.0 * kRadius);
  const Triple omega = {quarter, 3.0 * quarter, 5.0 * quarter};  // table I

  Triple p{};    // equation 37
  Triple r{};    // equation 44
  Triple rho{};  // equation 50
  for (std::size_t k = 0; k < 3; ++k) {
    const double sign = k == 1 ? -1.0 : 1.0;
    p[k] = sign / std::tan(0.5 * omega[k]);
    r[k] = sign * p[k] * p[k] / std::sin(omega[k]);
    rho[k] = std::exp(-0.5 * kSigma * kSigma * omega[k] * omega[k]) / kRadius;
  }
  const double d13 = p[0] * r[1] - r[0] * p[1];  // equation 52
  const double d35 = p[1] * r[2] - r[1] * p[2];
  const double d51 = p[2] * r[0] - r[2] * p[0];
  const Triple zeta = {d35 / d13, d51 / d13, 1.0};
  // Equations 53 to 56: unit sum, the variance of the Gaussian, and the least squares fit of what is left.
  const Triple beta = solve({p, r, zeta}, {1.0, kRadius * kRadius - kSigma * kSigma, dot(zeta, rho)});

  RecursiveGaussian gaussian;
  for (std::size_t k = 0; k < 3; ++k) {
    const double gain = -beta[k] * std::cos(omega[k] * (kRadius + 1.0));  // equation 33
    const double d = -2.0 * std::cos(omega[k]);
    gaussian.input_gain[k] = static_cast<float>(gain);
    gaussian.feedback[k] = static_cast<float>(d);
    // response[j + 1]: what the recursion makes of a unit input after j further steps; response[0] = 0.
    std::array<double, kGaussianUnroll + 2> response = {0.0, 1.0};
    for (std::size_t j = 2; j < response.size(); ++j) response[j] = -d * response[j - 1] - response[j - 2];
    for (std::size_t j = 0; j < kGaussianUnroll; ++j) {
      gaussian.unrolled_input[k][j] = static_cast<float>(response[j + 1] * gain);
      gaussian.unrolled_last[k][j] = static_cast<float>(response[j + 2]);
      gaussian.unrolled_last_but_one[k][j] = static_cast<float>(-response[j + 1]);
    }
  }
  return gaussian;
}

}  // namespace beholder::ssimulacra2
