"""Mutated files: valid seeds, repeatable damage, and a watcher that notices what goes wrong."""

import argparse
import io
import random
import sys
from pathlib import Path

import pytest
from PIL import Image

from beholder.errors import UnsupportedImageError
from beholder.image.read import read_picture
from benchmarks.robustness.encode_worker import outcome_of
from benchmarks.robustness.mutate import KINDS, REQUESTS_OF, Program, installed_worker, run
from benchmarks.robustness.mutated_avif import avif_files
from benchmarks.robustness.mutated_jpeg import jpeg_files
from benchmarks.robustness.mutated_png import (
    BIT_DEPTHS,
    SIZES,
    join_chunks,
    png_files,
    split_chunks,
    write_png,
)
from benchmarks.robustness.mutated_tiff import tiff_files


def test_seeds_are_valid_and_of_every_kind():
    kinds = set()
    for seed in png_files().seeds:
        with Image.open(io.BytesIO(seed)) as image:
            image.load()
            assert image.size in SIZES
        header = split_chunks(seed)[0][1]
        kinds.add((header[9], header[8], header[12]))
    assert kinds == {(t, d, i) for t, depths in BIT_DEPTHS.items() for d in depths for i in (0, 1)}
    for seed in jpeg_files().seeds:
        with Image.open(io.BytesIO(seed)) as image:
            image.load()


def test_chunks_survive_being_split_and_joined():
    for seed in png_files().seeds:
        assert join_chunks(split_chunks(seed)) == seed
        assert split_chunks(seed[:-1]) == split_chunks(seed)[:-1]


def test_seeds_of_tiff_and_avif_are_read_or_refused_by_kind():
    for files, least in ((tiff_files(), 27), (avif_files(), 8)):
        read = 0
        for seed in files.seeds:
            try:
                read += read_picture(seed, background=(255, 255, 255)).pixels.size > 0
            except UnsupportedImageError:
                continue
        assert read >= least


@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff", "avif"])
def test_damage_is_repeatable_and_varied(kind):
    files = KINDS[kind]()
    first, second = ([files.mutate(rng) for _ in range(200)] for rng in (random.Random(5), random.Random(5)))
    assert first == second
    assert len(set(first)) > 180
    assert len(set(first) & set(files.seeds)) < 20


def test_outcomes_of_the_encoder():
    file = write_png(random.Random(3), (20, 10), 2, 8, metadata=True)
    assert outcome_of(file, {"background": "#fff"}) == "encoded"
    assert outcome_of(file[:-30], {}).startswith("refused: bytes: damaged or truncated picture")
    assert outcome_of(file, {"quality": 500}).startswith("failed: UsageError: quality is 500")


def limits(folder: Path, **changed: float) -> argparse.Namespace:
    values = {"files": 3, "seed": 0, "seconds": 20.0, "megabytes": 1024.0, **changed}
    return argparse.Namespace(**values, keep=folder / "kept")


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        ("import sys; [print(0.1, 50.0, 'encoded', flush=True) for line in sys.stdin]", None),
        ("import sys; sys.stdin.readline(); sys.exit('ERROR: AddressSanitizer')", "AddressSanitizer"),
        ("import sys; list(sys.stdin)", "no answer within 0.5 s"),
        ("import sys; [print(0.1, 2000.0, 'encoded', flush=True) for line in sys.stdin]", "2000 MB"),
        ("import sys; [print(0.1, 50.0, 'failed: KeyError', flush=True) for line in sys.stdin]", "KeyError"),
    ],
    ids=["well", "crash", "hang", "memory", "exception"],
)
def test_the_watcher_notices(tmp_path, program, problem):
    seconds = 0.5 if problem is not None and "0.5" in problem else 20.0
    watched = Program([sys.executable, "-c", program], {}, seconds)
    report = run(watched, jpeg_files(), [{}], limits(tmp_path))
    assert report.files == 3
    if problem is None:
        assert report.failures == []
    else:
        assert len(report.failures) == 3
        assert all(problem in failure for failure in report.failures)
        assert len(list((tmp_path / "kept").iterdir())) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="the worker limits its address space by /proc")
@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff", "avif"])
def test_mutated_files_in_the_installed_module(tmp_path, kind):
    bounds = limits(tmp_path, files=120)
    report = run(installed_worker(bounds), KINDS[kind](), REQUESTS_OF[kind], bounds)
    assert report.failures == []
    assert report.outcomes["encoded"] > 10
    assert report.outcomes["refused"] > 10
