"""Preprocessing from torchvision's transforms: what they make of a picture is what ours makes."""

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="torch is not installed")
torchvision = pytest.importorskip("torchvision", reason="torchvision is not installed")

from torchvision import models
from torchvision.transforms import InterpolationMode, v2
from torchvision.transforms import transforms as v1

from beholder.errors import UsageError
from beholder.observers import load
from beholder.observers.network import Preprocessing, preprocessing_of
from tests.observers.network.tiny import Convolutions, noise

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
NORMALIZE = v2.Normalize(MEAN, STD)
PRESETS = {
    "resnet50": models.ResNet50_Weights.IMAGENET1K_V2,
    "vit": models.ViT_B_16_Weights.IMAGENET1K_V1,
    "swag": models.ViT_L_16_Weights.IMAGENET1K_SWAG_E2E_V1,
    "inception": models.Inception_V3_Weights.DEFAULT,
    "deeplab": models.segmentation.DeepLabV3_ResNet50_Weights.DEFAULT,
}
COMPOSED = {
    "v1": v1.Compose([v1.Resize(48), v1.CenterCrop(40), v1.ToTensor(), v1.Normalize(MEAN, STD)]),
    "exact": v1.Compose([v1.Resize((40, 56)), v1.ToTensor()]),
    "longest": v1.Compose([v1.Resize(48, max_size=60), v1.ToTensor()]),
    "bicubic": v1.Compose([v1.Resize(48, interpolation=InterpolationMode.BICUBIC), v1.ToTensor()]),
    "crop": v1.Compose([v1.CenterCrop((40, 56)), v1.ToTensor(), v1.Normalize(0.5, 0.25)]),
    "padded": v1.Compose([v1.Resize(24), v1.CenterCrop(40), v1.ToTensor(), v1.Normalize(MEAN, STD)]),
    "nested": v1.Compose([v1.Compose([v1.Resize(48)]), v1.ToTensor()]),
    "v1 dtype": v1.Compose([v1.PILToTensor(), v1.ConvertImageDtype(torch.float32), v1.Normalize(MEAN, STD)]),
    "v2": v2.Compose(
        [v2.Resize(48), v2.CenterCrop(40), v2.ToImage(), v2.ToDtype(torch.float32, scale=True), NORMALIZE]
    ),
    "v2 unscaled": v2.Compose(
        [v2.ToImage(), v2.ToDtype(torch.float32), v2.Normalize([127.0] * 3, [64.0] * 3)]
    ),
}


def smooth(height: int, width: int) -> np.ndarray:
    """Pixels that change little from one to the next: crops of an odd rest may lie a pixel aside of ours."""
    coarse = Image.fromarray(noise(4, 6))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))


def same(theirs: object, pixels: np.ndarray) -> None:
    expected = np.asarray(theirs(Image.fromarray(pixels)))
    tensor = torch.from_numpy(pixels.transpose(2, 0, 1)[None].astype(np.float32))
    found = preprocessing_of(theirs).apply(tensor)[0].numpy()
    assert found.shape == expected.shape
    # Pillow rounds to 8 bits after each pass of its resize, and ours does not.
    scale = 255 * 0.229 if np.abs(expected).max() < 10 else 1.0
    steps = np.abs(found - expected) * scale
    assert np.median(steps) < 1.5
    assert np.percentile(steps, 99) < 6


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_those_of_torchvision(name: str) -> None:
    same(PRESETS[name].transforms(), smooth(300, 400))


@pytest.mark.parametrize("name", COMPOSED)
def test_composed_transforms(name: str) -> None:
    same(COMPOSED[name], smooth(64, 96))


def test_presets_of_detectors_leave_pictures_as_they_are() -> None:
    preset = models.detection.FCOS_ResNet50_FPN_Weights.DEFAULT.transforms()
    assert preprocessing_of(preset) == Preprocessing(scale=1 / 255)


def test_weights_will_do_and_so_will_ours() -> None:
    weights = models.ResNet18_Weights.DEFAULT
    assert preprocessing_of(weights) == preprocessing_of(weights.transforms())
    own = Preprocessing(resize="shorter", size=64)
    assert preprocessing_of(own) is own


def test_timms_transforms() -> None:
    data = pytest.importorskip("timm.data", reason="timm is not installed")
    same(data.create_transform((3, 40, 40), crop_pct=0.8, interpolation="bicubic"), smooth(64, 64))


def test_a_module_is_loaded_with_them() -> None:
    network = load(
        Convolutions(), task="classification", preprocessing=PRESETS["resnet50"].transforms(), device="cpu"
    )
    assert network.preprocessing.canvas == (224, 224)
    picture = noise(64, 96)
    assert network.distance(picture, picture // 8) > 0  # of pictures as bright as each other it says the same


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            v1.Compose([v1.RandomCrop(8), v1.ToTensor()]),
            "the step RandomCrop is not one that",
        ),
        (v1.Compose([v1.Lambda(abs)]), "the step Lambda is not one"),
        (
            v1.Compose([v1.ToTensor(), v1.Normalize(MEAN, STD), v1.Resize(8)]),
            "Resize comes twice or",
        ),
        (v1.Compose([v1.CenterCrop(8), v1.Resize(8)]), "Resize comes twice or"),
        (
            v1.Compose([v1.Resize(8, interpolation=InterpolationMode.LANCZOS)]),
            "Resize with lanczos",
        ),
        (v1.Compose([v1.Normalize((0.5,) * 4, (0.5,) * 4)]), "Normalize with 4 channels"),
        (models.video.R3D_18_Weights.DEFAULT.transforms(), "the step VideoClassification is not one"),
        (v1.Compose, "got the class Compose; give an object"),
        ({"size": 224}, r"got dict, not torchvision's transforms; give .*Preprocessing\(resize"),
        (lambda picture: picture, "got function, not torchvision's transforms"),
    ],
)
def test_what_cannot_be_described_is_told(given: object, message: str) -> None:
    with pytest.raises(UsageError, match=f"preprocessing: .*{message}|preprocessing: {message}"):
        load(Convolutions(), task="classification", preprocessing=given, device="cpu")
