"""Which step codes which latents where, and that the layouts are the same latents."""

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned.quarters import (
    STEPS,
    by_place,
    from_file_order,
    in_file_order,
    latents_of,
    places_of,
    quarters_of,
    rows_of_places,
)


def numbered(batch: int = 2, channels: int = 8, height: int = 4, width: int = 6) -> torch.Tensor:
    return torch.arange(float(batch * channels * height * width)).reshape(batch, channels, height, width)


def masks(channels: int, height: int, width: int) -> list[torch.Tensor]:
    """The (channels, height, width) booleans of each step, from the definition."""
    place = 2 * (torch.arange(height)[:, None] % 2) + torch.arange(width) % 2
    number = torch.arange(channels)[:, None, None] % 4
    return [number == place ^ order for order in (0, 3, 1, 2)]


def test_each_latent_is_in_one_step_and_each_step_takes_a_quarter() -> None:
    quarters = quarters_of(numbered())
    assert quarters.shape == (STEPS, 4, 2, 2, 3, 2)
    assert torch.equal(quarters.flatten().sort().values, numbered().flatten())
    # The second step's places are diagonal to the first's.
    first, second = (mask[0].nonzero()[0] for mask in masks(8, 4, 6)[:2])
    assert (first - second).abs().tolist() == [1, 1]


def test_latents_come_back_and_gradients_too() -> None:
    latents = numbered().requires_grad_()
    back = latents_of(quarters_of(latents))
    assert torch.equal(back, latents)
    weights = torch.rand(back.shape, generator=torch.Generator().manual_seed(0))
    (back * weights).sum().backward()
    assert torch.equal(latents.grad, weights)


def test_files_have_the_latents_of_a_step_by_channel_row_and_column() -> None:
    latents = numbered()
    quarters = quarters_of(latents)
    for step, mask in enumerate(masks(8, 4, 6)):
        flat = in_file_order(quarters[step], step)
        assert torch.equal(flat, latents[:, mask])
        assert torch.equal(from_file_order(flat, step, quarters[step]), quarters[step])


def test_weights_of_a_place_are_those_of_its_channels() -> None:
    latents = numbered(batch=1)
    channels = torch.arange(8.0)
    for step in range(STEPS):
        quarter = quarters_of(latents)[step]
        for place in range(4):
            own = by_place(channels, step)[place]
            assert torch.equal(quarter[place, 0, 0, 0], latents[0, own.long(), place // 2, place % 2])


def test_rows_come_back_from_places() -> None:
    rows = numbered().permute(0, 2, 3, 1)
    places = places_of(rows)
    assert torch.equal(places[3, 1, 1, 2], rows[1, 3, 5])
    assert torch.equal(rows_of_places(places), rows)
