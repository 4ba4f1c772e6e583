"""What flags of other programs, and misspelt ones, are called here."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection

# Words that cjpeg, jpegtran, jpegoptim, ImageMagick, cwebp and cjxl have, by what to give instead.
_FLAGS = {
    "--bytes N": ("size", "target-size", "S"),
    "--dry-run": ("n", "noaction", "no-action", "simulate"),
    "--help": ("longhelp", "usage", "?"),
    "--in-place": ("inplace", "i", "overwrite-original"),
    "--jobs N": ("w", "workers", "max-workers"),
    "--lossless": ("near-lossless", "z"),
    "--metadata keep": ("copy", "keep-all"),
    "--metadata strip": ("strip", "s", "strip-all", "strip-exif", "strip-com", "strip-icc", "strip-xmp"),
    "--observer human": ("tune", "tune-ssim", "tune-ms-ssim", "tune-hvs-psnr", "preset"),
    "--observer mse": ("tune-psnr",),
    "--output -": ("c", "stdout"),
    "--output FILE": ("out", "outfile", "output-file"),
    "--output FOLDER/": ("outdir", "out-dir", "dest", "destination", "d"),
    "--overwrite": ("f", "force", "y"),
    "--preserve": ("P", "preserve-perms", "preserve-times"),
    "--quality Q": ("m", "max", "quality-level", "qual"),
    "--quiet": ("silent",),
    "--recursive": ("recurse", "R"),
    "--scans progressive": ("progressive", "all-progressive", "interlace"),
    "--scans sequential": ("all-normal", "baseline", "sequential"),
    "--ssimulacra2 X": ("distance",),
    "--subsampling 4:2:0": ("sample", "sampling-factor", "chroma-subsampling", "chroma_subsampling", "yuv"),
    "--threads N": ("mt", "num-threads", "num_threads"),
    "--version": ("V",),
}
_WORDS = {
    "files are always optimised; leave it out": (
        "optimize", "optimise", "optimized", "optimised", "optimize-coding", "optimise-coding",
    ),
    "pictures are encoded as they are (their orientation is kept); change them before": (
        "rotate", "auto-orient", "flip", "flop", "transpose", "transverse", "crop", "resize", "scale", "trim",
        "grayscale", "greyscale", "gray", "perfect",
    ),
    "see beholder --version": ("version", "V"),
    "totals are printed for several files; leave it out": ("t", "totals"),
    "the format of the input is found from its content; leave it out": (
        "bmp", "gif", "pnm", "ppm", "targa", "tga", "png", "jpeg",
    ),
}  # fmt: skip
# What other programs call our commands.
_COMMANDS = {
    "encode": (
        "compress",
        "convert",
        "optimise",
        "optimize",
        "shrink",
        "jpeg",
        "cjpeg",
        "jpegtran",
        "magick",
    ),
    "decode": ("decompress", "expand", "djpeg"),
    "inspect": ("info", "identify", "show", "stat"),
    "compare": ("diff", "score", "psnr", "ssimulacra2"),
    "evaluate": ("bench", "benchmark"),
    "--help": ("help", "usage"),
    "--version": ("version",),
}  # fmt: skip
_COMMAND_OF = {word: command for command, words in _COMMANDS.items() for word in words}
_FLAG_OF = {word: flag for flag, words in _FLAGS.items() for word in words}
_WORDS_OF = {word: words for words, all_words in _WORDS.items() for word in all_words}


def command_meant(word: str, commands: Collection[str]) -> str | None:
    """Return the command, or flag of the program, that an unknown word stands for; None where none is near.

    >>> command_meant("compress", ["encode", "compare"]), command_meant("encod", ["encode", "compare"])
    ('encode', 'encode')
    """
    if (command := _COMMAND_OF.get(word.lower())) is not None:
        return command
    near = difflib.get_close_matches(word.lower(), commands, n=1)
    return near[0] if near else None


def meaning_here(word: str, flags: Collection[str]) -> str | None:
    """Return what to give instead of an unknown flag; None where nothing is near.

    Args:
        word: As it was typed, such as ``-outfile`` or ``--max=80``.
        flags: All that the command has, with their dashes.

    >>> meaning_here("-outfile", ["-o", "--output"])
    'did you mean --output FILE?'
    >>> meaning_here("--qualty=3", ["-q", "--quality"])
    'did you mean --quality?'
    """
    name = word.partition("=")[0].lstrip("-")
    # Flags of one letter take their value without a space in many programs: -m80.
    attached = re.fullmatch(r"([A-Za-z])[\d.].*", name)
    for candidate in (name, name.lower(), attached[1] if attached else name):
        if f"--{candidate}" in flags:
            return _did_you_mean(f"--{candidate}")
        if _FLAG_OF.get(candidate, "").partition(" ")[0] in flags:
            return _did_you_mean(_FLAG_OF[candidate])
        if candidate in _WORDS_OF and "--quality" in flags:  # of commands that encode
            return _WORDS_OF[candidate]
    long_names = [flag[2:] for flag in flags if flag.startswith("--")]
    near = difflib.get_close_matches(name.lower(), long_names, n=1)
    return _did_you_mean(f"--{near[0]}") if near else None


def _did_you_mean(flag: str) -> str:
    return f"did you mean {flag}?"
