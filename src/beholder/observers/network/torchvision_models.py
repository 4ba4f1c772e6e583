"""Networks of torchvision by name: classifiers, segmenters and detectors."""

from __future__ import annotations

import urllib.error
from importlib import import_module
from typing import Any

import torch
from torch import Tensor

from beholder.errors import UsageError
from beholder.observers._detections import MAX_OBJECTS, DetectionRules, Objects
from beholder.observers.network.preprocessing import Preprocessing
from beholder.observers.network.tasks import Classifier, Detector, Segmenter, Task
from beholder.observers.network.torchvision_transforms import preprocessing_of
from beholder.observers.network.weights import Weights, load_weights, weights_remedy


def load_torchvision(name: str, weights: Weights | None) -> tuple[torch.nn.Module, Preprocessing, Task[Any]]:
    """Return a network of torchvision with the preprocessing of its published weights.

    Args:
        name: As in `torchvision.models.list_models()`.
        weights: Of a file, for any number of classes. None: torchvision's own, from its cache or downloaded.

    Raises:
        UsageError: No such network, or no weights.
    """
    try:
        models: Any = import_module("torchvision.models")
    except ImportError as error:
        raise UsageError("torchvision is not installed: pip install 'beholder[machine]'") from error
    kinds = {"": models, "detection": models.detection, "segmentation": models.segmentation}
    kind = next((kind for kind, home in kinds.items() if name in models.list_models(module=home)), None)
    if kind is None:
        raise UsageError(
            f"torchvision has no network {name!r} for classification, detection or segmentation; "
            "torchvision.models.list_models() names them"
        )
    published = models.get_model_weights(name).DEFAULT
    module = _build(models, kind, name, published, weights)
    if kind == "detection":
        return TorchvisionDetector(module), _of_detector(module.transform), _detector_task(module)
    task: Task[Any] = Segmenter() if kind == "segmentation" else Classifier()
    return module, preprocessing_of(published.transforms()), task


def _build(models: Any, kind: str, name: str, published: Any, weights: Weights | None) -> Any:
    if weights is None:
        try:
            return models.get_model(name, weights=published)
        except (urllib.error.URLError, OSError) as error:
            raise UsageError(
                f"torchvision:{name}: its weights cannot be downloaded ({error}); fetch {published.url} and "
                f"{weights_remedy(f'torchvision:{name}')}"
            ) from error
    options: dict[str, Any] = {"weights_backbone": None} if kind else {}
    if kind == "segmentation" and any("aux_classifier." in key for key in weights.tensors):
        options["aux_loss"] = True
    if name in ("googlenet", "inception_v3"):
        # Their random start takes seconds and is replaced at once; their published weights want inputs scaled
        # once more, which torchvision turns on only where it loads them itself.
        options |= {"init_weights": False, "transform_input": True}
    module = models.get_model(name, weights=None, **options)
    known = len(published.meta["categories"])
    classes = weights.class_count(module, known)
    if classes != known:
        module = models.get_model(name, weights=None, num_classes=classes, **options)
    load_weights(module, weights)
    return module


def _of_detector(transform: Any) -> Preprocessing:
    """Of the transform that torchvision's detectors hold, which resizes without antialiasing."""
    colours = {"mean": tuple(transform.image_mean), "std": tuple(transform.image_std)}
    fill = tuple(255.0 * mean for mean in transform.image_mean)  # it pads with 0 after normalising
    common: dict[str, Any] = {"antialias": False, "scale": 1 / 255, "fill": fill}
    common |= {"placement": "top-left", "multiple": transform.size_divisible} | colours
    if transform.fixed_size is not None:
        width, height = transform.fixed_size
        return Preprocessing(resize="exact", size=(height, width), **common)
    size, longest = transform.min_size[-1], transform.max_size
    return Preprocessing(resize="shorter", size=size, longest=longest, **common)


def _detector_task(module: Any) -> Detector:
    return Detector(aligned=not hasattr(module, "roi_heads"), rules=DetectionRules(classes="ids"))


class TorchvisionDetector(torch.nn.Module):
    r"""A detector of torchvision that gives its candidates rather than what suppression leaves of them.

    ::

        input --backbone--> features --head--> one candidate an anchor       (SSD, RetinaNet, FCOS)
                                \--rpn--> regions --box head--> one a region  (the R-CNNs)
    """

    def __init__(self, detector: Any) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(N, candidates, 4) boxes in pixels of the input, (N, candidates, classes) probabilities."""
        sizes = [(x.shape[-2], x.shape[-1])] * len(x)
        images = import_module("torchvision.models.detection.image_list").ImageList(x, sizes)
        features = self.detector.backbone(x)
        if isinstance(features, Tensor):
            features = {"0": features}
        if hasattr(self.detector, "roi_heads"):
            return self._of_regions(images, features)
        maps = list(features.values())
        return self._of_anchors(self.detector.head(maps), self.detector.anchor_generator(images, maps))

    def find(self, picture: Tensor) -> Objects:
        """What torchvision itself makes of a picture, by its own preprocessing, suppression and masks.

        Args:
            picture: (1, 3, H, W) R, G, B in 0..255.

        Returns:
            The best 100 objects; classes are the labels that it was trained with, of COCO the category ids.
        """
        (found,) = self.detector([picture[0] / 255])
        best = found["scores"].argsort(descending=True, stable=True)[:MAX_OBJECTS]
        drawn = found["masks"][best, 0] > 0.5 if "masks" in found else None
        boxes, scores, labels = (found[key][best].detach() for key in ("boxes", "scores", "labels"))
        return Objects(
            boxes=boxes.float().cpu().numpy(),
            scores=scores.float().cpu().numpy(),
            classes=labels.cpu().numpy(),
            masks=None if drawn is None else drawn.cpu().numpy(),
        )

    def _of_anchors(self, head: dict[str, Tensor], anchors: list[Tensor]) -> tuple[Tensor, Tensor]:
        coder = self.detector.box_coder
        decode = getattr(coder, "decode_single", coder.decode)
        boxes = [decode(own, fixed) for own, fixed in zip(head["bbox_regression"], anchors, strict=True)]
        logits = head["cls_logits"]
        if "bbox_ctrness" in head:  # FCOS
            scores = (logits.sigmoid() * head["bbox_ctrness"].sigmoid()).sqrt()
        elif type(self.detector).__name__ == "SSD":  # class 0 is background
            scores = logits.softmax(dim=-1)[..., 1:]
        else:
            scores = logits.sigmoid()
        return torch.stack(boxes), scores

    def _of_regions(self, images: Any, features: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        heads = self.detector.roi_heads
        regions, _ = self.detector.rpn(images, features, None)
        pooled = heads.box_roi_pool(features, regions, images.image_sizes)
        logits, shifts = heads.box_predictor(heads.box_head(pooled))
        scores = logits.softmax(dim=-1)[:, 1:]  # class 0 is background
        own = scores.argmax(dim=1)[:, None, None].expand(-1, 1, 4)
        boxes = heads.box_coder.decode(shifts, regions)[:, 1:].gather(1, own)[:, 0]
        counts = [len(region) for region in regions]
        # Regions differ in number; the places that are left have score 0, which weighs nothing.
        padded = [
            torch.nn.utils.rnn.pad_sequence(part.split(counts), batch_first=True) for part in (boxes, scores)
        ]
        return padded[0], padded[1]
