"""Training: what it writes, that it goes on to the same numbers, and that processes agree."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.errors import InputError, UsageError
from beholder.learned.architecture import Architecture
from beholder.learned.coder import LearnedCoder
from beholder.learned.condition import Condition
from beholder.learned.container import read_container
from beholder.learned.network import CompressionNetwork, Forward
from beholder.learned.networks import build_network
from beholder.learned.picture_tensor import tensor_of_pixels
from beholder.learned.thaw import thaw
from beholder.learned.weights import read_weights
from beholder.option_files import to_toml
from beholder.training import teachers
from beholder.training.checkpoint import load_checkpoint
from beholder.training.config import TrainingConfig
from beholder.training.crops import CropBatches, Crops, Stage
from beholder.training.evaluate import picture_curves, spread_qualities
from beholder.training.export import export_weights
from beholder.training.learning_rates import learning_rate, parameter_groups
from beholder.training.loop import train
from beholder.training.losses import RateDistortion
from beholder.training.mixture import Mixture
from beholder.training.pictures import PictureCache, find_stored_pictures
from tests.cli.program import photograph
from tests.learned.tiny import TINY, tiny_codec, tiny_weights
from tests.observers.network.tiny import observer
from tests.training.folders import SIZES, make_pictures, short_run

SOURCE = Path(__file__).parents[2] / "src"


def quiet(line: str) -> None:
    """Nobody listens."""


def records(config: TrainingConfig, kind: str) -> list[dict[str, Any]]:
    lines = Path(config.output, "log.jsonl").read_text().splitlines()
    return [record for record in map(json.loads, lines) if record["kind"] == kind]


def without_times(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in record.items() if "second" not in name} for record in found]


def test_a_run_learns_and_records(tmp_path: Path) -> None:
    config = short_run(
        tmp_path, steps=60, learning_rate=5e-3, log_every=20, evaluate_every=30, integer_from=40,
        evaluation_data=(str(make_pictures(tmp_path / "others", 2)),), evaluation_qualities=2,
    )  # fmt: skip
    lines: list[str] = []
    path = train(config, tell=lines.append)
    trained = records(config, "train")
    assert [record["step"] for record in trained] == [20, 40, 60]
    assert trained[-1]["loss"] < trained[0]["loss"] - 0.1
    evaluated = records(config, "evaluation")
    assert [record["step"] for record in evaluated] == [30, 60]
    assert evaluated[-1]["quality"] == [0, 63]
    assert evaluated[-1]["rate_bpp"][0] < evaluated[-1]["rate_bpp"][1]
    assert evaluated[-1]["psnr_db"][0] < evaluated[-1]["psnr_db"][1]
    assert any(line.startswith("evaluation 60: quality=[0 63]") for line in lines)
    assert (Path(config.output) / "config.toml").read_text() == to_toml(config)
    saved = load_checkpoint(path)
    assert saved.step == 60
    build_network(saved.architecture).load_state_dict(saved.average)


@pytest.mark.parametrize("rounded_from", [None, 2, 4])
def test_a_resumed_run_gives_the_same_numbers(tmp_path: Path, rounded_from: int | None) -> None:
    whole = short_run(tmp_path, "whole", rounded_from=rounded_from)
    train(whole, tell=quiet)
    # Stopped between checkpoints: steps after the last one are made again, and logged once.
    halves = short_run(tmp_path, "halves", rounded_from=rounded_from)

    def stop(line: str) -> None:
        if line.startswith("train 5"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(halves, tell=stop)
    assert load_checkpoint(Path(halves.output, "last.pt")).step == 3
    train(halves, tell=quiet)
    assert without_times(records(halves, "train")) == without_times(records(whole, "train"))
    ends = [load_checkpoint(Path(config.output, "last.pt")) for config in (whole, halves)]
    for part in ("model", "average"):
        first, second = (getattr(end, part) for end in ends)
        assert first.keys() == second.keys()
        assert all(torch.equal(first[name], second[name]) for name in first)


class Teaching(torch.nn.Module):
    """Two layers that teachers can listen to."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(2)
            self.layers = torch.nn.Sequential(
                torch.nn.Conv2d(3, 4, 3, stride=2, padding=1),
                torch.nn.Tanh(),
                torch.nn.Conv2d(4, 4, 3, stride=2, padding=1),
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x / 64 - 2).mean(dim=(2, 3))


def test_a_run_with_teachers_gives_weights_a_dial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teachers, "load", lambda name, device: observer(Teaching()))
    (tmp_path / "tiny.safetensors").write_bytes(tiny_weights())
    config = short_run(
        tmp_path, steps=8, log_every=4, learning_rate=1e-3, teachers=("a", "b"), batch=4, workers=2,
        architecture=Architecture(), from_weights=str(tmp_path / "tiny.safetensors"),
    )  # fmt: skip
    path = train(config, tell=quiet)
    trained = records(config, "train")
    assert all(record["machine_error"] > 0 and record["machine_rate_bpp"] > 0 for record in trained)
    assert load_checkpoint(path).architecture == replace(TINY, observer_anchors=3)

    halves = replace(config, output=str(tmp_path / "halves"))

    def stop(line: str) -> None:
        if line.startswith("train 4"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(halves, tell=stop)
    train(halves, tell=quiet)
    again = load_checkpoint(Path(halves.output, "last.pt")).model
    assert all(torch.equal(again[name], values) for name, values in load_checkpoint(path).model.items())

    coder = LearnedCoder(read_weights(export_weights(path)))
    pixels = np.asarray(photograph(100, 90))
    files = [coder.encode(pixels, quality=30, observer=alpha).data for alpha in ("human", "0.5", "machine")]
    assert [read_container(file, "x").header.observer_dial for file in files] == [0, 128, 255]
    decoded = [coder.decode(file).pixels for file in files]
    assert len({file[-4:] for file in files}) == 3
    assert not np.array_equal(decoded[0], decoded[2])


def test_a_finished_run_has_nothing_left_to_do(tmp_path: Path) -> None:
    config = short_run(tmp_path)
    before = train(config, tell=quiet).read_bytes()
    assert train(config, tell=quiet).read_bytes() == before
    assert len(records(config, "train")) == 6


def test_overwriting_starts_anew(tmp_path: Path) -> None:
    config = short_run(tmp_path)
    train(config, tell=quiet)
    other = short_run(tmp_path, seed=1)
    train(other, tell=quiet, overwrite=True)
    trained = records(other, "train")
    assert [record["step"] for record in trained] == [1, 2, 3, 4, 5, 6]


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    train(short_run(tmp_path), tell=quiet)
    with pytest.raises(UsageError, match="network of other sizes"):
        train(short_run(tmp_path, architecture=Architecture(**SIZES | {"fine": 32})), tell=quiet)


def test_a_damaged_checkpoint_is_told(tmp_path: Path) -> None:
    config = short_run(tmp_path)
    path = train(config, tell=quiet)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InputError, match="is not a checkpoint of a training run"):
        train(config, tell=quiet)


def test_gradients_that_are_not_finite_are_passed_over_but_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = short_run(tmp_path, steps=100)

    def ruined(self: CompressionNetwork, picture: torch.Tensor, *_: object) -> Forward:
        weight = self.synthesis.leave.bias.sum()
        return Forward(picture + weight * torch.nan, picture.new_zeros(2), picture.new_zeros(2))

    monkeypatch.setattr(CompressionNetwork, "forward", ruined)
    with pytest.raises(
        UsageError,
        match="diverges, more than 50 gradients are not finite; start anew with a lower",
    ):
        train(config, tell=quiet)


def torchrun(tmp_path: Path, config: TrainingConfig, processes: int) -> None:
    (tmp_path / "config.toml").write_text(to_toml(config))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    done = subprocess.run(
        [*command, "-m", "beholder.training", "config.toml"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_two_processes_take_the_step_of_their_mean_gradient(tmp_path: Path) -> None:
    config = short_run(tmp_path, steps=1, batch=4, clip=1e9)
    torchrun(tmp_path, config, 2)
    assert [record["step"] for record in records(config, "train")] == [1]
    saved = load_checkpoint(Path(config.output, "last.pt"))
    torch.manual_seed(config.seed)
    model = build_network(config.architecture).to(memory_format=torch.channels_last)
    loss = RateDistortion(
        lambda_min=config.lambda_min,
        lambda_max=config.lambda_max,
        loss_floor=config.loss_floor,
        device=torch.device("cpu"),
    )
    mixture = Mixture(config.classes)
    cache = PictureCache(mixture.pictures, config.cache_bytes)
    crops = Crops(config.crop, config.shrink_min, config.shrink_max, config.shrink_max_jpeg)
    for process in (0, 1):
        batches = CropBatches(mixture, cache, [Stage(0, crops, 2)], seed=config.seed, process=process)
        pixels, drawn, _ = batches.batch(0)
        picture, condition = tensor_of_pixels(pixels), Condition.of(torch.from_numpy(drawn))
        seed = np.random.SeedSequence([config.seed, process, 0]).generate_state(1)[0]
        result = model(picture, condition, torch.Generator().manual_seed(int(seed)))
        (loss(result, picture, condition, np.random.default_rng(0)).total / 2).backward()
    # AdamW's first moment after one step is a tenth of the gradient.
    groups = parameter_groups(model, config.weight_decay)
    for number, parameter in enumerate(own for group in groups for own in group["params"]):
        torch.testing.assert_close(
            saved.optimizer["state"][number]["exp_avg"], parameter.grad / 10, rtol=1e-3, atol=1e-6
        )


def test_every_parameter_is_in_one_group() -> None:
    model = tiny_codec()
    groups = parameter_groups(model, 0.01)
    grouped = [id(parameter) for group in groups for parameter in group["params"]]
    assert sorted(grouped) == sorted(map(id, model.parameters()))
    rate_of = {id(parameter): group["rate"] for group in groups for parameter in group["params"]}
    assert rate_of[id(model.analysis.linear.weight)] < rate_of[id(model.analysis.leave.weight)] < 1
    assert rate_of[id(model.analysis.enter.weight)] == 1
    assert rate_of[id(model.gain.log_gain.anchors)] > rate_of[id(model.hyper_analysis.layers[0].weight)] > 1
    decayed = {id(parameter) for group in groups if group["weight_decay"] for parameter in group["params"]}
    assert id(model.hyper_analysis.layers[0].weight) in decayed
    assert id(model.analysis.linear.weight) not in decayed
    assert id(model.gain.log_gain.anchors) not in decayed


def test_batches_that_processes_cannot_share_are_refused(tmp_path: Path) -> None:
    config = short_run(tmp_path, batch=3)
    with pytest.raises(
        AssertionError, match="batch is 3; it must be a multiple of 2, the workers of all processes"
    ):
        torchrun(tmp_path, config, 2)


def test_the_learning_rate_rises_stays_and_falls(tmp_path: Path) -> None:
    config = short_run(tmp_path, steps=100, warmup=10, decay=20, learning_rate=1e-3, final_learning_rate=1e-5)
    rates = [learning_rate(config, step) for step in range(101)]
    assert rates[0] == pytest.approx(1e-4)
    assert rates[9:81] == pytest.approx([1e-3] * 72)
    assert rates[90] == pytest.approx((1e-3 + 1e-5) / 2)
    assert rates[100] == pytest.approx(1e-5)
    cosine = short_run(tmp_path, steps=110, warmup=10, learning_rate=1e-3, final_learning_rate=1e-5)
    assert learning_rate(cosine, 60) == pytest.approx((1e-3 + 1e-5) / 2)


def test_the_curve_counts_the_pictures_own_pixels(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = build_network(Architecture(**SIZES))
    stored = find_stored_pictures([str(make_pictures(tmp_path / "a", 1, 100, 70))])
    assert spread_qualities(3) == (0, 32, 63)
    assert spread_qualities(1) == (32,)
    curve = picture_curves(model, stored, (32,), torch.device("cpu")).mean()
    assert model.training
    pixels, _ = stored[0].read()
    picture = torch.tensor(pixels).permute(2, 0, 1)[None] / 255 - 0.5
    padded = torch.nn.functional.pad(picture, (0, 58, 0, 28), mode="replicate")
    with torch.no_grad():
        result = model.eval()(padded, Condition.of([32]))
    assert curve["rate_bpp"][0] == pytest.approx(result.bits.item() / 7000)
    decoded = ((result.picture[..., :100, :70] + 0.5).clamp(0, 1) * 255).round()
    error = (decoded - picture * 255 - 127.5).square().mean().item()
    assert curve["psnr_db"][0] == pytest.approx(
        10 * torch.log10(torch.tensor(65025 / error)).item(), abs=1e-3
    )


def test_a_run_ends_in_weights_that_code_pictures(tmp_path: Path) -> None:
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    pytest.importorskip("constriction", reason="constriction is not installed")
    path = train(short_run(tmp_path, steps=40, learning_rate=5e-3, average=0.9), tell=quiet)
    weights = read_weights(export_weights(path))
    saved = load_checkpoint(path)
    linear = saved.average["analysis.linear.weight"]
    torch.testing.assert_close(weights.network.analysis.linear.weight, linear, atol=1e-3, rtol=1e-3)
    stored = find_stored_pictures([str(tmp_path / "pictures")])[:1]
    curve = picture_curves(weights.network, stored, (32,), torch.device("cpu")).mean()
    pixels, _ = stored[0].read()
    codec = LearnedCoder(weights)
    data = codec.encode(pixels, quality=32, rounding="nearest").data
    assert len(data) * 8 / (120 * 150) == pytest.approx(curve["rate_bpp"][0], rel=0.1)
    error = np.square(codec.decode(data).pixels.astype(float) - pixels).mean()
    assert 10 * np.log10(65025 / error) == pytest.approx(curve["psnr_db"][0], abs=1e-3)


def test_training_needs_no_coder(tmp_path: Path) -> None:
    """A machine with a GPU may have torch, numpy and Pillow alone."""
    (tmp_path / "config.toml").write_text(to_toml(short_run(tmp_path, steps=1)))
    code = (
        "import sys\n"
        "for name in ('safetensors', 'constriction', 'torchvision', 'tensorboard'):\n"
        "    sys.modules[name] = None\n"
        "from beholder.training.__main__ import main\n"
        "sys.argv[1:] = ['config.toml']\n"
        "sys.exit(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert Path(tmp_path, "run", "last.pt").exists()


def test_a_run_starts_from_weights_and_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    (tmp_path / "tiny.safetensors").write_bytes(tiny_weights())
    weights = str(tmp_path / "tiny.safetensors")
    config = short_run(tmp_path, architecture=Architecture(), steps=2, from_weights=weights)
    path = train(config, tell=quiet)
    saved = load_checkpoint(path)
    assert saved.architecture == TINY  # that of the weights, which the configuration leaves open
    expected = thaw(read_weights(tiny_weights()).network).state_dict()
    assert all(torch.allclose(saved.model[name], expected[name], atol=0.02) for name in expected)
    assert "tiny.safetensors" in saved.origin
    (tmp_path / "tiny.safetensors").unlink()  # which a run that goes on does not need
    train(replace(config, steps=3), tell=quiet)
    begins = [record["begins"] for record in records(config, "start")]
    assert begins[0].startswith("starts from weights ")
    assert begins[1].startswith(f"goes on from {path}, step 2, begun from ")
    assert load_checkpoint(path).step == 3


def test_sizes_that_weights_do_not_have_are_told(tmp_path: Path) -> None:
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    (tmp_path / "tiny.safetensors").write_bytes(tiny_weights())
    sizes = Architecture(**SIZES | {"fine": 24})
    config = short_run(tmp_path, architecture=sizes, from_weights=str(tmp_path / "tiny.safetensors"))
    with pytest.raises(UsageError, match=r"of other sizes \(fine is 16, and 24 is asked for"):
        train(config, tell=quiet)


def test_weights_that_are_not_there_or_damaged_are_told(tmp_path: Path) -> None:
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    with pytest.raises(UsageError, match="nowhere: no file of weights"):
        train(short_run(tmp_path, from_weights="nowhere"), tell=quiet)
    (tmp_path / "bad.safetensors").write_bytes(tiny_weights()[:5000])
    with pytest.raises(InputError, match=r"bad.safetensors: no weights of the learned codec"):
        train(short_run(tmp_path, from_weights=str(tmp_path / "bad.safetensors")), tell=quiet)


def test_fewer_steps_than_there_are_is_told(tmp_path: Path) -> None:
    path = train(short_run(tmp_path, steps=2), tell=quiet)
    with pytest.raises(UsageError, match=f"{path}: has 2 steps already, and steps is 1"):
        train(short_run(tmp_path, steps=1), tell=quiet)


def test_a_run_that_diverges_keeps_its_last_good_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the weights go bad in a step of a checkpoint, between two, or in the last one."""
    train(short_run(tmp_path, steps=3), tell=quiet)
    path = Path(short_run(tmp_path).output, "last.pt")
    good = path.read_bytes()

    def ruin(self: torch.optim.Optimizer, *_: object) -> None:
        with torch.no_grad():
            for group in self.param_groups:
                for parameter in group["params"]:
                    parameter.fill_(1e30)

    for steps, save_every in ((100, 4), (100, 1), (4, 1)):
        with monkeypatch.context() as patched:
            patched.setattr(torch.optim.AdamW, "step", ruin)
            with pytest.raises(UsageError, match=r"diverges.*last\.pt is the last good checkpoint"):
                train(short_run(tmp_path, steps=steps, save_every=save_every), tell=quiet)
        assert path.read_bytes() == good
    for line in Path(path.parent, "log.jsonl").read_text().splitlines():
        json.loads(line, parse_constant=pytest.fail)
    train(short_run(tmp_path, steps=4), tell=quiet)  # goes on from it
    assert load_checkpoint(path).step == 4


def test_damaged_pictures_are_counted_and_named(tmp_path: Path) -> None:
    config = short_run(tmp_path)
    bad = tmp_path / "pictures" / "bad.png"
    bad.write_bytes(b"no picture")
    train(replace(config, steps=12), tell=quiet)
    (record,) = records(config, "damaged")
    assert record["in_all"] == 1
    assert str(bad) in record["pictures"][0]


def test_pictures_to_evaluate_on_are_read_before_the_first_step(tmp_path: Path) -> None:
    folder = make_pictures(tmp_path / "others", 2)
    (folder / "bad.png").write_bytes(b"no picture")
    config = short_run(tmp_path, evaluation_data=(str(folder),))
    with pytest.raises(InputError, match=r"1 of the pictures to evaluate on cannot be read.*bad.png"):
        train(config, tell=quiet)
    assert not config.checkpoint_path.exists()
