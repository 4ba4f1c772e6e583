"""Files of the learned codec: what comes back, and what becomes of damaged ones."""

import io
import pickle
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.errors import BeholderError, InputError, UnsupportedImageError, UsageError

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")
pytest.importorskip("constriction", reason="constriction is not installed")

from beholder.learned import coder as coder_module
from beholder.learned import load, tiles
from beholder.learned.architecture import Architecture
from beholder.learned.coder import LearnedCoder
from beholder.learned.condition import Condition
from beholder.learned.container import Header, read_container, write_container
from beholder.learned.freeze import freeze
from beholder.learned.networks import build_network
from beholder.learned.picture_tensor import pad_to_stride, pixels_of_tensor, tensor_of_pixels
from beholder.learned.tables import gaussian_tables
from beholder.learned.weights import read_weights, write_weights
from tests.cli.program import photograph
from tests.learned.tiny import TINY, tiny_codec, tiny_weights

FILE = tiny_weights()
CONDITION = Condition.of([0])


@pytest.fixture(scope="module")
def codec() -> LearnedCoder:
    return LearnedCoder(read_weights(FILE))


def pixels(height: int = 100, width: int = 150, seed: int = 0) -> np.ndarray:
    return np.asarray(photograph(height, width, seed))


@pytest.mark.parametrize("quality", [0, 31, 63])
def test_a_file_decodes_to_what_the_network_makes(codec: LearnedCoder, quality: int) -> None:
    network = read_weights(FILE).network
    original = pixels()
    data = codec.encode(original, quality=quality, rounding="nearest").data
    with torch.no_grad():
        result = network(pad_to_stride(tensor_of_pixels(original[None])), Condition.of([quality]))
    expected = pixels_of_tensor(result.picture)[0, :100, :150]
    assert (codec.decode(data).pixels == expected).all()


def test_results_can_be_pickled(codec: LearnedCoder) -> None:
    result = codec.encode(pixels())
    assert pickle.loads(pickle.dumps(result)).data == result.data
    assert result.psnr_db > 0  # what was pickled stays whole


@pytest.mark.parametrize("size", [(1, 1), (1, 200), (63, 64), (64, 65), (130, 7)])
def test_any_size_comes_back(codec: LearnedCoder, size: tuple[int, int]) -> None:
    decoded = codec.decode(codec.encode(np.full((*size, 3), 90, np.uint8)).data)
    assert decoded.pixels.shape == (*size, 3)


def test_grey_comes_back_as_grey(codec: LearnedCoder) -> None:
    original = pixels()[..., 0]
    grey = codec.decode(codec.encode(original).data).pixels
    colour = codec.decode(codec.encode(np.stack([original] * 3, axis=2)).data).pixels
    assert grey.shape == original.shape
    assert np.abs(grey - colour.mean(axis=2)).max() <= 0.5


def test_metadata_come_back(codec: LearnedCoder) -> None:
    exif = Image.Exif()
    exif[0x010F] = "maker"
    icc = zlib.decompress(zlib.compress(_srgb_profile()))
    buffer = io.BytesIO()
    photograph().save(buffer, "PNG", exif=exif, icc_profile=icc)
    metadata = codec.decode(codec.encode(buffer.getvalue()).data).metadata
    assert metadata.icc_profile == icc
    assert metadata.exif is not None
    assert b"maker" in metadata.exif


def _srgb_profile() -> bytes:
    from PIL import ImageCms  # noqa: PLC0415  # not in every build of Pillow

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def test_tiles_leave_no_seam(codec: LearnedCoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small tiles give the picture of the network over the whole, but for the context at their borders."""
    original = pixels(500, 600)
    latents = {}
    for side in (1024, 192):
        monkeypatch.setattr(tiles, "TILE", side)
        monkeypatch.setattr(coder_module, "TILE", side)
        data = codec.encode(original, quality=63).data
        container = read_container(data, "file", tile=side)
        assert len(container.streams) == (1 if side == 1024 else 12)
        latents[side] = codec.decode(data).pixels
    # Means differ where the context ends, and with them what rounding does, but no more than that.
    whole, parts = (latents[side].astype(float) for side in (1024, 192))
    noise = np.sqrt(np.square(whole - original).mean())
    assert np.sqrt(np.square(parts - whole).mean()) < 1.5 * noise
    errors = np.abs(parts - original).mean(axis=(0, 2))
    seams = [x + offset for x in (192, 384, 576) for offset in (-1, 0)]
    assert errors[seams].mean() < 1.2 * errors.mean() + 0.1


def test_windows_reach_as_far_as_the_transforms(monkeypatch: pytest.MonkeyPatch) -> None:
    network = read_weights(FILE).network.double()
    monkeypatch.setattr(tiles, "TILE", 192)
    picture = (
        torch.rand(1, 3, 384, 576, generator=torch.Generator().manual_seed(0), dtype=torch.float64) - 0.5
    )
    with torch.no_grad():
        whole = network.analysis.double()(picture, CONDITION)
        for rows in tiles.spans(384):
            for columns in tiles.spans(576):
                window = picture[
                    ..., rows.window_first : rows.window_end, columns.window_first : columns.window_end
                ]
                found = network.analysis(window, CONDITION)[..., rows.inner_latents, columns.inner_latents]
                torch.testing.assert_close(
                    found.float(), whole[..., rows.latents, columns.latents].float(), atol=1e-5, rtol=1e-5
                )


def test_transforms_that_reach_too_far_are_refused() -> None:
    tiles.check_margin(build_network(Architecture()).reach)
    with pytest.raises(ValueError, match="windows reach 96"):
        tiles.check_margin(build_network(replace(TINY, coarse_blocks=8)).reach)


@pytest.mark.parametrize("quality", [-25, 64, 1.5, True, "high"])
def test_a_quality_out_of_range_is_refused(codec: LearnedCoder, quality: object) -> None:
    with pytest.raises(UsageError, match="it must be a whole number from -24 to 63"):
        codec.encode(pixels(), quality=quality)


def test_other_weights_are_named(codec: LearnedCoder) -> None:
    other = LearnedCoder(read_weights(tiny_weights(1)))
    with pytest.raises(InputError, match=r"was written with weights [0-9a-f]{8}, not with [0-9a-f]{8}"):
        other.decode(codec.encode(pixels()).data)


def test_absurd_sizes_are_refused_before_memory_is_taken(codec: LearnedCoder) -> None:
    container = read_container(codec.encode(pixels()).data, "file")
    header = Header(identity=container.header.identity, width=65535, height=65535, grey=False, quality=0)
    with pytest.raises(UnsupportedImageError, match="65535x65535 pixels"):
        codec.decode(write_container(header, (b"",) * 4096, 0))


def test_every_cut_file_is_refused(codec: LearnedCoder) -> None:
    data = codec.encode(pixels(40, 40), quality=5).data
    for length in range(1, len(data)):
        with pytest.raises(InputError):
            codec.decode(data[:length])
    with pytest.raises(InputError, match="1 bytes follow the end"):
        codec.decode(data + b"x")


def test_mutated_files_give_an_error_or_the_picture(codec: LearnedCoder) -> None:
    original = codec.encode(pixels(60, 60), quality=20).data
    expected = codec.decode(original).pixels
    random = np.random.default_rng(0)
    refused = 0
    for _ in range(400):
        data = bytearray(original)
        for _ in range(random.integers(1, 4)):
            place = random.integers(len(data))
            data[place] = random.integers(256)
        try:
            found = codec.decode(bytes(data)).pixels
        except BeholderError:
            refused += 1
        else:
            assert found.shape == expected.shape
            assert (found == expected).all()
    assert refused > 380


def test_a_later_version_is_told(codec: LearnedCoder) -> None:
    data = bytearray(codec.encode(pixels()).data)
    data[3] = 2
    with pytest.raises(InputError, match="version 2 of the format; this Beholder reads 1"):
        codec.decode(bytes(data))


def test_weights_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").write_bytes(FILE)
    loaded = load(tmp_path / "w.safetensors", device="cpu")
    assert loaded.encode(pixels()).data
    assert repr(loaded) == f"LearnedCoder(weights {read_weights(FILE).identity.hex()}, on cpu)"
    (tmp_path / "bad.safetensors").write_bytes(FILE[:5000])
    with pytest.raises(InputError, match=r"bad.safetensors: no weights of the learned codec"):
        load(tmp_path / "bad.safetensors")
    Image.fromarray(pixels()).save(tmp_path / "a.png")
    with pytest.raises(InputError, match=r"a.png: .* \(it does not begin as safetensors files"):
        load(tmp_path / "a.png")


def test_weights_whose_sums_are_inexact_are_refused() -> None:
    frozen = freeze(tiny_codec())
    frozen.context[0].enter.bias.fill_(1 << 24)
    with pytest.raises(InputError, match="float32 is exact below"):
        read_weights(write_weights(frozen, gaussian_tables()))


def test_tables_that_are_none_are_refused() -> None:
    broken = [table.copy() for table in gaussian_tables()]
    broken[3][0] += 1
    with pytest.raises(InputError, match="a frequency table must have"):
        read_weights(write_weights(freeze(tiny_codec()), broken))
