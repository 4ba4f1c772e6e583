"""Which colour component the entropy-coded bits of a file belong to."""

from __future__ import annotations

import numpy as np

from beholder import _core


def component_bits(contents: _core.JpegContents) -> tuple[int, ...]:
    """Bits of each component.

    A scan of one component is exact. One that interleaves several is shared out in proportion to what each
    would take in a scan of its own with its own Huffman tables.
    """
    planes = contents.image.planes
    bits = [0.0] * len(planes)
    for info in contents.scans:
        costs = dict.fromkeys(info.scan.components, 1.0)
        if len(costs) > 1:
            costs = {component: _cost_alone(contents.image, component, info.scan) for component in costs}
        total = sum(costs.values())
        for component, cost in costs.items():
            bits[component] += 8 * info.data_bytes * cost / total
    return tuple(round(count) for count in bits)


def _cost_alone(image: _core.LevelImage, component: int, scan: _core.Scan) -> float:
    """The cost, in some unit, of one component of an interleaved scan: DC only, or (sequential) all of it."""
    plane = image.planes[component]
    if scan.se == 0 and scan.ah > 0:  # a refinement of DC is one bit a block
        return float(plane.blocks_wide * plane.blocks_high)
    blocks = np.ascontiguousarray(plane.levels[: plane.blocks_high, : plane.blocks_wide])
    if scan.se == 0:
        return _dc_bits(blocks[:, :, 0].ravel() >> scan.al)
    alone = _core.LevelImage(
        8 * plane.blocks_wide,
        8 * plane.blocks_high,
        [_core.Plane(blocks)],
        [image.quant_tables[plane.quant_index]],
    )
    return float(_core.script_size_bytes(alone, [_core.Scan([0])]))


def _dc_bits(levels: np.ndarray[tuple[int], np.dtype[np.int16]]) -> float:
    """Entropy of the difference categories and the bits appended to them (T.81, F.1.2.1)."""
    differences = np.abs(np.diff(levels.astype(np.int32), prepend=0))
    categories = np.ceil(np.log2(differences + 1)).astype(np.int64)
    counts = np.bincount(categories)
    counts = counts[counts > 0]
    return float(categories.sum() - (counts * np.log2(counts / counts.sum())).sum()) + 1.0
