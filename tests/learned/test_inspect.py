"""What is told of a file of the learned codec. Needs no torch."""

import io
from pathlib import Path

import pytest

import beholder
from beholder.errors import InputError
from beholder.learned import weight_files
from beholder.learned.inspect import LearnedReport, inspect_learned
from beholder.learned.weight_files import identity_of_weights
from tests.learned.files import IDENTITY, bhd_file, header_of


def test_a_report_has_what_the_header_says() -> None:
    data = bhd_file(
        header_of(1500, 1030, grey=True, observer_dial=7, icc_profile=b"i" * 300, exif=b"e" * 20, xmp=b"")
    )
    assert inspect_learned(data, "a.bhd") == LearnedReport(
        name="a.bhd",
        size_bytes=len(data),
        width=1500,
        height=1030,
        rate_bpp=8 * len(data) / (1500 * 1030),
        grey=True,
        quality=40,
        observer_dial=7,
        identity=IDENTITY.hex(),
        weights=None,
        adapter=None,
        tile_bytes=(4, 8, 12, 16),
        icc_bytes=300,
        exif_bytes=20,
        xmp_bytes=0,
    )


def test_a_file_comes_by_path_or_as_bytes_or_as_stream(tmp_path: Path) -> None:
    data = bhd_file(header_of(30, 20))
    path = tmp_path / "b.bhd"
    path.write_bytes(data)
    for file, name in ((path, str(path)), (data, "bytes"), (io.BytesIO(data), "stream")):
        assert beholder.inspect(file) == inspect_learned(data, name)


def test_a_report_is_told_in_a_line() -> None:
    report = inspect_learned(bhd_file(header_of(1500, 1030)), "a.bhd")
    assert repr(report) == (
        f"LearnedReport(a.bhd, 1500x1030, {report.size_bytes} bytes, {report.rate_bpp:.3f} bpp, "
        f"quality 40, observer human, weights {IDENTITY.hex()}, 4 tiles)"
    )


@pytest.mark.parametrize(("dial", "observer"), [(0, "human"), (77, "0.302"), (255, "machine")])
def test_a_report_says_the_observer(dial: int, observer: str) -> None:
    report = inspect_learned(bhd_file(header_of(30, 20, observer_dial=dial)), "file")
    assert (report.observer, report.observer_dial) == (observer, dial)
    assert f"observer {observer}, " in repr(report)


def test_weights_that_ship_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weight_files, "_folder", lambda: tmp_path)
    (tmp_path / "portrait.safetensors").write_bytes(b"weights")
    own = header_of(30, 20, identity=identity_of_weights(b"weights"))
    assert inspect_learned(bhd_file(own), "file").weights == "portrait"
    assert inspect_learned(bhd_file(header_of(30, 20)), "file").weights is None


def test_files_that_are_none_are_named() -> None:
    with pytest.raises(InputError, match=r"a.jpg: no file of the learned codec; it does not begin with BHD"):
        inspect_learned(b"\xff\xd8\xff", "a.jpg")
    with pytest.raises(InputError, match=r"cut.bhd: cut off in the checksum"):
        inspect_learned(bhd_file(header_of(30, 20))[:-1], "cut.bhd")
