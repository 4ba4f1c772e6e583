"""What is told of a file, whatever its codec."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, repr=False)
class FileReport:
    """What `beholder inspect` shows of every file; each codec adds its own.

    Attributes:
        name: Path, or what the caller calls the file.
        size_bytes: Of the file.
        width: Pixels.
        height: Pixels.
        rate_bpp: Bits a pixel of the file.
    """

    name: str
    size_bytes: int
    width: int
    height: int
    rate_bpp: float

    def __repr__(self) -> str:
        """Return a line for people."""
        told = (
            f"{self.width}x{self.height}",
            f"{self.size_bytes} bytes",
            f"{self.rate_bpp:.3f} bpp",
            *self.told,
        )
        return f"{type(self).__name__}({self.name}, {', '.join(told)})"

    @property
    def told(self) -> tuple[str, ...]:
        """What `repr` says of the codec's own."""
        return ()
