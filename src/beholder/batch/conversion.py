"""From what kind of files to what other, and how results are named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from beholder.codecs.codec import Codec
from beholder.codecs.registry import all_codecs
from beholder.errors import UsageError
from beholder.image.picture_formats import known_suffixes, readable_suffixes


@dataclass(frozen=True)
class Conversion:
    """From what kind of files to what other.

    Attributes:
        name: What a result is called in messages.
        sources: Suffixes of files to take from folders; None for those of pictures that can be read here.
        results: Suffixes that results may have.
        suffix: The one that they get when nobody says otherwise.
        keeps_suffix: Whether a source with a suffix of results keeps it, and may be replaced by its result.
    """

    name: str
    sources: frozenset[str] | None
    results: frozenset[str]
    suffix: str
    keeps_suffix: bool = False

    def result_name(self, source: Path) -> Path:
        """Return a source's path with a suffix of results."""
        keeps = self.keeps_suffix and is_named(source, self.results)
        return source if keeps else source.with_suffix(self.suffix)

    def check_suffix(self, output: str) -> None:
        """Refuse a result that is named like something else.

        Raises:
            UsageError: Says how to name it.
        """
        if is_named(output, self.results):
            return
        names = f"{output}{self.suffix} (a file) or {output}/ (a folder)"
        if is_named_like_picture(output):
            names = str(Path(output).with_suffix(self.suffix))
        codec = own_codec(output)
        hint = "" if codec is None else f"; {codec.suffix} files are made with --codec {codec.name}"
        raise UsageError(f"{output} is not named like {self.name}; write {names}{hint}")


def encoding(codec: Codec, *, lossless: bool = False) -> Conversion:
    """Return the conversion of pictures to files of a codec; `lossless`: of such files in folders alone."""
    return Conversion(
        f"a {codec.suffix} file",
        codec.suffixes if lossless else None,
        codec.suffixes,
        codec.suffix,
        keeps_suffix=codec.suffix in readable_suffixes(),
    )


def decoding() -> Conversion:
    """Return the conversion of files that only Beholder reads to pictures without further loss."""
    return Conversion(
        "a picture without loss",
        frozenset().union(*(codec.suffixes for codec in all_codecs())) - readable_suffixes(),
        frozenset((".png", ".ppm", ".bmp", ".tif", ".tiff")),
        ".png",
    )


def is_named(path: str | Path, suffixes: frozenset[str]) -> bool:
    """Return whether a path ends in one of these suffixes, in letters of either case."""
    return Path(path).suffix.lower() in suffixes


def is_named_like_picture(path: str) -> bool:
    """Return whether a path has the suffix of a picture, or of files that only Beholder reads."""
    return is_named(path, known_suffixes()) or own_codec(path) is not None


def own_codec(path: str | Path) -> Codec | None:
    """Return the codec whose suffix a path has, if only Beholder reads such files; None otherwise."""
    if is_named(path, known_suffixes()):
        return None
    return next((codec for codec in all_codecs() if is_named(path, codec.suffixes)), None)
