"""Encodes a picture for several observers at one rate: python observer_dial.py photo.png [bpp] [weights].

Prints what changes for people (PSNR, MS-SSIM) and for a network (how far its answer moves, in nats).
"""

import sys

import beholder

OBSERVERS = (0, 0.25, 0.5, 0.75, 1)  # from people to machines


def main(source: str, bpp: float, weights: str | None) -> None:
    """Prints a row for each observer, or why there is none."""
    try:
        network = beholder.observers.load("efficientnet_lite0")
        # The last observer first: it says whether the weights have a dial.
        results = {
            observer: beholder.encode(source, codec="learned", observer=observer, bpp=bpp, weights=weights)
            for observer in reversed(OBSERVERS)
        }
    except beholder.BeholderError as error:
        print(f"skipped: {error}")
        return
    print("observer  bytes    bpp    PSNR, dB  MS-SSIM  KL, nats")
    for observer in OBSERVERS:
        result = results[observer]
        original, decoded = result.picture.pixels, beholder.decode(result.data, weights=weights).pixels
        ms_ssim, kl = beholder.metrics.ms_ssim(original, decoded), network.distance(original, decoded)
        print(
            f"{observer:<8g}{len(result.data):>7,}  {result.rate_bpp:.3f}  {result.psnr_db:8.2f}"
            f"  {ms_ssim:.5f}  {kl:8.4f}"
        )


if __name__ == "__main__":
    main(
        sys.argv[1],
        float(sys.argv[2]) if len(sys.argv) > 2 else 0.25,
        sys.argv[3] if len(sys.argv) > 3 else None,
    )
