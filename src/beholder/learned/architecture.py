"""Kind and sizes of a network, known without torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from beholder.errors import UsageError
from beholder.learned.networks import FIRST_KIND, NETWORKS


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """Kind and sizes of a network.

    Attributes:
        kind: In `beholder.learned.networks`.
        fine: Channels at 1/8.
        coarse: Channels at 1/16.
        latents: Channels of y; a multiple of 4.
        hyper_latents: Channels of z.
        features: Channels of what the hyper-synthesis tells the context steps.
        context: Channels inside a context step.
        fine_blocks: At 1/8 in the analysis.
        coarse_blocks: At 1/16 in each transform.
        synthesis_fine_blocks: At 1/8 in the synthesis.
    """

    kind: str = FIRST_KIND
    fine: int = 192
    coarse: int = 256
    latents: int = 320
    hyper_latents: int = 96
    features: int = 160
    context: int = 224
    fine_blocks: int = 3
    coarse_blocks: int = 3
    synthesis_fine_blocks: int = 4

    def __post_init__(self) -> None:
        """Check the kind.

        Raises:
            UsageError: There is none of this name.
        """
        if self.kind not in NETWORKS:
            raise UsageError(
                f"no kind of network is called {self.kind!r}; this Beholder has {', '.join(NETWORKS)}"
            )

    def stored(self) -> dict[str, int | str]:
        """Return the fields as a file of weights has them, to which the kind came later."""
        return {name: value for name, value in asdict(self).items() if (name, value) != ("kind", FIRST_KIND)}
