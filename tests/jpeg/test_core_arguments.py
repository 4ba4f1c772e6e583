"""What the core refuses to be called with; and threads that the system does not grant."""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from beholder import _core
from beholder._core import CoreError
from tests.jpeg.conftest import build_image
from tests.jpeg.pictures import photograph

PIXELS = photograph(91, 40, 24)
COEFFICIENTS = _core.forward_transform(PIXELS)
GREY = _core.forward_transform(np.ascontiguousarray(PIXELS[..., 0]))
LEVELS = build_image((8, 8), [np.zeros((1, 1, 64), np.int16)], [(1, 1)])
ONES = np.ones((3, 64), np.float32)
NAN, INF = float("nan"), float("inf")


def optimise(scale: float = 10.0, **changes: object) -> object:
    settings: dict = {"weights": ONES, "block_weights": [], "start_steps": ONES, "lambda_ratio": 0.1}
    return _core.optimise_levels(COEFFICIENTS, scale, **(settings | changes))


def mask(**changes: float) -> object:
    settings = {"knee": 100.0, "luma_exponent": 0.5, "chroma_exponent": 0.3, "step_share": 1.0}
    return _core.masking_weights(COEFFICIENTS, **(settings | changes))


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    **{f"scale {value}": (lambda value=value: optimise(value), "scale") for value in (0, -1, NAN, INF)},
    **{
        f"lambda_ratio {value}": (lambda value=value: optimise(lambda_ratio=value), "lambda_ratio")
        for value in (-0.1, NAN, INF, -INF)
    },
    "lambda too large": (lambda: optimise(1e30, lambda_ratio=1e30), "square of the scale"),
    **{
        f"zeroing_surcharge {value}": (
            lambda value=value: optimise(zeroing_surcharge=value),
            "zeroing_surcharge",
        )
        for value in (-0.1, NAN, INF)
    },
    **{f"rounds {n}": (lambda n=n: optimise(rounds=n), "rounds must be") for n in (-4, 0, 101, 2**31 - 1)},
    "source steps of 0": (lambda: optimise(source_steps=[np.zeros(64, np.uint16)] * 3), "source_steps"),
    "source steps of one": (lambda: optimise(source_steps=[np.ones(64, np.uint16)]), "source_steps"),
    "weights of 0": (lambda: optimise(weights=0 * ONES), "positive and finite"),
    "weights of NaN": (lambda: optimise(weights=NAN * ONES), "positive and finite"),
    "steps of infinity": (lambda: optimise(start_steps=INF * ONES), "positive and finite"),
    "weights of two": (lambda: optimise(weights=ONES[:2]), "shape"),
    "no weights": (lambda: optimise(weights=ONES[:, :0]), "shape"),
    "block weights of another shape": (
        lambda: optimise(block_weights=[np.ones((1, 1), np.float32)] * 3),
        "must have shape",
    ),
    "mode": (lambda: optimise(mode="arithmetic"), "scan mode"),
    "no threads": (lambda: optimise(threads=0), "threads must be"),
    "threads of the transform": (lambda: _core.forward_transform(PIXELS, threads=-1), "threads must be"),
    "threads of the sampling error": (
        lambda: _core.chroma_sampling_error(PIXELS, threads=0),
        "threads must be",
    ),
    "threads of masking": (lambda: mask_threads(0), "threads must be"),
    "threads of an error": (
        lambda: _core.weighted_error(GREY, LEVELS, weights=ONES, threads=-3),
        "threads must be",
    ),
    "levels of another size": (
        lambda: _core.weighted_error(GREY, LEVELS, weights=ONES),
        "different sizes",
    ),
    **{
        f"knee {value}": (lambda value=value: mask(knee=value), "knee must be") for value in (0, -1, NAN, INF)
    },
    **{
        f"{name} NaN": (lambda name=name: mask(**{name: NAN}), "exponents and step_share")
        for name in ("luma_exponent", "chroma_exponent", "step_share")
    },
    **{f"stride {n}": (lambda n=n: _core.sample_mcu_rows(GREY, n), "stride") for n in (0, -1)},
    "no picture": (lambda: _core.forward_transform(np.zeros((0, 0, 3), np.uint8)), "65535"),
    "two channels": (lambda: _core.forward_transform(np.zeros((8, 8, 2), np.uint8)), "channels"),
    "subsampling": (lambda: _core.forward_transform(PIXELS, "4:1:1"), "subsampling"),
    "values of another size": (lambda: GREY.with_values([np.zeros((1, 1, 64), np.int16)]), "values"),
    "no scans allowed": (lambda: _core.read_levels(b"\xff\xd8", max_scans=0), "max_scans"),
    "scans below 0": (lambda: _core.read_levels(b"\xff\xd8", max_scans=-1), "max_scans"),
    "counts beyond 64 bits": (
        lambda: _core.optimal_code_lengths(np.full(256, 2**63, np.uint64)),
        "symbol counts",
    ),
    "no file": (lambda: _core.read_levels(b""), "not a JPEG"),
    "density of 0": (lambda: _core.write_jpeg(LEVELS, density=(1, 0, 1)), "density"),
    "Adobe transform": (lambda: _core.write_jpeg(LEVELS, adobe_transform=3), "Adobe transform"),
    "script without a scan": (lambda: _core.write_jpeg(LEVELS, script=[]), "no scan"),
    "script of another picture": (lambda: _core.write_jpeg(LEVELS, script=[_core.Scan([1])]), "component 1"),
    "script that stops early": (
        lambda: _core.write_jpeg(LEVELS, script=[_core.Scan([0], 0, 0)]),
        "not coded to its last bit",
    ),
    "partial script of a wrong band": (
        lambda: _core.write_jpeg(LEVELS, script=[_core.Scan([0], 5, 2, 0, 0)], partial_script=True),
        "band",
    ),
    "size of a script with a negative component": (
        lambda: _core.script_size_bytes(LEVELS, [_core.Scan([-1])]),
        "component -1",
    ),
    "sampling of 0": (
        lambda: build_image((8, 8), [np.zeros((1, 1, 64), np.int16)], [(0, 0)]),
        "sampling factors",
    ),
    "a step of 0": (
        lambda: build_image((8, 8), [np.zeros((1, 1, 64), np.int16)], [(1, 1)], steps=0),
        "step of 0",
    ),
    "no blocks": (lambda: build_image((8, 8), [np.zeros((0, 0, 64), np.int16)], [(1, 1)]), "0 x 0 blocks"),
    "no components": (lambda: _core.LevelImage(8, 8, [], []), "0 components"),
    "no plane": (lambda: _core.LevelImage(8, 8, [None], []), "plane"),  # type: ignore[list-item]
    "a marker that is none": (lambda: _core.MarkerSegment(256, b""), "marker 256"),
}


def mask_threads(threads: int) -> object:
    return _core.masking_weights(
        COEFFICIENTS, knee=1.0, luma_exponent=0.5, chroma_exponent=0.5, step_share=1.0, threads=threads
    )


@pytest.mark.parametrize(("call", "message"), WRONG.values(), ids=WRONG.keys())
def test_wrong_arguments_are_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(CoreError, match=message):
        call()


def test_a_price_of_0_and_one_round_are_taken() -> None:
    image, script = optimise(lambda_ratio=0.0, rounds=1)  # type: ignore[misc]
    assert len(_core.write_jpeg(image, script=script)) > 0


@pytest.mark.skipif(sys.platform != "linux", reason="limits of address space work this way on Linux")
def test_too_many_threads_for_the_memory_are_done_without() -> None:
    code = (
        "import resource, numpy as np; resource.setrlimit(resource.RLIMIT_AS, (2_500_000 * 1024,) * 2)\n"
        "import beholder; pixels = np.arange(3 * 300 * 400, dtype=np.uint32).reshape(300, 400, 3) // 500\n"
        "pixels = pixels.astype(np.uint8)\n"
        "many, one = (beholder.encode(pixels, threads=n).data for n in (1024, 1))\n"
        "assert many == one"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
