"""The configuration: checks, TOML, flags."""

import argparse
from pathlib import Path

import pytest

from beholder.errors import UsageError
from beholder.learned.architecture import Architecture
from beholder.option_files import load_options, to_toml
from beholder.option_flags import flags_given
from beholder.training.config import TrainingConfig
from beholder.training.run import add_training_flags

GIVEN = {"data": ("a", "b"), "output": "o"}


def test_its_toml_is_itself(tmp_path: Path) -> None:
    config = TrainingConfig(
        **GIVEN, steps=7, loss_floor=0.25, evaluation_data=('k "x"\\',), architecture=Architecture(fine=16)
    )
    (tmp_path / "c.toml").write_text(to_toml(config))
    assert load_options(TrainingConfig, tmp_path / "c.toml", {}) == config


def test_flags_override_the_file(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('data = ["a"]\noutput = "o"\nsteps = 5\nclip = 2\n')
    config = load_options(TrainingConfig, tmp_path / "c.toml", {"steps": 9})
    assert (config.steps, config.clip, config.data) == (9, 2.0, ("a",))


def test_flags_set_options_and_those_of_the_network() -> None:
    parser = argparse.ArgumentParser()
    add_training_flags(parser)
    words = "c.toml --data x y --no-bfloat16 --clip 3 --crop 128 --from photograph --latents 64"
    parsed = parser.parse_args(words.split())
    assert flags_given(parsed, TrainingConfig) == {
        "data": ["x", "y"], "bfloat16": False, "clip": 3, "crop": 128, "from_weights": "photograph",
        "architecture": {"latents": 64},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"crop": 100}, "crop is 100; it must be a multiple of 64"),
        ({"architecture": {"latents": 30}}, "latents is 30; it must be a multiple of 4"),
        ({"steps": 0}, "steps is 0; it must be a whole number of at least 1"),
        ({"steps": 1.5}, "steps is 1.5; it must be a whole number of at least 1"),
        ({"steps": True}, "steps is True; it must be a whole number"),
        ({"bfloat16": 1}, "bfloat16 is 1; it must be true or false"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0; it must be a number above 0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan; it must be a number above 0"),
        ({"loss_floor": float("nan")}, "loss_floor is nan; it must be a number"),
        ({"lambda_min": 0.2}, "lambda_min is 0.2 and lambda_max 0.12"),
        ({"average": 1.0}, "average is 1.0"),
        ({"shrink_max_jpeg": 0.3}, "shrink_min is 0.4 and shrink_max_jpeg 0.3"),
        ({"data": ()}, "data is empty"),
        ({"data": "a"}, "data is 'a'; it must be a list of texts"),
    ],
)
def test_what_is_not_allowed_is_told(values: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message.replace("(", r"\(")):
        TrainingConfig(**GIVEN | values)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'data = ["a"]\noutput = "o"\nstep = 1',
            "unknown option 'step'; did you mean steps",
        ),
        ('output = "o"', "data is not given; give --data PATH"),
        ('data = ["a"]\noutput = "o"\nlatents = 8', "did you mean latents in \\[architecture\\]"),
        ("data = [", "not a TOML file"),
    ],
)
def test_a_wrong_file_is_told(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(UsageError, match=message):
        load_options(TrainingConfig, tmp_path / "c.toml", {})


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        load_options(TrainingConfig, tmp_path / "c.toml", {})


def test_an_entropy_path_from_weights_trains_in_integers_at_once() -> None:
    assert TrainingConfig(**GIVEN).integer_from == 300_000
    assert TrainingConfig(**GIVEN, from_weights="photograph").integer_from == 0
    assert TrainingConfig(**GIVEN, from_weights="photograph", integer_from=9).integer_from == 9


def test_crops_grow_late() -> None:
    config = TrainingConfig(**GIVEN, crop=128, batch=8, late_from=10, late_crop=256, late_batch=4)
    assert [(config.crop_at(step), config.batch_at(step)) for step in (0, 9, 10)] == [
        (128, 8),
        (128, 8),
        (256, 4),
    ]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"late_crop": 128}, "late_crop and late_batch need late_from"),
        ({"late_from": 5}, "late_from is given"),
        ({"late_from": 5, "late_crop": 100}, "late_crop is 100; it must be a multiple of 64"),
        ({"late_from": 5, "late_batch": 0}, "late_batch is 0; it must be a whole number of at least 1"),
        ({"late_from": 1.5, "late_batch": 1}, "late_from is 1.5; it must be a whole number"),
        ({"learning_rate": float("inf")}, "learning_rate is inf; it must be a number above 0"),
        ({"augment_grey": 1.5}, "augment_grey is 1.5; it must be a number from 0 to 1"),
        ({"steps": None}, "steps is None; it must be a whole number"),
        ({"shares": ("a=0.5",)}, "shares has a, and data has pictures"),
    ],
)
def test_what_does_not_go_together_is_told(values: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        TrainingConfig(**GIVEN | values)


def test_teachers_bring_a_dial() -> None:
    assert TrainingConfig(**GIVEN).architecture.observer_anchors == 1
    taught = TrainingConfig(**GIVEN, teachers=("efficientnet_lite0",))
    assert taught.architecture.observer_anchors == 3
    asked = TrainingConfig(**GIVEN, teachers=("a",), architecture=Architecture(observer_anchors=5))
    assert asked.architecture.observer_anchors == 5
    with pytest.raises(UsageError, match=r"fixed_observer is 0.5; observers above 0 need teachers"):
        TrainingConfig(**GIVEN, fixed_observer=0.5)


def test_ms_ssim_needs_crops_that_five_scales_fit_into() -> None:
    with pytest.raises(UsageError, match="human is ms-ssim and a crop has 128 pixels a side; it needs 192"):
        TrainingConfig(**GIVEN, human="ms-ssim", crop=128)
    with pytest.raises(UsageError, match="a crop has 64 pixels"):
        TrainingConfig(**GIVEN, human="ms-ssim", crop=256, late_from=9, late_crop=64)
    assert TrainingConfig(**GIVEN, human="ms-ssim", crop=192).human == "ms-ssim"
