"""Codecs by name and by content."""

import pickle
import subprocess
import sys
from dataclasses import fields

import pytest

from beholder.codecs.registry import CODECS, codec_of_file, codecs_with_option, find_codec, recognised_codec
from beholder.errors import InputError, UsageError
from tests.jpeg.containers import jpeg
from tests.learned.files import bhd_file, header_of

FILES = {"jpeg": jpeg(), "learned": bhd_file(header_of(30, 20))}


@pytest.mark.parametrize("name", CODECS)
def test_codecs_are_values_that_travel(name: str) -> None:
    codec = find_codec(name)
    assert codec.name == name
    assert pickle.loads(pickle.dumps(codec)) == codec
    assert {"quality", "bpp", "size_bytes", "background", "metadata", "threads"} <= {
        field.name for field in fields(codec.Options)
    }


@pytest.mark.parametrize("name", CODECS)
def test_files_are_told_by_their_content(name: str) -> None:
    codec = codec_of_file(FILES[name], "file")
    assert codec == find_codec(name)
    report = codec.inspect(FILES[name], name="file")
    assert (report.name, report.size_bytes) == ("file", len(FILES[name]))
    assert report.rate_bpp == 8 * len(FILES[name]) / (report.width * report.height)


def test_other_files_are_refused() -> None:
    assert recognised_codec(b"\x89PNG") is None
    with pytest.raises(InputError, match=r"^a.png: not a file of the codecs jpeg \(.jpg\) or learned \(.bhd"):
        codec_of_file(b"\x89PNG", "a.png")
    with pytest.raises(UsageError, match="codec is 'jpg'; it must be one of jpeg, learned"):
        find_codec("jpg")


def test_options_know_their_codecs() -> None:
    assert codecs_with_option("quality") == ("jpeg", "learned")
    assert codecs_with_option("scans") == ("jpeg",)
    assert codecs_with_option("weights") == ("learned",)


def test_names_and_options_take_no_numpy() -> None:
    code = (
        "import sys; from beholder.codecs.registry import CODECS, find_codec; "
        "[find_codec(name).Options() for name in CODECS]; "
        "print({'numpy', 'PIL', 'torch', 'beholder._core'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "set()"
