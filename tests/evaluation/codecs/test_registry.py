"""Codecs by name, and those that are not on this machine."""

from pathlib import Path

import pytest

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs import heic, mozjpeg, pillow, vvc
from beholder.evaluation.codecs.registry import all_codecs, find_codec


def absent(name: str) -> Absent:
    found = find_codec(name)
    assert isinstance(found, Absent)
    assert found.name == name
    assert str(found).startswith(f"{name}: not there, ")
    return found


def test_the_list_gives_each_its_own_name() -> None:
    for name, codec in all_codecs().items():
        assert codec.name == name


@pytest.mark.parametrize("name", ["jpg", "jpeg:422", "mozjpeg:", "learnt", ""])
def test_unknown_names(name: str) -> None:
    with pytest.raises(UsageError, match=r"unknown codec .*known are jpeg, .*beholder:OBSERVER"):
        find_codec(name)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("mozjpeg:flat", "set BEHOLDER_CJPEG"),
        ("jpegli", "set BEHOLDER_CJPEGLI"),
        ("bpg", "set BEHOLDER_BPGENC and BEHOLDER_BPGDEC"),
    ],
)
def test_without_the_program(name: str, remedy: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for variable in ("BEHOLDER_CJPEG", "BEHOLDER_CJPEGLI", "BEHOLDER_BPGENC", "BEHOLDER_BPGDEC"):
        monkeypatch.delenv(variable, raising=False)
    assert remedy in absent(name).install


def test_without_packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for variable in ("BEHOLDER_CJPEG", "BEHOLDER_FFMPEG", "BEHOLDER_VVENCAPP", "BEHOLDER_VVDECAPP"):
        monkeypatch.delenv(variable, raising=False)
    for module in (heic, pillow, mozjpeg, vvc):
        monkeypatch.setattr(module, "find_spec", lambda name: None)
    assert absent("heic").install == "pip install pillow-heif"
    assert absent("heic:444:psnr").install == "pip install pillow-heif"
    assert absent("jxl").install == "pip install pillow-jxl-plugin"
    assert absent("vvc").install.startswith("pip install imageio-ffmpeg")
    assert absent("mozjpeg").install.startswith("pip install jpeglib")


def test_with_a_pillow_that_links_less(monkeypatch: pytest.MonkeyPatch) -> None:
    for check in ("check_module", "check_codec", "check_feature"):
        monkeypatch.setattr(pillow.features, check, lambda name: False)
    for name in ("avif", "avif:444", "webp", "jpeg", "jpeg:444", "jpeg2000"):
        assert "pip install" in absent(name).install
    assert "11.3" in absent("avif").install
