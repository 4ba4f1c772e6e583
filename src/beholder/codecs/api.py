"""The functions that every caller begins with: `encode`, `decode` and `inspect`, for every codec."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from beholder.codec_options import Adapt, DecodeOptions, Effort, MetadataPolicy
from beholder.codecs.codec import Codec
from beholder.codecs.registry import CodecName, codec_of_file, codecs_with_option, find_codec
from beholder.encode_result import EncodeResult
from beholder.errors import UsageError
from beholder.image.picture import Picture
from beholder.image.read import File, Source, read_bytes, read_picture

if TYPE_CHECKING:
    from beholder.jpeg.inspect import JpegReport
    from beholder.jpeg.options import JpegOptions, Scans, Subsampling
    from beholder.learned.inspect import LearnedReport
    from beholder.learned.options import LearnedOptions, Rounding
    from beholder.observers import Observer


def encode(
    image: Source,
    options: JpegOptions | LearnedOptions | None = None,
    *,
    codec: CodecName = "jpeg",
    quality: float | None = None,
    bpp: float | None = None,
    size_bytes: int | None = None,
    psnr: float | None = None,
    ssimulacra2: float | None = None,
    kl: float | None = None,
    observer: str | float | Observer | None = None,
    machine_weight: float | None = None,
    adapt: Adapt | None = None,
    model: str | None = None,
    effort: Effort | None = None,
    subsampling: Subsampling | None = None,
    scans: Scans | None = None,
    lossless: bool | None = None,
    rounding: Rounding | None = None,
    weights: str | None = None,
    device: str | None = None,
    background: str | None = None,
    metadata: MetadataPolicy | None = None,
    threads: int | None = None,
) -> EncodeResult:
    """Return a picture as a file.

    An option that is None is as the codec has it. `beholder.JpegOptions` and `beholder.LearnedOptions` say
    what each of them means, and which values it takes.

    Args:
        image: (H, W, 3) or (H, W) array of uint8 or uint16 in sRGB, a Pillow image, a path, the bytes of a
            file or a binary stream. The file of a JPEG is encoded again from its own coefficients by
            the codec ``jpeg``, with loss unless `lossless` is asked for.
        options: All options of the codec at once, in place of single ones.
        codec: ``jpeg`` for files that every decoder reads, or ``learned``.
        quality: 1 to 100 (default 75); of the learned codec a whole number from 0 to 63 (default 32),
            with effort ``loop`` from -24.
        bpp: Or bits a pixel of the whole file, at most.
        size_bytes: Or the size of the file, at most.
        psnr: Or dB over RGB, at least.
        ssimulacra2: Or the SSIMULACRA2 score, at least.
        kl: Or how far the answer of a network may move, in nats.
        observer: For whom. ``jpeg``: ``human``, ``mse``, ``machine``, a longer name, or an object of
            `beholder.observers`. ``learned``: ``human``, ``machine``, or a number from 0 (human) to 1
            (machine).
        machine_weight: Of the machine in its mixture with ``human``, 0 to 1 (``jpeg``).
        adapt: What finds the regions that a machine uses (``jpeg``).
        model: The network that looks.
        effort: ``loop`` lets the network look at the results, and makes its answer stay.
        subsampling: Of chroma (``jpeg``).
        scans: ``sequential``, ``progressive`` or ``auto`` (``jpeg``).
        lossless: Keep all levels of a JPEG and optimise its coding alone (``jpeg``).
        rounding: Of latents (``learned``).
        weights: A name or a file (``learned``).
        device: Such as ``cpu`` or ``cuda:1`` (``learned``).
        background: Colour behind transparent pixels, such as ``#ffffff``. None refuses them.
        metadata: ``keep`` or ``strip``.
        threads: Of this picture. None: 1; of the learned codec as many as torch takes.

    Raises:
        UsageError: Options that the codec lacks, that are out of range or contradict each other.
        InputError: The picture cannot be read.
        UnsupportedImageError: It is of a kind that is not taken.
        TargetError: No setting reaches the target.
    """
    named = {name: value for name, value in locals().items() if value is not None}
    chosen = find_codec(codec)
    for own in ("image", "options", "codec"):
        named.pop(own, None)
    settled = _settled(chosen, options, named)
    picture = read_picture(image, background=settled.background_color)
    return chosen.encode(picture, settled)


def _settled(codec: Codec, options: object, named: dict[str, Any]) -> Any:
    """The codec's options, from an object of them or from single ones."""
    kind = codec.Options
    if options is not None and not isinstance(options, kind):
        raise UsageError(
            f"options is {options!r}; the codec {codec.name} takes {kind.__name__}; name single options, "
            "such as quality=50, or another codec, such as codec='learned'"
        )
    if options is not None and named:
        raise UsageError(f"got options and {', '.join(named)}; give one or the other")
    for name in named:
        if codec.name not in (having := codecs_with_option(name)):
            raise UsageError(
                f"{name} is an option of the codec {' and '.join(having)}, not of {codec.name}; leave it "
                f"out, or choose codec={having[0]!r}"
            )
    return options or kind(**named)


def decode(
    file: File,
    *,
    weights: str | os.PathLike[str] | None = None,
    device: str | None = None,
    threads: int | None = None,
) -> Picture:
    """Return the picture of a file of any codec, told by its content; `Picture.save` writes it as PNG.

    Args:
        file: A path, the bytes of a file or a binary stream.
        weights: Of the learned codec: a file, or a name. None: those that ship and that the file names.
        device: Where the learned codec computes, such as ``cpu`` or ``cuda:1``. None: a GPU where there is
            one.
        threads: Of the learned codec. None: as many as torch takes.

    Raises:
        InputError: The file cannot be read, is damaged, of no codec, or of weights that are not there.
        UnsupportedImageError: A CMYK JPEG, or more pixels than Pillow's limit against decompression bombs.
        UsageError: There is no such device or file of weights, or what decodes it is not installed.
    """
    options = DecodeOptions(
        weights=None if weights is None else os.fspath(weights), device=device, threads=threads
    )
    data, name = read_bytes(file)
    return codec_of_file(data, name).decode(data, options, name=name)


def inspect(file: File) -> JpegReport | LearnedReport:
    """Return how a file of any codec is made, told by its content: its tables, and where its bytes are.

    Args:
        file: A path, the bytes of a file or a binary stream.

    Raises:
        InputError: It cannot be read, is damaged or of no codec.
        UnsupportedImageError: A JPEG of a kind that is not read, or too large.
    """
    data, name = read_bytes(file)
    report: JpegReport | LearnedReport = codec_of_file(data, name).inspect(data, name=name)
    return report
