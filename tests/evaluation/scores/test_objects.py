"""Objects that networks find: their place in the picture, masks, and torchvision's own."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("torchvision", reason="torchvision is not installed (it suppresses)")

from torch import Tensor
from torchvision.models.detection import MaskRCNN, ssdlite320_mobilenet_v3_large
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.ops import MultiScaleRoIAlign

from beholder.errors import UsageError
from beholder.evaluation.scores.answers import classes_are_ids, find_objects
from beholder.observers import load_network
from beholder.observers.network.torchvision_models import TorchvisionDetector
from tests.evaluation.codecs.pictures import photograph
from tests.evaluation.scores.tiny_networks import describe, save

pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit:FutureWarning")

HEIGHT, WIDTH = 60, 100


class FixedCandidates(torch.nn.Module):
    """The same candidates whatever it sees; masks are the left of x = 40 and the whole input."""

    def __init__(self) -> None:
        super().__init__()
        boxes = [
            [8.0, 20.0, 48.0, 44.0],
            [9.0, 20.0, 48.0, 44.0],  # on the first one
            [9.0, 20.0, 48.0, 44.0],  # of another class
            [50.0, 20.0, 60.0, 30.0],
            [0.0, 0.0, 9.0, 9.0],  # too faint
        ]
        scores = [[0, 0.9, 0], [0, 0.8, 0], [0, 0, 0.7], [0.95, 0, 0], [0.3, 0, 0]]
        columns = (torch.arange(16) * 4.0 + 2).expand(16, 16)
        coefficients = [[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]
        self.register_buffer("boxes", torch.tensor([boxes]))
        self.register_buffer("scores", torch.tensor([scores]))
        self.register_buffer("coefficients", torch.tensor([coefficients]))
        self.register_buffer("prototypes", torch.stack([40 - columns, torch.full((16, 16), 50.0)])[None])

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return self.boxes, self.scores, self.coefficients, self.prototypes


RULES = "[detection]\nscore_threshold = 0.3\niou_threshold = 0.5\n"
LETTERBOX = 'task = "detection"\nresize = "longer"\nsize = 64\ncanvas = [64, 64]\n'


def test_candidates_become_objects_in_the_pictures_pixels(tmp_path: Path) -> None:
    save(FixedCandidates(), tmp_path / "net.pt", torch.zeros(1, 3, 64, 64))
    described = describe(tmp_path / "net.toml", LETTERBOX + RULES + 'masks = "prototypes"\n')
    pixels = photograph(HEIGHT, WIDTH)
    found = find_objects(described, pixels)
    assert found.scores.tolist() == pytest.approx([0.95, 0.9, 0.7])
    assert found.classes.tolist() == [0, 1, 2]
    # 100x60 is resized to 64x38 and lies 13 rows below the top.
    across, down = 100 / 64, 60 / 38
    expected = [[50, 20, 60, 30], [8, 20, 48, 44], [9, 20, 48, 44]]
    expected = [[a * across, (b - 13) * down, c * across, (d - 13) * down] for a, b, c, d in expected]
    np.testing.assert_allclose(found.boxes, expected, rtol=1e-5)
    assert found.masks is not None
    assert found.masks.shape == (3, HEIGHT, WIDTH)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    for mask, (x0, y0, x1, y1), right in zip(
        found.masks, expected, (99, 40 * across, 40 * across), strict=True
    ):
        inside = (columns >= x0) & (columns < x1) & (rows >= y0) & (rows < y1)
        near_edge = np.abs(columns - right) < 1.5
        np.testing.assert_array_equal((mask ^ (inside & (columns < right))) & ~near_edge, False)
    assert find_objects(described, pixels, masks=False).masks is None
    assert not classes_are_ids(described)


def test_top_left_pictures_and_networks_without_masks(tmp_path: Path) -> None:
    save(FixedCandidates(), tmp_path / "net.pt", torch.zeros(1, 3, 64, 64))
    described = describe(tmp_path / "net.toml", LETTERBOX + 'placement = "top-left"\n' + RULES)
    found = find_objects(described, photograph(WIDTH, HEIGHT))
    assert found.masks is None
    assert found.boxes[0] == pytest.approx([50 * 60 / 38, 20 * 100 / 64, 60 * 60 / 38, 30 * 100 / 64])


def test_nothing_found_is_no_object(tmp_path: Path) -> None:
    save(FixedCandidates(), tmp_path / "net.pt", torch.zeros(1, 3, 64, 64))
    rules = '[detection]\nscore_threshold = 0.99\nmasks = "prototypes"\n'
    found = find_objects(describe(tmp_path / "net.toml", LETTERBOX + rules), photograph(HEIGHT, WIDTH))
    assert len(found) == 0
    assert found.boxes.shape == (0, 4)
    assert found.masks is not None
    assert found.masks.shape == (0, HEIGHT, WIDTH)


class ManyCandidates(torch.nn.Module):
    """More than suppression takes, all of which stay."""

    def __init__(self) -> None:
        super().__init__()
        corner = torch.arange(20_000.0)[:, None] * torch.tensor([1.0, 0.0])
        self.register_buffer("boxes", torch.cat([corner, corner + 1], dim=1)[None])
        self.register_buffer("scores", torch.linspace(0.2, 0.9, 20_000)[None, :, None].repeat(1, 1, 2))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.boxes, self.scores


def test_the_best_hundred_are_enough(tmp_path: Path) -> None:
    save(ManyCandidates(), tmp_path / "net.pt", torch.zeros(1, 3, 64, 64))
    found = find_objects(describe(tmp_path / "net.toml", LETTERBOX), photograph(HEIGHT, WIDTH))
    assert len(found) == 100
    assert found.scores[0] == pytest.approx(0.9)
    assert (np.diff(found.scores) <= 0).all()


def test_only_detectors_find_objects(tmp_path: Path) -> None:
    save(FixedCandidates(), tmp_path / "net.pt", torch.zeros(1, 3, 64, 64))
    described = describe(tmp_path / "net.toml", LETTERBOX.replace("detection", "embedding"))
    with pytest.raises(UsageError, match="its task is embedding"):
        find_objects(described, photograph(HEIGHT, WIDTH))


def test_torchvisions_detectors_find_by_themselves(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None).eval()
    torch.save(network.state_dict(), tmp_path / "weights.pth")
    described = tmp_path / "net.toml"
    described.write_text('network = "torchvision:ssdlite320_mobilenet_v3_large"\nweights = "weights.pth"\n')
    pixels = photograph(HEIGHT, WIDTH)
    picture = torch.from_numpy(pixels).permute(2, 0, 1) / 255
    with torch.inference_mode():
        (expected,) = network([picture])
    assert len(expected["scores"]) > 100
    found = find_objects(str(described), pixels)
    assert len(found) == 100
    assert found.scores == pytest.approx(expected["scores"][:100].numpy(), abs=1e-5)
    assert classes_are_ids(str(described))
    described.write_text(described.read_text() + RULES)
    load_network.cache_clear()
    with pytest.raises(UsageError, match=r"\[detection\] is for .* torchvision has rules of its own"):
        find_objects(str(described), pixels)


def test_torchvisions_masks() -> None:
    torch.manual_seed(1)
    backbone = torch.nn.Conv2d(3, 8, 3, stride=8, padding=1)
    backbone.out_channels = 8
    network = MaskRCNN(
        backbone,
        num_classes=3,
        min_size=64,
        max_size=128,
        rpn_anchor_generator=AnchorGenerator(((16, 32),), ((0.5, 1.0, 2.0),)),
        box_roi_pool=MultiScaleRoIAlign(["0"], 7, 2),
        mask_roi_pool=MultiScaleRoIAlign(["0"], 14, 2),
        box_detections_per_img=6,
        box_score_thresh=0.0,
    ).eval()
    pixels = torch.from_numpy(photograph(HEIGHT, WIDTH)).permute(2, 0, 1)[None].float()
    with torch.inference_mode():
        (expected,) = network([pixels[0] / 255])
        found = TorchvisionDetector(network).find(pixels)
    assert len(found) == 6
    assert found.masks is not None
    np.testing.assert_array_equal(found.masks, expected["masks"][:, 0].numpy() > 0.5)
    np.testing.assert_array_equal(found.boxes, expected["boxes"].numpy())
    assert set(found.classes.tolist()) <= {1, 2}
