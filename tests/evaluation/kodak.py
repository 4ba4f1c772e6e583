"""Pictures that count as Kodak's: of their names, number and size."""

from pathlib import Path

from PIL import Image

from beholder.evaluation.item import Item


def write_kodak(folder: Path) -> list[Item]:
    """Return 24 grey pictures, two of them upright as four of Kodak's are."""
    items = []
    for number in range(1, 25):
        path = folder / f"kodim{number:02}.png"
        size = (512, 768) if number in (4, 9) else (768, 512)
        Image.new("RGB", size, (number,) * 3).save(path, compress_level=1)
        items.append(Item(path.name, path))
    return items
