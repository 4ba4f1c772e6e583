"""Answers, distances, and projections whose squared gradients are the curvature of the distance."""

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.errors import UsageError
from beholder.observers.network import Classifier, Detector, Embedding, Segmenter
from beholder.observers.network.tasks import task_of_name

DRAWS = 3000


def heads(seed=0):
    """For each task: the task and a smooth map from a vector of 12 parameters to its output."""
    generator = torch.Generator().manual_seed(seed)

    def random(*shape):
        return torch.randn(*shape, generator=generator)

    a, b, c, d = random(12, 7), random(12, 4 * 2 * 3), random(12, 5 * 3), random(12, 9)
    boxes = torch.tensor([10.0, 20.0, 40.0, 60.0]) + 5 * random(5, 4)

    def detect(x):
        moved = boxes + 2 * torch.tanh(x @ random_boxes).reshape(1, 5, 4)
        return moved, torch.sigmoid(x @ c - 1).reshape(1, 5, 3)

    random_boxes = random(12, 20)
    return {
        "classification": (Classifier(), lambda x: (x @ a)[None]),
        "segmentation": (Segmenter(), lambda x: (x @ b).reshape(1, 4, 2, 3)),
        "detection": (Detector(), detect),
        "embedding": (Embedding(), lambda x: (x @ d)[None]),
    }


@pytest.mark.parametrize("name", heads())
def test_squared_projections_are_the_curvature_of_the_distance(name: str) -> None:
    task, head = heads()[name]
    x = (0.3 * torch.randn(12, generator=torch.Generator().manual_seed(5))).requires_grad_()
    answer = task.answer(head(x))
    squares = torch.zeros(12)
    outer = torch.zeros(12, 12)
    signs = torch.Generator().manual_seed(1)
    for _ in range(DRAWS):
        (gradient,) = torch.autograd.grad(task.projection(answer, signs), x, retain_graph=True)
        outer += torch.outer(gradient, gradient) / DRAWS
        squares += gradient.square() / DRAWS
    step = 0.02
    for number in range(4):
        direction = (
            torch.eye(12)[number]
            if number < 2
            else torch.randn(12, generator=torch.Generator().manual_seed(number))
        )
        with torch.no_grad():
            # The mean of both ways leaves the third order out.
            distance = (
                sum(task.distance(answer, task.answer(head(x + sign * step * direction))) for sign in (1, -1))
                / 2
            )
        assert float(distance) == pytest.approx(
            float(0.5 * step**2 * direction @ outer @ direction), rel=0.12
        )
    assert torch.allclose(squares, outer.diagonal(), rtol=1e-3)


@pytest.mark.parametrize("name", heads())
def test_equal_answers_have_distance_zero(name: str) -> None:
    task, head = heads()[name]
    answer = task.answer(head(torch.ones(12)))
    assert task.distance(answer, answer).tolist() == [0.0]
    other = task.answer(head(torch.linspace(0.5, 1.5, 12)))
    assert float(task.distance(answer, other)) > 1e-3


def test_divergence_of_classes_is_in_nats() -> None:
    task = Classifier()
    certain, even = torch.tensor([[50.0, 0.0]]), torch.zeros(1, 2)
    found = task.distance(task.answer(certain), task.answer(even))
    assert float(found) == pytest.approx(0.6931, abs=1e-4)


def test_segments_are_read_from_torchvision_s_dictionary() -> None:
    logits = torch.randn(2, 4, 3, 3, generator=torch.Generator().manual_seed(0))
    answer = Segmenter().answer({"out": logits, "aux": None})
    assert torch.equal(answer, torch.log_softmax(logits, 1))


def test_background_does_not_count_for_a_detector() -> None:
    boxes = torch.tensor([[[0.0, 0.0, 10.0, 10.0]] * 1001])
    scores = torch.full((1, 1001, 1), 1e-4)
    scores[0, 0] = 0.9
    noisy = scores * 2
    noisy[0, 0] = 0.9
    fainter = scores.clone()
    fainter[0, 0] = 0.7
    task = Detector()
    original = task.answer((boxes, scores))
    background = float(task.distance(original, task.answer((boxes, noisy))))
    assert float(task.distance(original, task.answer((boxes, fainter)))) > 1000 * background


def test_a_moved_box_costs_what_is_said() -> None:
    boxes = torch.tensor([[[100.0, 100.0, 200.0, 200.0]]])
    scores = torch.full((1, 1, 1), 1 - 1e-6)
    task = Detector()
    side = 100 / 3
    found = task.distance(task.answer((boxes, scores)), task.answer((boxes + side, scores)))
    assert float(found) == pytest.approx(0.22, abs=0.005)
    overlap = (100 - side) ** 2 / (2 * 100**2 - (100 - side) ** 2)
    assert overlap == pytest.approx(0.29, abs=0.005)


def test_candidates_without_order_are_matched_by_overlap() -> None:
    random = torch.Generator().manual_seed(2)
    corners = 100 * torch.rand(1, 20, 2, generator=random)
    boxes = torch.cat((corners, corners + 10 + 20 * torch.rand(1, 20, 2, generator=random)), dim=2)
    scores = torch.rand(1, 20, 3, generator=random)
    order = torch.randperm(20, generator=random)
    shuffled = (boxes[:, order], scores[:, order])
    free, aligned = Detector(aligned=False), Detector()
    answers = free.answer((boxes, scores)), free.answer(shuffled)
    assert free.distance(*answers).tolist() == [0.0]
    assert float(aligned.distance(*answers)) > 1


@pytest.mark.parametrize(
    ("task", "output", "message"),
    [
        (Classifier(), torch.zeros(1, 3, 4), "must give \\(N, classes\\) logits, got a tensor of shape"),
        (Segmenter(), {"logits": torch.zeros(1, 2, 3, 3)}, "must give \\(N, classes, h, w\\) logits"),
        (Embedding(), [torch.zeros(1, 3)], "got 1 values"),
        (Detector(), torch.zeros(1, 3), "must give \\(boxes, scores\\)"),
        (Detector(), (torch.zeros(1, 3, 4), torch.full((1, 3, 2), 1.5)), "must be probabilities"),
        (Detector(), (torch.zeros(1, 3, 5), torch.zeros(1, 3, 2)), "\\(1, 3, 5\\) and \\(1, 3, 2\\)"),
    ],
)
def test_outputs_of_another_task_are_refused(task, output, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        task.answer(output)


def test_tasks_by_name() -> None:
    assert isinstance(task_of_name("detection"), Detector)
    with pytest.raises(UsageError, match="known are classification, detection, segmentation, embedding"):
        task_of_name("captioning")
