"""Collects photographs out of clones of repositories, each once, shrunk so that compression vanishes."""

from __future__ import annotations

import csv
import hashlib
import io
import subprocess
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps
from scipy.fft import dctn

SOURCES = Path(__file__).with_name("sources.csv")
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
SMALLEST_FILE_BYTES = 250_000
LONGER_SIDES = range(900, 1401)  # of what is kept
SMALLEST_SHRINK = 2
WIDEST = 2.5  # longer side over shorter side
MOST_DIFFERENT_BITS = 10  # of copies that were cropped a little, recoloured or compressed; chance gives 32
COLUMNS = ("name", "repository", "commit", "path")


@dataclass(frozen=True)
class Source:
    """A folder of a repository.

    Attributes:
        repository: Owner and name.
        folder: The path's beginning; empty for all.
        use: "training" or "validation"; a repository has one use.
        most: How many photographs are taken at most.
        without: Parts of paths, such as those of drawings, that are left out.
    """

    repository: str
    folder: str
    use: str
    most: int
    without: tuple[str, ...]


def read_sources(file: Path = SOURCES) -> list[Source]:
    """Return the folders that photographs are taken from.

    Raises:
        ValueError: A repository is listed for training and for validation.
    """
    with file.open(newline="") as stream:
        sources = [
            Source(
                row["repository"],
                row["folder"],
                row["use"],
                int(row["most"]),
                tuple(filter(None, row["without"].split(";"))),
            )
            for row in csv.DictReader(stream)
        ]
    uses = {(source.repository, source.use) for source in sources}
    if len(uses) != len({source.repository for source in sources}):
        raise ValueError(f"{file}: a repository is listed for training and for validation")
    return sources


class Clone:
    """A clone of a repository, bare or not, whose files are read without a work tree."""

    def __init__(self, folder: Path) -> None:
        inside = (folder, folder / ".git", folder / "repo", folder / "repo/.git")
        self._git_dir = next((place for place in inside if (place / "HEAD").exists()), None)
        if self._git_dir is None:
            raise FileNotFoundError(f"{folder} is no clone of a git repository; README.md says how to clone")

    @property
    def commit(self) -> str:
        """The commit whose files are read."""
        return self._git("rev-parse", "HEAD").decode().strip()

    def pictures(self, source: Source) -> Iterator[str]:
        """Yield the paths of a source's pictures, sorted by a hash: a cut leaves a mixture."""
        paths = []
        for line in (
            self._git("ls-tree", "-r", "-l", "-z", "HEAD").decode(errors="surrogateescape").split("\0")
        ):
            head, _, path = line.partition("\t")
            size = head.split()[-1] if head else "-"
            if not path.startswith(source.folder) or not path.lower().endswith(SUFFIXES):
                continue
            # A size that is no number belongs to a file that the clone lacks.
            large = size.isdigit() and int(size) >= SMALLEST_FILE_BYTES
            if large and not any(part in path for part in source.without):
                paths.append(path)
        yield from sorted(
            paths, key=lambda path: hashlib.sha256(path.encode(errors="surrogateescape")).digest()
        )

    def read(self, path: str) -> bytes:
        """Return a file's bytes."""
        return self._git("show", f"HEAD:{path}")

    def _git(self, *arguments: str) -> bytes:
        return subprocess.run(
            ["git", "--git-dir", str(self._git_dir), *arguments], check=True, capture_output=True
        ).stdout


def shrink(data: bytes, name: str) -> Image.Image | None:
    """Return a photograph in sRGB, upright, shrunk by 2 or more; None where it is too small or too long.

    The longer side is drawn from `LONGER_SIDES` by the name.

    Raises:
        OSError: No picture, or a damaged one.
    """
    with Image.open(io.BytesIO(data)) as image:
        largest = max(image.size) / SMALLEST_SHRINK
        wanted = LONGER_SIDES[int(hashlib.sha256(name.encode()).hexdigest(), 16) % len(LONGER_SIDES)]
        longer = int(min(largest, wanted))
        if longer < LONGER_SIDES.start or max(image.size) > WIDEST * min(image.size):
            return None
        if image.mode not in {"RGB", "L"}:
            return None  # CMYK, 16 bits, transparency, palettes: rarely photographs
        profile = image.info.get("icc_profile")
        image.draft("RGB", (2 * longer, 2 * longer))
        upright = ImageOps.exif_transpose(image).convert("RGB")
        upright.thumbnail((longer, longer), Image.Resampling.LANCZOS)
        return _to_srgb(upright, profile)


def _to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if own.profile.xcolor_space.strip() == "RGB":
            converted = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"))
            picture = converted or picture
    picture.info.clear()
    return picture


def perceptual_hash(picture: Image.Image) -> int:
    """Return 64 bits that scaling, compression and small changes of colour hardly alter.

    Source: C. Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010,
    section 3.2.

    Args:
        picture: Of any mode and size.
    """
    small = np.asarray(picture.convert("L").resize((32, 32), Image.Resampling.BOX), dtype=np.float64)
    low = dctn(small, norm="ortho")[:8, :8].ravel()
    low[0] = 0  # the mean, which says nothing of the content
    return int("".join("1" if value > np.median(low) else "0" for value in low), 2)


class SeenPictures:
    """Hashes of pictures, and whether another one is among them."""

    def __init__(self, hashes: Iterable[int] = ()) -> None:
        self._hashes = np.fromiter(hashes, dtype=np.uint64)

    def contain(self, value: int) -> bool:
        """Return whether a hash differs from a seen one in `MOST_DIFFERENT_BITS` bits at most."""
        return bool(np.any(np.bitwise_count(self._hashes ^ np.uint64(value)) <= MOST_DIFFERENT_BITS))

    def add(self, value: int) -> None:
        """Add a hash."""
        self._hashes = np.append(self._hashes, np.uint64(value))


def collect(
    sources: Sequence[Source], repositories: Path, folder: Path, never: Sequence[Path]
) -> list[dict[str, str]]:
    """Write the sources' photographs as JPEG files of quality 95, 4:4:4, and SOURCES.csv beside them.

    A stopped run goes on. Files that cannot be read are named on the standard error; near duplicates are left
    out.

    Args:
        sources: What to take.
        repositories: Holds the clones, each named OWNER+NAME.
        folder: Where to write.
        never: Pictures that must not be among them, nor near duplicates of them.

    Returns:
        The rows of SOURCES.csv.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = read_rows(folder)
    seen = SeenPictures(hash_files([*never, *(folder / row["name"] for row in rows)]))
    known = {(row["repository"], row["path"]) for row in rows}
    for source in sources:
        clone = Clone(repositories / source.repository.replace("/", "+"))
        commit, taken = clone.commit, 0
        for path in clone.pictures(source):
            if taken == source.most:
                break
            if (source.repository, path) in known:
                taken += 1
                continue
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of damaged EXIF data, which is not needed
                    photograph = shrink(clone.read(path), path)
            except (
                OSError,
                ValueError,
                SyntaxError,
                ImageCms.PyCMSError,
                subprocess.CalledProcessError,
            ) as error:
                print(f"{source.repository}: {path}: {error}", file=sys.stderr)
                continue
            if photograph is None or seen.contain(value := perceptual_hash(photograph)):
                continue
            seen.add(value)
            name = f"{len(rows):05}.jpg"
            photograph.save(folder / name, "JPEG", quality=95, subsampling=0)
            rows.append(dict(zip(COLUMNS, (name, source.repository, commit, path), strict=True)))
            _append_row(rows[-1], folder)
            taken += 1
        print(f"{source.repository}/{source.folder}: {taken}", file=sys.stderr)
    return rows


def read_rows(folder: Path) -> list[dict[str, str]]:
    """Return the rows of a folder's SOURCES.csv, none where there is no such file."""
    file = folder / "SOURCES.csv"
    if not file.exists():
        return []
    with file.open(newline="", errors="surrogateescape") as stream:
        return list(csv.DictReader(stream))


def _append_row(row: dict[str, str], folder: Path) -> None:
    with (folder / "SOURCES.csv").open("a", newline="", errors="surrogateescape") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        if stream.tell() == 0:
            writer.writeheader()
        writer.writerow(row)


def hash_files(files: Sequence[Path]) -> Iterator[int]:
    """Yield the perceptual hash of each file."""
    for file in files:
        with Image.open(file) as image:
            image.draft("L", (256, 256))
            yield perceptual_hash(image)
