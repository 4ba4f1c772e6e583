"""Whether decoders see one and the same picture in every kind of file that `beholder.encode` writes.

    python -m benchmarks.jpeg.decoders --output benchmarks/results

Decoders: libjpeg-turbo (Pillow), ffmpeg's (PyAV), Chromium without a window, and jpeg-js run by node, which
this installs into a temporary folder with npm unless `--jpeg-js` names a folder that has it. One that is not
here is said to be absent and fails nothing.

Each decoder's samples are compared with a decoding in float64 (reference_decoder.py) of the levels that the
file's writer was given: ffmpeg's component by component, the others' as R, G, B. The standard leaves the
upsampling of chroma open, so the reference upsamples in the way that the decoder is known to. A decoder that
rounds each step to whole numbers is a few code values off; a file misread, by tens. Coefficients are read
back by libjpeg (jpeglib) and by Beholder's own reader, and must be those written. Ends with 1 where any file
fails.
"""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import jpeglib
import numpy as np
from numpy.typing import NDArray

from beholder import _core
from benchmarks.jpeg.decoder_files import WrittenFile, photograph_of, written_files
from benchmarks.jpeg.decoder_programs import Chromium, Decoded, Decoder, Ffmpeg, JpegJs, Pillow
from benchmarks.jpeg.reference_decoder import ZIGZAG, component_samples, rgb_samples
from benchmarks.jpeg.tables import decoders_table
from benchmarks.script import finish, flags

# Code values. An inverse DCT may be 1 off (the peak error that IEEE 1180 allows), beside rounding by 0.5;
# colour conversion multiplies chroma by up to 1.772 and rounds again: 1.5 + 1.772 * 1.5 + 0.5 = 4.7, and
# upsampling in whole numbers brings up to 0.5 * 1.772 more.
MOST_OFF_COMPONENT = 2.0
MOST_OFF_RGB = 6.0
MOST_OFF_ON_AVERAGE = 1.0


@dataclass(frozen=True)
class Difference:
    """One file in one decoder.

    Attributes:
        most: Largest absolute difference from the reference, in code values; None where it did not decode.
        mean: Mean absolute difference.
        problem: Why the file fails; None where it does not.
    """

    file: str
    decoder: str
    most: float | None
    mean: float | None
    problem: str | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Compares, prints the table and writes the results."""
    parser = flags(__doc__)
    parser.add_argument("--chromium", default="chromium", help="the program")
    parser.add_argument("--jpeg-js", type=Path, help="folder in which jpeg-js is installed or to install it")
    options = parser.parse_args(arguments)
    photograph, pixels = photograph_of(options.data)
    files = {file.name: file for file in written_files(pixels)}
    with tempfile.TemporaryDirectory() as folder:
        jpeg_js = JpegJs(options.jpeg_js or Path(folder))
        decoders: list[Decoder] = [Pillow(), Ffmpeg(), Chromium(options.chromium), jpeg_js]
        absences = {decoder.name: decoder.absence() for decoder in decoders}
        present = [decoder for decoder in decoders if absences[decoder.name] is None]
        versions = {decoder.name: decoder.version() for decoder in present}
        differences = []
        for decoder in present:
            print(decoder.name, file=sys.stderr)
            shown = decoder.decode({name: file.data for name, file in files.items()})
            differences += [_difference(decoder.name, file, shown[name]) for name, file in files.items()]
    misread = [name for name, file in files.items() if not same_levels(file)]
    record = {
        "photograph": photograph,
        "files": {name: len(file.data) for name, file in files.items()},
        "decoders": [
            {
                "name": d.name,
                "compared": d.compared,
                "version": versions.get(d.name),
                "absent": absences[d.name],
            }
            for d in decoders
        ],
        "other_levels": misread,
        "differences": [asdict(difference) for difference in differences],
    }
    finish(options.output, "decoders", record, "Decoders", decoders_table(record))
    return 1 if misread or any(difference.problem for difference in differences) else 0


def _difference(decoder: str, file: WrittenFile, decoded: Decoded | str) -> Difference:
    if isinstance(decoded, str):
        return Difference(file.name, decoder, None, None, f"not decoded: {decoded}")
    if decoded.upsampling is None:
        expected, limit = component_samples(file.image), MOST_OFF_COMPONENT
    else:
        expected, limit = [rgb_samples(file.image, decoded.upsampling)], MOST_OFF_RGB
    shapes = [samples.shape for samples in decoded.samples], [samples.shape for samples in expected]
    if shapes[0] != shapes[1]:
        return Difference(file.name, decoder, None, None, f"size {shapes[0]}, not {shapes[1]}")
    off = np.concatenate([np.abs(a - b).ravel() for a, b in zip(decoded.samples, expected, strict=True)])
    most, mean = float(off.max()), float(off.mean())
    wrong = most > limit or mean > MOST_OFF_ON_AVERAGE
    problem = f"up to {most:.1f} off, {mean:.2f} on average" if wrong else None
    return Difference(file.name, decoder, most, mean, problem)


def same_levels(file: WrittenFile) -> bool:
    """Returns whether libjpeg and Beholder's reader find the levels and tables that were written."""
    ours = _core.read_levels(file.data).image
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.jpg"
        path.write_bytes(file.data)
        read = jpeglib.read_dct(str(path))
        theirs = [read.Y] if len(ours.planes) == 1 else [read.Y, read.Cb, read.Cr]
        their_tables = [read.get_component_qt(number) for number in range(len(ours.planes))]
    for written, mine, libjpegs, table in zip(
        file.image.planes, ours.planes, theirs, their_tables, strict=True
    ):
        rows, columns = written.blocks_high, written.blocks_wide
        levels = written.levels[:rows, :columns]
        natural = libjpegs.reshape(*libjpegs.shape[:2], 64)[:rows, :columns]
        steps = file.image.quant_tables[written.quant_index]
        same: list[tuple[NDArray[np.generic], NDArray[np.generic]]] = [
            (levels, mine.levels[:rows, :columns]),
            (levels, natural[..., ZIGZAG]),
            (steps, ours.quant_tables[mine.quant_index]),
            (steps, table.reshape(64)[ZIGZAG]),
        ]
        if not all(np.array_equal(a, b) for a, b in same):
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
