import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import Akima1DInterpolator, PchipInterpolator

from beholder.evaluation.interpolation import interpolate

# Rounded, since slopes next to nothing (5e-324) overflow within scipy's pchip.
HEIGHTS = st.floats(-10, 10).map(lambda value: round(value, 9))
SCIPY = {"akima": Akima1DInterpolator, "pchip": PchipInterpolator}


@pytest.mark.parametrize("method", ["akima", "pchip"])
@given(
    st.lists(st.tuples(st.floats(0.01, 5), HEIGHTS), min_size=3, max_size=20),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_values_and_integrals_are_those_of_scipy(method, steps, start, end):
    x = np.cumsum([width for width, _ in steps])
    y = np.array([value for _, value in steps])
    ours, theirs = interpolate(x, y, method), SCIPY[method](x, y)
    # Rounded, the last place would lie beyond the last knot now and then.
    lower, upper = (min(float(x[0] + share * (x[-1] - x[0])), float(x[-1])) for share in (start, end))
    scale = max(1.0, float(np.abs(theirs.c).max()))
    assert ours(lower) == pytest.approx(float(theirs(lower)), abs=1e-9 * scale)
    assert ours.integral(lower, upper) == pytest.approx(
        float(theirs.integrate(lower, upper)), abs=1e-8 * scale
    )


@pytest.mark.parametrize("method", ["akima", "pchip"])
def test_straight_lines_stay_straight(method):
    x = np.array([0.0, 1.0, 3.0, 4.0])
    curve = interpolate(x, 2 * x + 1, method)
    assert [curve(value) for value in (0, 0.5, 2, 4)] == [1, 2, 5, 9]
    assert curve.integral(0, 4) == pytest.approx(20)


def test_pchip_keeps_a_monotone_curve_monotone():
    x = np.arange(6.0)
    curve = interpolate(x, np.array([0, 0.01, 5, 5.01, 9, 9.0]), "pchip")
    values = [curve(value) for value in np.linspace(0, 5, 300)]
    assert values == sorted(values)


def test_a_value_outside_the_knots_is_our_own_mistake():
    curve = interpolate(np.arange(3.0), np.arange(3.0), "akima")
    with pytest.raises(AssertionError, match="outside the knots"):
        curve(2.5)
