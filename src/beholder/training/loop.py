"""The training loop: from a configuration, and a checkpoint where there is one, to weights."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from beholder.errors import UsageError
from beholder.learned.container import QUALITIES
from beholder.learned.model import LearnedCodec
from beholder.learned.picture_tensor import tensor_of_pixels
from beholder.safe_write import write_file
from beholder.training.checkpoint import Checkpoint, save_checkpoint
from beholder.training.config import TrainingConfig
from beholder.training.crops import CropBatches, Crops
from beholder.training.evaluate import rate_curve, spread_qualities
from beholder.training.log import Log
from beholder.training.losses import Losses, RateDistortion, join_losses
from beholder.training.parameter_groups import parameter_groups
from beholder.training.pictures import PictureCache, find_stored_pictures
from beholder.training.processes import Processes, join_processes
from beholder.training.replicas import Replicas
from beholder.training.schedule import average_decay, learning_rate
from beholder.training.start import find_start

CHECKPOINT_NAME = "last.pt"
CONFIG_NAME = "config.toml"

_MOST_SKIPPED = 50  # steps in a row whose gradient is not finite


def train(config: TrainingConfig, *, overwrite: bool = False, tell: Callable[[str], None] = print) -> Path:
    """Trains the codec and returns the path of its last checkpoint.

    A run that lies in the output folder goes on from its last checkpoint, to the same numbers as if it had
    never stopped. Another one starts from the weights that the configuration names, or from nothing.

    Args:
        config: How to train.
        overwrite: Starts anew where a run lies in the output folder.
        tell: Takes lines for people.

    Raises:
        UsageError: The data or weights are not there, or the checkpoint or weights are of another network.
        InputError: Pictures, the checkpoint or weights cannot be read.
        OutputError: The output folder cannot be written.
    """
    if config.threads:
        torch.set_num_threads(config.threads)
    with join_processes(config.device) as processes:
        run = _Run(config, processes, overwrite=overwrite)
        log = Log(Path(config.output), from_step=run.step + 1, tell=tell) if processes.is_first else None
        try:
            run.go(log)
        finally:
            if log is not None:
                log.close()
        return run.checkpoint_path


class _Run:
    """What a run holds in memory."""

    def __init__(self, config: TrainingConfig, processes: Processes, *, overwrite: bool) -> None:
        shares = processes.count * config.workers
        if config.batch % shares:
            raise UsageError(
                f"batch is {config.batch}; it must be a multiple of {shares}, the workers of all processes"
            )
        if config.workers > 1 and (processes.count > 1 or processes.device.type != "cpu"):
            raise UsageError(
                f"workers is {config.workers}; on a GPU, and where torchrun starts processes, it must be 1"
            )
        self.processes = processes
        self.checkpoint_path = Path(config.output) / CHECKPOINT_NAME
        device = processes.device
        start = find_start(config, self.checkpoint_path, overwrite=overwrite)
        self.config = config = replace(config, **asdict(start.model.architecture))
        self.model, self.average = start.model, start.average
        self.step, self.origin, self.start_told = start.step, start.origin, start.told
        for model in (self.model, self.average):
            model.to(device).to(memory_format=torch.channels_last)
        self.average.requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            parameter_groups(self.model, config.weight_decay), lr=config.learning_rate, fused=True
        )
        if start.optimizer:
            self.optimizer.load_state_dict(start.optimizer)
        self.loss = RateDistortion(
            lambda_least=config.lambda_least,
            lambda_most=config.lambda_most,
            loss_floor=config.loss_floor,
            device=device,
        )
        cache = PictureCache(find_stored_pictures(config.data), config.cache_bytes // processes.count)
        self.batches = CropBatches(
            cache,
            Crops(config.crop, config.shrink_least, config.shrink_most, config.shrink_most_jpeg),
            count=config.batch // processes.count,
            qualities=QUALITIES,
            seed=config.seed,
            process=processes.number,
            threads=config.loaders,
        )
        self.evaluation = find_stored_pictures(config.evaluation_data) if config.evaluation_data else ()
        if 0 < config.evaluation_pictures < len(self.evaluation):
            spread = np.linspace(0, len(self.evaluation) - 1, config.evaluation_pictures).round().astype(int)
            self.evaluation = tuple(self.evaluation[number] for number in spread)

    def go(self, log: Log | None) -> None:
        """Takes all steps that are left."""
        config, model = self.config, self.model
        if log is not None:
            write_file(Path(config.output, CONFIG_NAME), config.to_toml().encode(), overwrite=True)
            parameters = sum(parameter.numel() for parameter in model.parameters())
            log.write(
                "start",
                self.step,
                parameters=parameters,
                pictures=self.batches.pictures,
                torch=torch.__version__,
                begins=self.start_told,
            )
        if config.compiled:
            model.analysis.compile()
            model.synthesis.compile()
        if config.bfloat16:
            model.take_gradients_in_bfloat16()
        model.train()
        replicas = Replicas(model, config.workers)
        forward: nn.Module | None = None
        if self.processes.count > 1:
            devices = [self.processes.device] if self.processes.device.type == "cuda" else None
            forward = nn.parallel.DistributedDataParallel(model, device_ids=devices)
        window = _Window(self.step, self.processes.device)
        skipped = 0
        for crops, drawn in self.batches.from_step(self.step, config.steps):
            if self.step >= config.integer_from:
                replicas.quantise()
                self.average.quantise()
            picture = tensor_of_pixels(crops, self.processes.device)
            quality = torch.from_numpy(drawn).to(self.processes.device)
            losses, norm = self._descend(replicas, forward, picture, quality)
            finite = bool(torch.isfinite(norm))
            skipped = 0 if finite else skipped + 1
            if skipped > _MOST_SKIPPED:
                raise UsageError(
                    f"step {self.step}: {skipped} gradients in a row are not finite; lower learning_rate "
                    f"(now {config.learning_rate:g}) or clip"
                )
            if finite:
                self.optimizer.step()
                self._follow()
            window.add(losses, norm)
            self.step += 1
            self._report(log, window)
            if self.step % config.log_every == 0:
                window = _Window(self.step, self.processes.device)
        self.processes.wait()

    def _descend(
        self, replicas: Replicas, forward: nn.Module | None, picture: Tensor, quality: Tensor
    ) -> tuple[Losses, Tensor]:
        """Leaves the step's clipped gradient in the parameters; returns the losses and its norm.

        `forward` stands for the model where processes train together.
        """
        config, device = self.config, self.processes.device
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(config, self.step) * group["rate"]
        # A worker draws as the process of its number would.
        first = self.processes.number * config.workers
        pictures, qualities = picture.chunk(config.workers), quality.chunk(config.workers)

        def descend(worker: int, model: LearnedCodec) -> Losses:
            seeds = np.random.SeedSequence([config.seed, first + worker, self.step]).generate_state(1)
            noise = torch.Generator(device).manual_seed(int(seeds[0]))
            with torch.autocast(device.type, dtype=torch.bfloat16, enabled=config.bfloat16):
                result = (forward or model)(pictures[worker], qualities[worker], noise)
            losses = self.loss(result, pictures[worker], qualities[worker])
            torch.autograd.backward(losses.total)
            return losses

        losses = join_losses(replicas.gradients(descend))
        return losses, nn.utils.clip_grad_norm_(self.model.parameters(), config.clip)

    def _follow(self) -> None:
        decay = average_decay(self.config, self.step)
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), 1 - decay)

    def _report(self, log: Log | None, window: _Window) -> None:
        """Logs, saves and evaluates what is due; the last step saves and evaluates always."""
        config, step = self.config, self.step
        last = step == config.steps
        if log is not None:
            if last or step % config.log_every == 0:
                log.write("train", step, learning_rate=learning_rate(config, step - 1), **window.means(step))
            if last or step % config.save_every == 0:
                self._save()
            due = config.evaluate_every and step % config.evaluate_every == 0
            if self.evaluation and (last or due):
                self._evaluate(log)
        if last or (config.evaluate_every and step % config.evaluate_every == 0):
            self.processes.wait()

    def _save(self) -> None:
        save_checkpoint(
            self.checkpoint_path,
            Checkpoint(
                step=self.step,
                architecture=self.config.architecture,
                model=self.model.state_dict(),
                average=self.average.state_dict(),
                optimizer=self.optimizer.state_dict(),
                origin=self.origin,
            ),
        )

    def _evaluate(self, log: Log) -> None:
        started = time.perf_counter()
        qualities = spread_qualities(self.config.evaluation_qualities)
        points = rate_curve(self.average, self.evaluation, qualities, self.processes.device)
        log.write(
            "evaluation",
            self.step,
            quality=[point.quality for point in points],
            rate_bpp=[point.rate_bpp for point in points],
            psnr_db=[point.psnr_db for point in points],
            pictures=len(self.evaluation),
            seconds=time.perf_counter() - started,
        )


class _Window:
    """Means of the losses since the last record."""

    def __init__(self, step: int, device: torch.device) -> None:
        self._first = step
        self._started = time.perf_counter()
        self._sums = torch.zeros(4, device=device)
        self._count = 0

    def add(self, losses: Losses, norm: Tensor) -> None:
        """Adds a step; no number is read here, which would make a GPU wait."""
        psnr = -10 * losses.squared_error.log10()
        self._sums += torch.stack([losses.total, losses.rate_bpp.mean(), psnr.mean(), norm]).detach()
        self._count += 1

    def means(self, step: int) -> dict[str, float]:
        """Returns the means over the steps added, with steps a second up to `step`."""
        loss, rate, psnr, norm = (self._sums / self._count).tolist()
        return {
            "loss": loss,
            "rate_bpp": rate,
            "psnr_db": psnr,
            "gradient_norm": norm,
            "steps_a_second": (step - self._first) / (time.perf_counter() - self._started),
        }
