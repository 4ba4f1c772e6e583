"""Which networks look: the paper's where their weights are here, others where they are named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from beholder.errors import UsageError
from beholder.evaluation.network_files import missing_for
from beholder.evaluation.presets.preset import Part, Role


@dataclass(frozen=True)
class Look:
    """A network that looks.

    Attributes:
        model: As `beholder.observers.load` takes it.
        role: Of the paper, whose place it has; None for one of its own.
    """

    model: str
    role: Role | None = None

    @property
    def title(self) -> str:
        """What tables call it."""
        name = Path(self.model).stem if Path(self.model).is_file() else self.model
        if self.role is None:
            return name
        return self.role.title if self.model == self.role.model else f"{name} in place of {self.role.title}"


@dataclass(frozen=True)
class Given:
    """Networks that a command names.

    Attributes:
        by_role: Models by the role of the paper whose place they take.
        others: Models that take none.
    """

    by_role: Mapping[str, str]
    others: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.by_role or self.others)


def parse_networks(words: Sequence[str], roles: Iterable[str]) -> Given:
    """Returns what words such as ``alexnet=./alexnet.toml`` and ``./squeezenet.toml`` name.

    Raises:
        UsageError: The paper has no such network, or one is named twice.
    """
    known = tuple(roles)
    by_role: dict[str, str] = {}
    others: list[str] = []
    for word in words:
        role, sign, model = word.partition("=")
        if not sign:
            if word in others:
                raise UsageError(f"the network {word} is given twice")
            others.append(word)
            continue
        if role not in known:
            raise UsageError(f"{word}: the paper has no network {role!r}; it has {', '.join(known)}")
        if role in by_role:
            raise UsageError(f"{word}: {role} is given twice")
        by_role[role] = model
    return Given(by_role, tuple(others))


def networks_of(part: Part, given: Given) -> tuple[list[Look], list[str]]:
    """Returns the networks that look at a part, and what is to be said of those that do not.

    Named ones look in place of all the paper's; those without a role where the part has a stand-in for
    them. With none named the paper's look whose weights are here, and without any the stand-in.
    """
    if given:
        looks = [Look(given.by_role[role.name], role) for role in part.roles if role.name in given.by_role]
        return looks + ([Look(model) for model in given.others] if part.stand_in else []), []
    found: list[Look] = []
    missing: list[str] = []
    for role in part.roles:
        reason = missing_network(role.model)
        if reason is None:
            found.append(Look(role.model, role))
        else:
            missing.append(
                f"{role.title} ({role.model}): {reason}; or name another in its place: --networks "
                f"{role.name}=NET"
            )
    if found or not part.roles or not part.stand_in:
        return found, missing
    packages = missing_for(part.stand_in)
    if packages is not None:
        return [], [*missing, f"{part.stand_in}, which stands in: pip install {packages}"]
    return [Look(part.stand_in)], missing


def missing_network(model: str) -> str | None:
    """Returns what to give so that a named network can look without a download; None where it can."""
    packages = missing_for(model)
    if packages is not None:
        return f"{packages} is not installed: pip install {packages}"
    family, _, name = model.partition(":")
    if family == "torchvision":
        return _missing_torchvision(name)
    if family == "timm":
        return _missing_timm(name)
    return None


def _missing_torchvision(name: str) -> str | None:
    models: Any = import_module("torchvision.models")
    hub: Any = import_module("torch.hub")
    url = models.get_model_weights(name).DEFAULT.url
    file = Path(hub.get_dir()) / "checkpoints" / url.rpartition("/")[2]
    return None if file.is_file() else f"its weights are not here; put {url} at {file}"


def _missing_timm(name: str) -> str | None:
    timm: Any = import_module("timm")
    hub: Any = import_module("huggingface_hub")
    home = timm.get_pretrained_cfg(name).hf_hub_id
    if isinstance(hub.try_to_load_from_cache(home, "model.safetensors"), str):
        return None
    return f"its weights are not here; timm.create_model({name!r}, pretrained=True) downloads them once"
