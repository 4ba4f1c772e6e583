"""Files of the learned codec without its networks: containers of symbols that mean nothing."""

from beholder.learned.container import IDENTITY_BYTES, TILE, Header, write_container

IDENTITY = bytes(range(0xA0, 0xA0 + IDENTITY_BYTES))


def bhd_file(header: Header) -> bytes:
    """A whole file whose tiles have 4, 8, 12 and so on bytes."""
    tiles = -(-header.width // TILE) * -(-header.height // TILE)
    return write_container(header, tuple(bytes(4 * number) for number in range(1, tiles + 1)), 0x12345678)


def header_of(width: int, height: int, **fields: object) -> Header:
    """Of a colour picture at quality 40, but for what is said otherwise."""
    settings = {"identity": IDENTITY, "grey": False, "quality": 40, **fields}
    return Header(width=width, height=height, **settings)  # type: ignore[arg-type]
