"""What a network answers, how far apart two answers are, and which way an answer is sensitive.

Each task has a `distance` and a `projection` that belong together: f = `projection` is a random scalar of an
answer whose squared gradient is, on average over the random signs, the curvature of the distance:

    distance(answer(x), answer(x + d)) = 1/2 E[(grad f . d)^2] + higher orders

For class probabilities the distance is the KL divergence in nats and the curvature is the Fisher
information, with no label needed: f = sum_y 2 sqrt(p_y) v_y with random signs v, since
E[(df)^2] = sum_y p_y (d log p_y)^2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

import torch
from torch import Tensor

from beholder.errors import UsageError
from beholder.observers._detections import DetectionRules

TaskName: TypeAlias = Literal["classification", "detection", "segmentation", "embedding"]

# Probabilities are kept this far from 0 and 1, where the arc sine has no gradient; float32 has steps of 6e-8
# below 1.
_MIN_PROBABILITY = 1e-12
_MAX_PROBABILITY = 1 - 1e-6

Answer = TypeVar("Answer")


class Task(Protocol[Answer]):
    """How to read a network's output. Answers hold a batch; distances are by picture."""

    @property
    def name(self) -> TaskName:
        """The word of the command line."""

    def answer(self, output: Any) -> Answer:
        """What the output of the network says.

        Raises:
            UsageError: The output does not fit this task.
        """

    def distance(self, original: Answer, decoded: Answer) -> Tensor:
        """(N,) distance between two answers, 0 where they are equal."""

    def projection(self, answer: Answer, generator: torch.Generator) -> Tensor:
        """The sum over the batch of one random projection a picture, a scalar."""


@dataclass(frozen=True)
class Classifier:
    """Class probabilities, from (N, classes) logits. Distance: KL divergence in nats.

    Attributes:
        first_class: Classes before this one are left out, and those that stay are counted from 0: networks of
            1001 classes have a class 0 for background, which labels of ImageNet do not know.
    """

    name: TaskName = "classification"
    first_class: int = 0

    def answer(self, output: Any) -> Tensor:
        """(N, classes) log probabilities."""
        logits = _tensor(output, "classification", "(N, classes) logits", ndim=2)
        if not 0 <= self.first_class < logits.shape[1]:
            raise UsageError(
                f"first_class is {self.first_class}, but the network gives {logits.shape[1]} classes"
            )
        return torch.log_softmax(logits[:, self.first_class :].float(), dim=1)

    def distance(self, original: Tensor, decoded: Tensor) -> Tensor:
        """KL divergence in nats."""
        return _kl_divergence(original, decoded)

    def projection(self, answer: Tensor, generator: torch.Generator) -> Tensor:
        """Fisher projection."""
        return _projected([2 * (answer / 2).exp()], generator)


@dataclass(frozen=True)
class Segmenter:
    """Class probabilities of each pixel, from (N, classes, h, w) logits. Distance: mean KL divergence."""

    name: TaskName = "segmentation"

    def answer(self, output: Any) -> Tensor:
        """(N, classes, h, w) log probabilities; of a dictionary, torchvision's entry ``out``."""
        if isinstance(output, dict):
            output = output.get("out")
        logits = _tensor(output, "segmentation", "(N, classes, h, w) logits", ndim=4)
        return torch.log_softmax(logits.float(), dim=1)

    def distance(self, original: Tensor, decoded: Tensor) -> Tensor:
        """KL divergence in nats, the mean over pixels."""
        return _kl_divergence(original, decoded).mean(dim=(1, 2))

    def projection(self, answer: Tensor, generator: torch.Generator) -> Tensor:
        """Fisher projection of all pixels at once."""
        pixels = answer.shape[2] * answer.shape[3]
        return _projected([2 * (answer / 2).exp() / pixels**0.5], generator)


@dataclass(frozen=True)
class Embedding:
    """A feature vector or map, brought to length 1. Distance: 1 minus the cosine."""

    name: TaskName = "embedding"

    def answer(self, output: Any) -> Tensor:
        """(N, features) of length 1."""
        features = _tensor(output, "embedding", "(N, ...) features", ndim=None).float().flatten(1)
        return torch.nn.functional.normalize(features, dim=1)

    def distance(self, original: Tensor, decoded: Tensor) -> Tensor:
        """1 minus the cosine, as half the squared distance, which is exact for answers that are alike."""
        return 0.5 * (original - decoded).square().sum(dim=1)

    def projection(self, answer: Tensor, generator: torch.Generator) -> Tensor:
        """Gauss-Newton projection."""
        return _projected([answer], generator)


@dataclass(frozen=True)
class Detections:
    """Candidate boxes before non-maximum suppression.

    Attributes:
        boxes: (N, candidates, 4) x0, y0, x1, y1.
        scores: (N, candidates, classes) probabilities.
        coefficients: (N, candidates, k) of the candidates' masks, where the network gives masks.
        prototypes: (N, k, h, w), from which coefficients make masks.
    """

    boxes: Tensor
    scores: Tensor
    coefficients: Tensor | None = None
    prototypes: Tensor | None = None


@dataclass(frozen=True)
class Detector:
    """Boxes and scores of many candidates. Distance: nats, counted where the original has objects.

    A score counts as a Bernoulli probability and a box as four Gaussians around its sides, of
    `box_deviation` times its size. Divergences of scores are weighed by the original's score, those of boxes
    by its best score, so that thousands of candidates on background do not drown the objects.

    Attributes:
        box_deviation: Deviation of a side over the root of the box's area. At 1 a square box that has
            moved both ways by a third of its side (IoU 0.29) costs 0.22 nats. Small values let the sides of
            many faint candidates drown the scores: adapted with 0.1, files of COCO train2017 at 0.25 and
            0.4 bpp lost more of what YOLOX-nano and NanoDet had found than with 0.5 or without boxes.
        aligned: Whether a candidate of one picture is that of the same number in another, as with anchors;
            otherwise each one of the original is compared with the one of most overlap.
        rules: What makes detections of candidates; the distance takes all candidates.
    """

    name: TaskName = "detection"
    box_deviation: float = 1.0
    aligned: bool = True
    rules: DetectionRules = field(default_factory=DetectionRules)

    def answer(self, output: Any) -> Detections:
        """Of a pair or longer sequence, boxes and scores in this order, and what masks are made from."""
        if not isinstance(output, Sequence) or len(output) < 2:
            raise UsageError(
                f"a network for detection must give (boxes, scores), got {_described(output)}; wrap it in a "
                "module that gives (N, candidates, 4) boxes and (N, candidates, classes) probabilities"
            )
        boxes = _tensor(output[0], "detection", "(N, candidates, 4) boxes first", ndim=3).float()
        scores = _tensor(output[1], "detection", "(N, candidates, classes) scores second", ndim=3).float()
        if boxes.shape[2] != 4 or boxes.shape[:2] != scores.shape[:2]:
            raise UsageError(
                "a network for detection must give (N, candidates, 4) boxes and (N, candidates, classes) "
                f"scores, got {tuple(boxes.shape)} and {tuple(scores.shape)}"
            )
        if scores.numel() and (scores.min() < 0 or scores.max() > 1):
            raise UsageError(
                f"scores of a detector must be probabilities, got {float(scores.min()):.3g} to "
                f"{float(scores.max()):.3g}; let the module end in a sigmoid or softmax"
            )
        if self.rules.masks == "none":
            return Detections(boxes, scores)
        return Detections(boxes, scores, *_mask_parts(output, boxes.shape[1]))

    def distance(self, original: Detections, decoded: Detections) -> Tensor:
        """Weighted KL divergences of scores and boxes in nats."""
        if not self.aligned:
            decoded = _matched(original, decoded)
        p, q = (answer.scores.clamp(_MIN_PROBABILITY, _MAX_PROBABILITY) for answer in (original, decoded))
        divergence = p * (p.log() - q.log()) + (1 - p) * ((-p).log1p() - (-q).log1p())
        moved = self._box_scale(original) * (original.boxes - decoded.boxes)
        scores = (original.scores * divergence).sum(dim=(1, 2))
        return torch.add(scores, moved.square().sum(dim=(1, 2)), alpha=0.5)

    def projection(self, answer: Detections, generator: torch.Generator) -> Tensor:
        """Fisher projection of scores, Gauss-Newton projection of boxes."""
        p = answer.scores.clamp(_MIN_PROBABILITY, _MAX_PROBABILITY)
        scores = answer.scores.detach().sqrt() * 2 * p.sqrt().asin()
        return _projected([scores, self._box_scale(answer) * answer.boxes], generator)

    def _box_scale(self, answer: Detections) -> Tensor:
        """(N, candidates, 1) root of what a squared pixel costs at a box's side; no gradient."""
        boxes = answer.boxes.detach()
        sides = (boxes[..., 2:] - boxes[..., :2]).clamp_min(1)  # an input pixel is the least size of a box
        size = sides.prod(dim=-1).sqrt()
        weight = answer.scores.detach().amax(dim=-1).sqrt()
        return torch.unsqueeze(weight / (self.box_deviation * size), -1)


def task_of_name(name: str) -> Task[Any]:
    """The task of that name.

    Raises:
        UsageError: There is no such task.
    """
    tasks: tuple[Task[Any], ...] = (Classifier(), Detector(), Segmenter(), Embedding())
    for task in tasks:
        if task.name == name:
            return task
    raise UsageError(f"unknown task {name!r}; known are {', '.join(task.name for task in tasks)}")


def _mask_parts(output: Sequence[Any], candidates: int) -> tuple[Tensor, Tensor]:
    """Coefficients and prototypes of an output that has them behind boxes and scores."""
    wanted = (
        "a network for masks by prototypes must give (boxes, scores, (N, candidates, k) coefficients, "
        "(N, k, h, w) prototypes)"
    )
    if len(output) < 4:
        raise UsageError(f"{wanted}, got {len(output)} values; leave masks out if it gives none")
    coefficients, prototypes = output[2], output[3]
    fit = (
        isinstance(coefficients, Tensor)
        and isinstance(prototypes, Tensor)
        and (coefficients.ndim, prototypes.ndim) == (3, 4)
        and coefficients.shape[1] == candidates
        and coefficients.shape[2] == prototypes.shape[1]
    )
    if not fit:
        raise UsageError(f"{wanted}, got {_described(coefficients)} and {_described(prototypes)} there")
    return coefficients, prototypes


def _matched(original: Detections, decoded: Detections) -> Detections:
    """For each candidate of the original the decoded picture's candidate of most overlap (IoU)."""
    a, b = original.boxes.detach()[:, :, None], decoded.boxes.detach()[:, None]
    common = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp_min(0)
    overlap = common.prod(dim=-1)
    areas = [(boxes[..., 2:] - boxes[..., :2]).clamp_min(0).prod(dim=-1) for boxes in (a, b)]
    union = (areas[0] + areas[1] - overlap).clamp_min(torch.finfo(overlap.dtype).tiny)
    best = (overlap / union).argmax(dim=2)[..., None]
    return Detections(
        decoded.boxes.gather(1, best.expand(-1, -1, 4)),
        decoded.scores.gather(1, best.expand(-1, -1, decoded.scores.shape[2])),
    )


def _projected(parts: list[Tensor], generator: torch.Generator) -> Tensor:
    """The sum over all parts with random signs."""
    terms = []
    for part in parts:
        # Drawn on the CPU, so that a generator gives the same signs on every device.
        signs = torch.randint(0, 2, part.shape, generator=generator, dtype=torch.int8) * 2 - 1
        terms.append((part * signs.to(part.device)).sum())
    return torch.stack(terms).sum()


def _kl_divergence(original: Tensor, decoded: Tensor) -> Tensor:
    """KL divergence in nats along dimension 1 of log probabilities."""
    return (original.exp() * (original - decoded)).sum(dim=1)


def _tensor(output: Any, task: str, wanted: str, *, ndim: int | None) -> Tensor:
    if not isinstance(output, Tensor) or (ndim is not None and output.ndim != ndim):
        raise UsageError(f"a network for {task} must give {wanted}, got {_described(output)}")
    return output


def _described(output: Any) -> str:
    if isinstance(output, Tensor):
        return f"a tensor of shape {tuple(output.shape)}"
    if isinstance(output, dict):
        return f"a dictionary of {', '.join(map(str, output))}"
    if isinstance(output, Sequence):
        return f"{len(output)} values"
    return type(output).__name__
