"""What `mse` and `human` teach, against the metrics and against finite differences."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder import metrics
from beholder.errors import UsageError
from beholder.observers import human, mse
from beholder.observers.network.losses import ms_ssim
from tests.metrics.pictures import DISTORTIONS, astronaut, coffee, noisy, synthetic
from tests.observers.network.tiny import Convolutions, noise, observer


def tensor(pixels: np.ndarray, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)[None].to(dtype)


@pytest.mark.parametrize("name", DISTORTIONS)
@pytest.mark.parametrize(
    "make", [astronaut, coffee, lambda: synthetic(161, 233), lambda: synthetic(200, 163)]
)
def test_ms_ssim_is_that_of_the_metric(make, name) -> None:
    original = make()
    decoded = DISTORTIONS[name](original)
    found = float(ms_ssim(tensor(original), tensor(decoded)))
    assert found == pytest.approx(metrics.ms_ssim(original, decoded), abs=2e-6)
    exact = float(ms_ssim(tensor(original, torch.float64), tensor(decoded, torch.float64)))
    assert exact == pytest.approx(metrics.ms_ssim(original, decoded), abs=1e-12)


def test_ms_ssim_is_by_picture() -> None:
    original = synthetic(170, 180)
    decoded = [noisy(original, amplitude) for amplitude in (5, 30)]
    together = ms_ssim(tensor(original).repeat(2, 1, 1, 1), torch.cat([tensor(own) for own in decoded]))
    assert together.tolist() == pytest.approx([metrics.ms_ssim(original, own) for own in decoded], abs=2e-6)
    loss = human().loss(tensor(original).repeat(2, 1, 1, 1), torch.cat([tensor(own) for own in decoded]))
    assert float(loss) == pytest.approx(1 - float(together.mean()), abs=1e-6)


def test_half_precision_is_not_used() -> None:
    original = synthetic(170, 180)
    decoded = noisy(original, 3)
    with torch.autocast("cpu", torch.bfloat16):
        found = float(ms_ssim(tensor(original), tensor(decoded, torch.bfloat16)))
    assert found == pytest.approx(metrics.ms_ssim(original, decoded), abs=2e-6)


@pytest.mark.parametrize(
    "observer", [mse(), human(), 0.3 * mse() + 0.7 * human()], ids=lambda observer: observer.name
)
def test_gradients_are_those_of_finite_differences(observer) -> None:
    original = tensor(synthetic(161, 170), torch.float64)
    random = torch.Generator().manual_seed(1)
    decoded = original + 8 * torch.randn(original.shape, generator=random, dtype=torch.float64)
    decoded.requires_grad_()
    observer.loss(original, decoded).backward()
    direction = torch.randn(original.shape, generator=random, dtype=torch.float64)
    step = 1e-3
    with torch.no_grad():
        ahead, behind = (observer.loss(original, decoded + sign * step * direction) for sign in (1, -1))
    assert float((decoded.grad * direction).sum()) == pytest.approx(
        float(ahead - behind) / (2 * step), rel=1e-5
    )


def test_equal_and_ruined_pictures_have_finite_gradients() -> None:
    original = noisy(np.full((170, 170, 3), 128, np.uint8), 100)
    for decoded, expected in ((original, 0.0), (255 - original, 1.0)):
        x = tensor(decoded).requires_grad_()
        loss = human().loss(tensor(original), x)
        assert loss.item() == pytest.approx(expected, abs=1e-6)
        loss.backward()
        assert torch.isfinite(x.grad).all()


def test_following_the_gradient_brings_the_picture_nearer() -> None:
    original = tensor(coffee()[:200, :200])
    random = torch.Generator().manual_seed(0)
    decoded = (original + 20 * torch.randn(original.shape, generator=random)).requires_grad_()
    before = human().loss(original, decoded)
    (gradient,) = torch.autograd.grad(before, decoded)
    after = human().loss(original, decoded - 100 * gradient / gradient.norm())
    assert after.item() < 0.97 * before.item()


def test_a_mixture_with_a_network_adds_by_shares() -> None:
    network = observer(Convolutions())
    original, decoded = tensor(noise(170, 170)), tensor(noise(170, 170, 1)).requires_grad_()
    mixture = 0.5 * human() + 1.5 * network
    loss = mixture.loss(original, decoded)
    parts = [part.loss(original, decoded).item() for part in (human(), network)]
    assert loss.item() == pytest.approx(0.25 * parts[0] + 0.75 * parts[1], rel=1e-5)
    loss.backward()
    assert float(decoded.grad.norm()) > 0
    with torch.no_grad():
        distances = [part.distance(noise(170, 170), noise(170, 170, 1)) for part in (human(), network)]
        assert mixture.distance(noise(170, 170), noise(170, 170, 1)) == pytest.approx(
            0.25 * distances[0] + 0.75 * distances[1]
        )


@pytest.mark.parametrize("observer", [mse(), human()], ids=lambda observer: observer.name)
def test_what_cannot_be_compared_is_told(observer) -> None:
    with pytest.raises(UsageError, match=r"one shape \(N, 3, H, W\), got \(1, 3, 170, 170\)"):
        observer.loss(tensor(noise(170, 170)), tensor(noise(170, 169)))
    with pytest.raises(UsageError, match="one shape"):
        observer.loss(tensor(noise(170, 170))[0], tensor(noise(170, 170))[0])


def test_human_teaches_pictures_from_161_pixels_on() -> None:
    with pytest.raises(UsageError, match=r"161 x 161 pixels, got 160 x 170; take larger crops, or mse\(\)"):
        human().loss(tensor(noise(170, 160)), tensor(noise(170, 160)))
