"""`Preprocessing` from torchvision's transforms: ``weights.transforms()`` and ``transforms.Compose``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from beholder.errors import UsageError
from beholder.observers.network.preprocessing import Interpolation, Preprocessing

_REMEDY = (
    "give beholder.observers.network.Preprocessing(resize=..., size=..., canvas=..., scale=1/255, mean=..., "
    "std=...) instead"
)


def preprocessing_of(given: Any) -> Preprocessing:
    """Return the preprocessing that torchvision's presets or composed transforms describe.

    Args:
        given: A `Preprocessing`; ``weights.transforms()`` of torchvision for classification, segmentation or
            detection; a ``Compose`` of Resize, CenterCrop, conversions to float tensors and Normalize, of
            torchvision's v1 or v2 transforms or as timm makes it.

    Raises:
        UsageError: It is something else, or holds a step that a `Preprocessing` cannot describe.
    """
    if isinstance(given, Preprocessing):
        return given
    if hasattr(given, "transforms") and callable(
        given.transforms
    ):  # weights, such as ResNet50_Weights.DEFAULT
        given = given.transforms()
    if isinstance(given, type):
        raise UsageError(
            f"preprocessing: got the class {given.__name__}; give an object, {given.__name__}(...)"
        )
    if not _is_of_transforms(given):
        raise UsageError(
            f"preprocessing: got {type(given).__name__}, not torchvision's transforms; {_REMEDY}"
        )
    kind = type(given).__name__
    if kind == "ObjectDetection":  # which makes a float tensor and leaves the rest to the network
        return Preprocessing(scale=1 / 255)
    if kind in ("ImageClassification", "SemanticSegmentation"):
        return _of_preset(given)
    return _of_steps(given)


def _is_of_transforms(given: Any) -> bool:
    return any(
        cls.__module__.startswith(("torchvision.transforms", "timm.data")) for cls in type(given).__mro__
    )


def _of_preset(preset: Any) -> Preprocessing:
    """Of torchvision's ImageClassification and SemanticSegmentation presets."""
    size = preset.resize_size
    crop = getattr(preset, "crop_size", None)
    steps = _Steps()
    if size is not None:  # SemanticSegmentation may leave pictures as they are
        steps.resize(list(size), None, preset.interpolation, antialias=preset.antialias is not False)
    if crop is not None:
        steps.crop(crop)
    steps.scale = 1 / 255
    steps.mean, steps.std = _three(preset.mean), _three(preset.std)
    return steps.preprocessing()


@dataclass
class _Steps:
    """What steps come to, taken one after the other."""

    fields: dict[str, Any] = field(default_factory=dict)
    scale: float = 1.0
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None

    def resize(self, size: Any, longest: Any, interpolation: Any, *, antialias: bool) -> None:
        """Take a Resize."""
        self._check_order("Resize", "resize")
        sides = [size] if isinstance(size, int) else list(size or ())
        word = str(getattr(interpolation, "value", interpolation))
        if word not in get_args(Interpolation):
            raise UsageError(
                f"preprocessing: Resize with {word} interpolation; known are "
                f"{', '.join(get_args(Interpolation))}; {_REMEDY}"
            )
        if not sides:
            raise UsageError(f"preprocessing: Resize without a size; {_REMEDY}")
        self.fields |= {"interpolation": word, "antialias": antialias}
        if len(sides) == 1:
            self.fields |= {"resize": "shorter", "size": int(sides[0]), "longest": longest}
        else:
            self.fields |= {"resize": "exact", "size": (int(sides[0]), int(sides[1]))}

    def crop(self, size: Any) -> None:
        """Take a CenterCrop."""
        self._check_order("CenterCrop", "canvas")
        sides = [size] if isinstance(size, int) else list(size)
        self.fields["canvas"] = (int(sides[0]), int(sides[-1]))

    def normalize(self, mean: Any, std: Any) -> None:
        """Take a Normalize."""
        if self.mean is not None:
            raise UsageError(f"preprocessing: has Normalize twice; {_REMEDY}")
        self.mean, self.std = _three(mean), _three(std)

    def preprocessing(self) -> Preprocessing:
        """Return all of them as one."""
        mean, std = self.mean or (0.0, 0.0, 0.0), self.std or (1.0, 1.0, 1.0)
        if len(mean) != 3 or len(std) != 3:
            raise UsageError(f"preprocessing: Normalize with {len(mean)} channels; pictures have three")
        return Preprocessing(scale=self.scale, mean=mean, std=std, **self.fields)

    def _check_order(self, step: str, name: str) -> None:
        if name in self.fields or self.mean is not None or (step == "Resize" and "canvas" in self.fields):
            raise UsageError(
                f"preprocessing: {step} comes twice or too late; Beholder resizes, crops, then normalises; "
                f"{_REMEDY}"
            )


# Steps that change neither which samples a network sees nor their range.
_IDLE = ("ToImage", "PILToTensor", "MaybePILToTensor", "ToPureTensor", "Identity")


def _of_steps(given: Any) -> Preprocessing:
    steps = _Steps()
    for step in _flattened(given):
        name = type(step).__name__
        if name == "Resize":
            antialias = getattr(step, "antialias", True) is not False
            steps.resize(step.size, getattr(step, "max_size", None), step.interpolation, antialias=antialias)
        elif name == "CenterCrop":
            steps.crop(step.size)
        elif name in ("ToTensor", "MaybeToTensor") or _scales(step, name):
            steps.scale = 1 / 255
        elif name == "Normalize":
            steps.normalize(step.mean, step.std)
        elif name not in (*_IDLE, "ToDtype"):
            raise UsageError(f"preprocessing: the step {name} is not one that Beholder knows; {_REMEDY}")
    return steps.preprocessing()


def _flattened(given: Any) -> list[Any]:
    steps = getattr(given, "transforms", None)
    if type(given).__name__ in ("Compose", "Sequential") or isinstance(steps, Sequence):
        return [inner for step in steps or () for inner in _flattened(step)]
    return [given]


def _scales(step: Any, name: str) -> bool:
    """Whether a conversion takes 0..255 to 0..1."""
    if name == "ConvertImageDtype":
        return bool(step.dtype.is_floating_point)
    return name == "ToDtype" and bool(step.scale)


def _three(values: Any) -> tuple[float, ...]:
    numbers = [float(value) for value in (values if hasattr(values, "__iter__") else [values])]
    return tuple(numbers * 3 if len(numbers) == 1 else numbers)
