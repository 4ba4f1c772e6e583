"""The configuration: checks, TOML, flags."""

import argparse
from dataclasses import fields
from pathlib import Path

import pytest

from beholder.errors import UsageError
from beholder.training.config import OPTIONAL, TrainingConfig
from beholder.training.config_file import example_toml, load_config, to_toml
from beholder.training.flags import add_flags

GIVEN = {"data": ("a", "b"), "output": "o"}


def test_its_toml_is_itself(tmp_path: Path) -> None:
    config = TrainingConfig(**GIVEN, steps=7, loss_floor=0.25, bfloat16=True, evaluation_data=('k "x"\\',))
    (tmp_path / "c.toml").write_text(to_toml(config))
    assert load_config(str(tmp_path / "c.toml"), {}) == config


def test_flags_override_the_file(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('data = ["a"]\noutput = "o"\nsteps = 5\nclip = 2\n')
    config = load_config(str(tmp_path / "c.toml"), {"steps": 9})
    assert (config.steps, config.clip, config.data) == (9, 2.0, ("a",))


def test_there_is_a_flag_for_every_field() -> None:
    parser = argparse.ArgumentParser()
    add_flags(parser)
    assert not {field.name for field in fields(TrainingConfig)} & vars(parser.parse_args([])).keys()
    parsed = parser.parse_args(
        ["c.toml", "--data", "x", "y", "--no-bfloat16", "--clip", "3", "--crop", "128"]
    )
    assert (parsed.config, parsed.data, parsed.bfloat16, parsed.clip) == ("c.toml", ["x", "y"], False, 3.0)
    assert parsed.crop == 128
    for field in fields(TrainingConfig):
        assert any(f"--{field.name.replace('_', '-')}" in action.option_strings for action in parser._actions)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"crop": 100}, "crop is 100; it must be a multiple of 64"),
        ({"latents": 30}, "multiple of 4"),
        ({"steps": 0}, "steps is 0; it must be at least 1"),
        ({"steps": 1.5}, "steps is 1.5; it must be of type int"),
        ({"steps": True}, "steps is True; it must be of type int"),
        ({"bfloat16": 1}, "bfloat16 is 1; it must be of type bool"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0; it must be above 0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan; it must be a finite number"),
        ({"loss_floor": float("nan")}, "loss_floor is nan; it must be a finite number"),
        ({"lambda_least": 0.2}, "lambda_least is 0.2 and lambda_most 0.12"),
        ({"average": 1.0}, "average is 1.0"),
        ({"shrink_most_jpeg": 0.3}, "shrink_least is 0.4 and shrink_most_jpeg 0.3"),
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
            "unknown key step; allowed are data, shares, output, from_weights, steps",
        ),
        ('output = "o"', "has no data"),
        ("data = [", "is not TOML"),
    ],
)
def test_a_wrong_file_is_told(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(UsageError, match=message):
        load_config(str(tmp_path / "c.toml"), {})


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        load_config(str(tmp_path / "c.toml"), {})


def test_the_example_has_every_key_at_its_default(tmp_path: Path) -> None:
    text = example_toml()
    (tmp_path / "c.toml").write_text(text)
    assert load_config(str(tmp_path / "c.toml"), {}) == TrainingConfig(data=("photographs",), output="run")
    for field in fields(TrainingConfig):
        commented = "# " if field.name in OPTIONAL else ""
        assert text.count(f"\n{commented}{field.name} = ") == 1
        assert field.metadata["help"][:20] in text


def test_the_help_says_what_every_flag_means(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_flags(parser)
    parser.print_help()
    told = "".join(capsys.readouterr().out.split())
    for field in fields(TrainingConfig):
        assert "".join(field.metadata["help"].split()) in told
    assert "--from WEIGHTS" in parser.format_help()
    assert parser.parse_args(["--from", "photograph"]).from_weights == "photograph"


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
        ({"late_from": 5, "late_batch": 0}, "late_batch is 0; it must be at least 1"),
        ({"late_from": 1.5, "late_batch": 1}, "late_from is 1.5; it must be of type int"),
        ({"learning_rate": float("inf")}, "learning_rate is inf; it must be a finite number"),
        ({"augment_grey": 1.5}, "augment_grey is 1.5; it must be from 0 to 1"),
        ({"steps": None}, "steps is None; it must be of type int"),
        ({"shares": ("a=0.5",)}, "shares has a, and data has pictures"),
    ],
)
def test_what_does_not_go_together_is_told(values: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        TrainingConfig(**GIVEN | values)
