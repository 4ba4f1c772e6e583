"""Kind and sizes of a network, known without torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from beholder.errors import UsageError
from beholder.learned.networks import FIRST_KIND, NETWORKS
from beholder.options import Options, option


def _checked_kind(_name: str, value: object) -> object:
    if value not in NETWORKS:
        raise UsageError(f"no kind of network is called {value!r}; this Beholder has {', '.join(NETWORKS)}")
    return value


@dataclass(frozen=True, kw_only=True, repr=False)
class Architecture(Options):
    """Kind and sizes of a network."""

    kind: str = option(FIRST_KIND, help=f"one of {', '.join(NETWORKS)}", metavar="KIND", parse=_checked_kind)
    fine: int = option(192, help="channels at 1/8", metavar="CHANNELS", minimum=1)
    coarse: int = option(256, help="channels at 1/16", metavar="CHANNELS", minimum=1)
    latents: int = option(320, help="channels of the latents y", metavar="CHANNELS", minimum=1, multiple=4)
    hyper_latents: int = option(96, help="channels of the hyper-latents z", metavar="CHANNELS", minimum=1)
    features: int = option(160, help="channels that the hyper-synthesis gives", metavar="CHANNELS", minimum=1)
    context: int = option(224, help="channels inside a context step", metavar="CHANNELS", minimum=1)
    fine_blocks: int = option(3, help="blocks at 1/8 in the analysis", metavar="BLOCKS", minimum=1)
    coarse_blocks: int = option(3, help="blocks at 1/16 in each transform", metavar="BLOCKS", minimum=1)
    synthesis_fine_blocks: int = option(4, help="blocks at 1/8 in the synthesis", metavar="BLOCKS", minimum=1)
    observer_anchors: int = option(
        1,
        help="observers between which the dial is linear, evenly spread over 0 to 1; 1: there is no dial",
        metavar="OBSERVERS",
        minimum=1,
        maximum=16,
    )

    @property
    def has_dial(self) -> bool:
        """Whether a network learns for observers beside human."""
        return self.observer_anchors > 1

    def stored(self) -> dict[str, int | str]:
        """Return the fields as a file of weights has them: those that came later only where they say more."""
        later = {"kind": FIRST_KIND, "observer_anchors": 1}
        return {name: value for name, value in asdict(self).items() if later.get(name) != value}
