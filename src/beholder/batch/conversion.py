"""From what kind of files to what other, and how results are named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from beholder.errors import UsageError
from beholder.image.picture_formats import JPEG_SUFFIXES, known_suffixes

LEARNED_SUFFIX = ".bhd"


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
        keeps = self.keeps_suffix and source.suffix.lower() in self.results
        return source if keeps else source.with_suffix(self.suffix)

    def check_suffix(self, output: str) -> None:
        """Refuse a result that is named like something else.

        Raises:
            UsageError: Says how to name it.
        """
        if Path(output).suffix.lower() in self.results:
            return
        names = f"{output}{self.suffix} (a file) or {output}/ (a folder)"
        if is_named_like_picture(output):
            names = str(Path(output).with_suffix(self.suffix))
        is_learned = output.lower().endswith(LEARNED_SUFFIX)
        hint = f"; {LEARNED_SUFFIX} files are made with --codec learned" if is_learned else ""
        raise UsageError(f"{output} is not named like {self.name}; write {names}{hint}")


TO_JPEG = Conversion("a JPEG", None, JPEG_SUFFIXES, ".jpg", keeps_suffix=True)
TO_LEARNED = Conversion("a file of the learned codec", None, frozenset((LEARNED_SUFFIX,)), LEARNED_SUFFIX)
# Results of decoding are without further loss.
TO_PIXELS = Conversion(
    "a picture without loss",
    frozenset((LEARNED_SUFFIX,)),
    frozenset((".png", ".ppm", ".bmp", ".tif", ".tiff")),
    ".png",
)


def is_named_like_picture(path: str) -> bool:
    return Path(path).suffix.lower() in known_suffixes() | {LEARNED_SUFFIX}


