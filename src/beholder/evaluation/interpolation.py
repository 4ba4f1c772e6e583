"""Smooth curves through points: Akima's and the monotone (PCHIP) piecewise cubics, and their integrals."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Method = Literal["akima", "pchip"]


@dataclass(frozen=True)
class PiecewiseCubic:
    """One cubic between each two neighbouring knots.

    Attributes:
        knots: (n,) strictly increasing.
        coefficients: (4, n - 1), constant term first, of powers of the distance from the left knot.
    """

    knots: Values
    coefficients: Values

    def __call__(self, x: float) -> float:
        """The value at `x`, which lies within the knots."""
        piece = self._piece(x)
        distance = x - float(self.knots[piece])
        return float(np.polynomial.polynomial.polyval(distance, self.coefficients[:, piece]))

    def integral(self, lower: float, upper: float) -> float:
        """The integral from `lower` to `upper`, both within the knots."""
        return self._antiderivative(upper) - self._antiderivative(lower)

    def _piece(self, x: float) -> int:
        if not self.knots[0] <= x <= self.knots[-1]:
            raise AssertionError(f"{x} is outside the knots {self.knots[0]} to {self.knots[-1]}")
        return min(int(np.searchsorted(self.knots, x, side="right")) - 1, len(self.knots) - 2)

    def _antiderivative(self, x: float) -> float:
        piece = self._piece(x)
        powers = np.arange(1, 5)
        whole = np.diff(self.knots)[:piece, np.newaxis] ** powers / powers
        last = (x - self.knots[piece]) ** powers / powers
        return float(np.sum(whole.T * self.coefficients[:, :piece]) + last @ self.coefficients[:, piece])


def interpolate(x: Values, y: Values, method: Method) -> PiecewiseCubic:
    """The curve of `method` through the points.

    Args:
        x: (n,) strictly increasing, n of at least 3.
        y: (n,).
        method: "akima" or "pchip".
    """
    slopes_at_knots: dict[str, Callable[[Values, Values], Values]] = {"akima": _akima, "pchip": _pchip}
    widths = np.diff(x)
    slopes = np.diff(y) / widths
    at_knots = slopes_at_knots[method](widths, slopes)
    left, right = at_knots[:-1], at_knots[1:]
    square = (3 * slopes - 2 * left - right) / widths
    cube = (left + right - 2 * slopes) / widths**2
    return PiecewiseCubic(knots=x, coefficients=np.stack([y[:-1], left, square, cube]))


def _akima(widths: Values, slopes: Values) -> Values:
    """Derivatives at the knots; the widths play no part.

    Source: H. Akima, "A new method of interpolation and smooth curve fitting based on local procedures",
        Journal of the ACM 17(4), 1970. Where slopes do not change on either side, the mean of the two
        neighbours, as he has it.
    """
    first, second, *_ = slopes
    *_, last_but_one, last = slopes
    before = [3 * first - 2 * second, 2 * first - second]
    after = [2 * last - last_but_one, 3 * last - 2 * last_but_one]
    extended = np.concatenate([before, slopes, after])
    change = np.abs(np.diff(extended))
    weight_left, weight_right = change[2:], change[:-2]
    total = weight_left + weight_right
    # Below this share of the largest change a quotient would be rounding noise; the threshold of scipy.
    bent = total > 1e-9 * total.max()
    derivatives = (extended[3:] + extended[:-3]) / 2
    weighted = weight_left * extended[1:-2] + weight_right * extended[2:-1]
    derivatives[bent] = weighted[bent] / total[bent]
    return np.asarray(derivatives)


def _pchip(widths: Values, slopes: Values) -> Values:
    """Derivatives at the knots that keep a monotone curve monotone.

    Source: F. Fritsch, J. Butland, "A method for constructing local monotone piecewise cubic interpolants",
        SIAM Journal on Scientific and Statistical Computing 5(2), 1984; ends by the three-point formula of
        C. Moler's "Numerical Computing with MATLAB".
    """
    left, right = slopes[:-1], slopes[1:]
    weight_left = 2 * widths[1:] + widths[:-1]
    weight_right = widths[1:] + 2 * widths[:-1]
    inner = np.zeros(len(left))
    same = np.sign(left) * np.sign(right) > 0
    harmonic = weight_left[same] / left[same] + weight_right[same] / right[same]
    inner[same] = (weight_left + weight_right)[same] / harmonic
    first = _pchip_end(widths[0], widths[1], slopes[0], slopes[1])
    last = _pchip_end(widths[-1], widths[-2], slopes[-1], slopes[-2])
    return np.concatenate([[first], inner, [last]])


def _pchip_end(width: float, next_width: float, slope: float, next_slope: float) -> float:
    derivative = ((2 * width + next_width) * slope - width * next_slope) / (width + next_width)
    if np.sign(derivative) != np.sign(slope):
        return 0.0
    if np.sign(slope) != np.sign(next_slope) and abs(derivative) > 3 * abs(slope):
        return 3 * slope
    return derivative
