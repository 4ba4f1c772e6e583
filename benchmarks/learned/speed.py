"""CPU time of the learned codec, side by side with CompressAI's.

    python -m benchmarks.learned.speed --weights codec.safetensors --output benchmarks/results

One thread; pixels in memory to bytes and back; loading apart. Codecs take turns on every photograph, and the
numbers are medians over the photographs. With CompressAI (`pip install compressai`) its `mbt2018_mean` and
`cheng2020_anchor` run at about the same rate, at quality 4; where their weights cannot be fetched they run
with random ones, which the result says. A random network's latents are nearly all 0: its coder has less to
do, and the times then favour CompressAI. On a GPU milliseconds and pictures a second in batches are added.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from beholder import learned
from beholder.image.read import read_picture
from beholder.learned.picture_tensor import tensor_of_pixels
from benchmarks.pictures import photographs
from benchmarks.script import flags, write_result

_QUALITY = 32
_PEERS = ("mbt2018_mean", "cheng2020_anchor")
_PEER_QUALITY = 4
_BATCHES = (1, 8, 32)


@dataclass(frozen=True)
class _Contestant:
    """A codec: what it makes of pixels, and that taken back."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], object]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures, prints a table and writes the results."""
    parser = flags(__doc__)
    parser.add_argument("--weights", help="file of weights, or name of weights that ship (default: those)")
    parser.add_argument("--limit", type=int, default=6, help="photographs to take (default 6)")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="leave CompressAI out")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    pictures = [read_picture(path).upright_rgb() for path in photographs(options.data, options.limit)]
    codec = learned.load(options.weights, device="cpu")
    contestants = {
        "Beholder": _Contestant(lambda pixels: codec.encode(pixels, quality=_QUALITY).data, codec.decode)
    }
    for name in _PEERS if options.peers else ():
        contestants |= _compressai(name)
    inputs = [pictures[0], *pictures]
    seconds = {name: _medians(own, inputs, time.process_time) for name, own in contestants.items()}
    rows = [f"| {'codec':36} | encode | decode |", f"|{'-' * 38}|-------:|-------:|"]
    for name, (encode, decode) in seconds.items():
        rows.append(f"| {name:36} | {encode:4.2f} s | {decode:4.2f} s |")
    record: dict[str, Any] = {"photographs": len(pictures), "cpu_seconds": seconds}
    if torch.cuda.is_available():
        record["cuda"] = _on_cuda(options.weights, pictures)
        rows += ["", f"CUDA: {json.dumps(record['cuda'])}"]
    print("\n".join(rows))
    write_result(options.output, "learned_speed", record)


def _medians(
    contestant: _Contestant, inputs: Sequence[Any], clock: Callable[[], float]
) -> tuple[float, float]:
    """Medians over all inputs but the first, which warms up, of what encoding and decoding take."""
    encode, decode = [], []
    for each in inputs:
        started = clock()
        data = contestant.encode(each)
        encoded = clock()
        contestant.decode(data)
        encode.append(encoded - started)
        decode.append(clock() - encoded)
    return statistics.median(encode[1:]), statistics.median(decode[1:])


def _compressai(name: str) -> dict[str, _Contestant]:
    try:
        import compressai.zoo  # noqa: PLC0415
    except ModuleNotFoundError as error:
        print(f"{name}: left out, {error.name} is not installed (pip install compressai)", file=sys.stderr)
        return {}
    make = getattr(compressai.zoo, name)
    label = f"CompressAI {name}"
    try:
        network = make(quality=_PEER_QUALITY, metric="mse", pretrained=True)
    except OSError:
        network = make(quality=_PEER_QUALITY, metric="mse", pretrained=False)
        label += ", random"
    network.eval()
    network.update()

    def encode(pixels: np.ndarray) -> Any:
        with torch.inference_mode():
            return network.compress(tensor_of_pixels(pixels[None]) + 0.5)

    def decode(data: Any) -> object:
        with torch.inference_mode():
            return network.decompress(data["strings"], data["shape"])

    return {label: _Contestant(encode, decode)}


def _on_cuda(weights: str | None, pictures: list[np.ndarray]) -> dict[str, dict[str, float]]:
    """Milliseconds a picture of encoding and decoding, for batches of several sizes."""
    codec = learned.load(weights, device="cuda")
    batches = _Contestant(
        lambda pixels: [result.data for result in codec.encode_batch(pixels, quality=_QUALITY)],
        codec.decode_batch,
    )
    landscape = [pixels for pixels in pictures if pixels.shape == pictures[0].shape]
    found = {}
    for batch in _BATCHES:
        pixels = [landscape[number % len(landscape)] for number in range(batch)]
        encode, decode = (1000 * s / batch for s in _medians(batches, [pixels] * 6, time.perf_counter))
        found[f"batch of {batch}"] = {
            "encode_ms": encode,
            "decode_ms": decode,
            "encoded_a_second": 1000 / encode,
            "decoded_a_second": 1000 / decode,
        }
    return found


if __name__ == "__main__":
    main()
