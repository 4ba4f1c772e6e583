"""The training loop: from a configuration, and a checkpoint where there is one, to weights."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from beholder.errors import UsageError
from beholder.learned.condition import Condition
from beholder.learned.network import CompressionNetwork
from beholder.learned.picture_tensor import tensor_of_pixels
from beholder.learned.rounding import ToCheapest
from beholder.learned.tables import gaussian_tables
from beholder.option_files import to_toml
from beholder.safe_write import write_file
from beholder.training.augment import Augmentation
from beholder.training.checkpoint import Checkpoint, save_checkpoint
from beholder.training.config import CONFIG_FILE, TrainingConfig
from beholder.training.crops import CropBatches, Crops, Stage
from beholder.training.dial_start import start_dial
from beholder.training.evaluate import EvaluationSet
from beholder.training.learning_rates import average_decay, learning_rate, parameter_groups
from beholder.training.log import Log
from beholder.training.losses import MOST_TROUBLE, Divergence, Losses, LossWindow, RateDistortion, join_losses
from beholder.training.machine_distance import MachineDistance
from beholder.training.mixture import Mixture
from beholder.training.pictures import PictureCache
from beholder.training.processes import Processes, join_processes
from beholder.training.replicas import Replicas
from beholder.training.start import find_start
from beholder.training.teachers import load_teacher

# Batches after the last step, to show that its weights are good; so many that divergence is told before.
_SPARE_BATCHES = int(MOST_TROUBLE) + 2
# Of the run's first crops: so many bring distances to one size, and so many tell where a new dial starts.
_TYPICAL_CROPS, _MEASURED_CROPS = 32, 64


def train(config: TrainingConfig, *, overwrite: bool = False, tell: Callable[[str], None] = print) -> Path:
    """Train the codec and return the path of its last checkpoint.

    A run that lies in the output folder goes on from its last checkpoint, to the same numbers as if it had
    never stopped. Another one starts from the weights that the configuration names, or from nothing.

    Args:
        config: How to train.
        overwrite: Starts anew where a run lies in the output folder.
        tell: Takes lines for people.

    Raises:
        UsageError: The data or weights are not there, or the checkpoint or weights have other layer sizes.
        InputError: Pictures, the checkpoint or weights cannot be read.
        OutputError: The output folder cannot be written.
    """
    if config.threads:
        torch.set_num_threads(config.threads)
    with join_processes(config.device) as processes:
        run = _Run(config, processes, overwrite=overwrite)
        log = Log(Path(config.output), from_step=run.step + 1, tell=tell) if processes.is_first else None
        try:
            run.go(log, tell)
        finally:
            if log is not None:
                log.close()
        return config.checkpoint_path


class _Run:
    """What a run holds in memory."""

    def __init__(self, config: TrainingConfig, processes: Processes, *, overwrite: bool) -> None:
        if config.workers > 1 and (processes.count > 1 or processes.device.type != "cpu"):
            raise UsageError(
                f"workers is {config.workers}; on a GPU, and where torchrun starts processes, it must be 1"
            )
        self.processes = processes
        start = find_start(config, overwrite=overwrite)
        self.config = config = replace(config, architecture=start.model.architecture)
        self.start = start
        self.model, self.average, self.step = start.model, start.average, start.step
        self.divergence = Divergence(start.trouble)
        for model in (self.model, self.average):
            model.to(processes.device).to(memory_format=torch.channels_last)
        self.average.requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            parameter_groups(self.model, config.weight_decay), lr=config.learning_rate, fused=True
        )
        if start.optimizer:
            self.optimizer.load_state_dict(start.optimizer)
        self.batches = _batches(config, processes)
        machine = _machine_distance(config, self.batches, processes.device)
        if machine is not None and start.has_new_dial:
            crops = _typical_crops(self.batches, _MEASURED_CROPS)
            start_dial((self.model, self.average), machine, crops, np.random.default_rng(config.seed))
        self.loss = RateDistortion(
            lambda_min=config.lambda_min,
            lambda_max=config.lambda_max,
            loss_floor=config.loss_floor,
            device=processes.device,
            human=config.human,
            machine=machine,
        )
        self.evaluation = (
            EvaluationSet(config.evaluation_classes, config.evaluation_pictures, config.evaluation_qualities)
            if config.evaluation_data
            else None
        )
        self.save_is_due = self.evaluation_is_due = False

    def go(self, log: Log | None, tell: Callable[[str], None]) -> None:
        """Take all steps that are left.

        What is due after a step is saved and evaluated in the next one, once a finite gradient shows that the
        weights are good: weights that diverged never replace a checkpoint. So the last step is followed by a
        batch from which nothing is learned.
        """
        config, model = self.config, self.model
        if log is not None:
            self._begin(log)
        if self.step == config.steps:
            return
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
            forward = nn.parallel.DistributedDataParallel(
                model, device_ids=devices, find_unused_parameters=config.rounded_from is not None
            )
        window = LossWindow(self.step, self.processes.device)
        device = self.processes.device
        for batch in self.batches.from_step(self.step, config.steps + _SPARE_BATCHES):
            self._change_with_the_step(replicas)
            picture = tensor_of_pixels(batch.crops, device)
            condition = Condition.of(
                torch.from_numpy(batch.qualities), torch.from_numpy(batch.observers), device=device
            )
            losses, norm = self._descend(replicas, forward, picture, condition)
            finite = bool(torch.isfinite(norm))
            if finite:
                self._save_and_evaluate(log)
            self._check_divergence(finite)
            if self.step == config.steps:
                if finite:
                    break
                continue
            if finite:
                self.optimizer.step()
                self._follow()
                window.add(losses, norm)
            self.step += 1
            if self._report(log, window, tell):
                window = LossWindow(self.step, self.processes.device)
        self.processes.wait()

    def _change_with_the_step(self, replicas: Replicas) -> None:
        """Let the networks compute as they are to from this step on."""
        config = self.config
        if self.step >= (config.integer_from or 0):
            replicas.quantise()
            self.average.quantise()
        rounds = config.rounded_from is not None and self.step >= config.rounded_from
        if rounds and self.model.rounding is None:
            replicas.round(ToCheapest(gaussian_tables(), self.processes.device))

    def _begin(self, log: Log) -> None:
        """Write what a run's record begins with, and read the pictures to evaluate on."""
        if self.evaluation is not None:
            self.evaluation.check()
        write_file(Path(self.config.output, CONFIG_FILE), to_toml(self.config).encode(), overwrite=True)
        log.write(
            "start",
            self.step,
            parameters=sum(parameter.numel() for parameter in self.model.parameters()),
            pictures=len(self.batches.mixture),
            torch=torch.__version__,
            begins=self.start.told,
        )

    def _descend(
        self, replicas: Replicas, forward: nn.Module | None, picture: Tensor, condition: Condition
    ) -> tuple[Losses, Tensor]:
        """Leave the step's clipped gradient in the parameters; return the losses and its norm.

        Args:
            replicas: Of the model.
            forward: Stands for the model where processes train together.
            picture: (B, 3, H, W).
            condition: Of the batch.
        """
        config, device = self.config, self.processes.device
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(config, self.step) * group["rate"]
        # A worker draws as the process of its number would.
        first = self.processes.number * config.workers
        pictures, conditions = picture.chunk(config.workers), condition.chunk(config.workers)

        def descend(worker: int, model: CompressionNetwork) -> Losses:
            seeds = np.random.SeedSequence([config.seed, first + worker, self.step])
            noise = torch.Generator(device).manual_seed(int(seeds.generate_state(1)[0]))
            with torch.autocast(device.type, dtype=torch.bfloat16, enabled=config.bfloat16):
                result = (forward or model)(pictures[worker], conditions[worker], noise)
            losses = self.loss(result, pictures[worker], conditions[worker], np.random.default_rng(seeds))
            torch.autograd.backward(losses.total)
            return losses

        losses = join_losses(replicas.gradients(descend))
        return losses, nn.utils.clip_grad_norm_(self.model.parameters(), config.clip)

    def _follow(self) -> None:
        decay = average_decay(self.config, self.step)
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), 1 - decay)

    def _check_divergence(self, finite: bool) -> None:
        if not self.divergence.add(finite):
            return
        config = self.config
        path = config.checkpoint_path
        told = f"{path} is the last good checkpoint; go on from it" if path.exists() else "start anew"
        raise UsageError(
            f"step {self.step}: the run diverges, more than {MOST_TROUBLE:g} gradients are not finite; "
            f"{told} with a lower learning_rate (now {config.learning_rate:g}) or clip (now {config.clip:g})"
        )

    def _report(self, log: Log | None, window: LossWindow, tell: Callable[[str], None]) -> bool:
        """Log what is due, note what else is, and return whether a new window of the log begins."""
        config, step = self.config, self.step
        last = step == config.steps
        logs = last or step % config.log_every == 0
        self.save_is_due |= last or step % config.save_every == 0
        if self.evaluation is not None:
            self.evaluation_is_due |= last or bool(
                config.evaluate_every and step % config.evaluate_every == 0
            )
        if logs:
            damaged = self.batches.newly_damaged()
            if log is not None:
                log.write("train", step, learning_rate=learning_rate(config, step - 1), **window.means(step))
                if damaged:
                    log.write("damaged", step, in_all=self.batches.damaged, pictures=damaged)
            elif damaged:
                tell(f"process {self.processes.number}: damaged: " + "; ".join(damaged))
        return logs

    def _save_and_evaluate(self, log: Log | None) -> None:
        """Do what is due, for weights of which the gradient is finite."""
        if self.save_is_due and log is not None:
            self._save()
        if self.evaluation_is_due:
            if log is not None and self.evaluation is not None:
                started = time.perf_counter()
                record = self.evaluation.evaluate(self.average, self.processes.device)
                log.write("evaluation", self.step, **record, seconds=time.perf_counter() - started)
            self.processes.wait()
        self.save_is_due = self.evaluation_is_due = False

    def _save(self) -> None:
        save_checkpoint(
            self.config.checkpoint_path,
            Checkpoint(
                step=self.step,
                architecture=self.model.architecture,
                model=self.model.state_dict(),
                average=self.average.state_dict(),
                optimizer=self.optimizer.state_dict(),
                origin=self.start.origin,
                trouble=self.divergence.trouble,
            ),
        )


def _batches(config: TrainingConfig, processes: Processes) -> CropBatches:
    """Return this process's batches of the data.

    Raises:
        UsageError: The data are not there, or processes cannot share a batch.
    """
    for name in ("batch", "late_batch"):
        if (getattr(config, name) or 0) % (processes.count * config.workers):
            raise UsageError(
                f"{name} is {getattr(config, name)}; it must be a multiple of "
                f"{processes.count * config.workers}, the workers of all processes"
            )
    augmentation = Augmentation(
        hue=config.augment_hue,
        saturation=config.augment_saturation,
        grey=config.augment_grey,
        dark=config.augment_dark,
    )
    shrinks = config.shrink_min, config.shrink_max, config.shrink_max_jpeg
    stages = [
        Stage(
            first,
            Crops(config.crop_at(first), *shrinks, augmentation),
            config.batch_at(first) // processes.count,
        )
        for first in (0, config.late_from)
        if first is not None
    ]
    mixture = Mixture(config.classes)
    return CropBatches(
        mixture,
        PictureCache(mixture.pictures, config.cache_bytes // processes.count),
        stages,
        seed=config.seed,
        process=processes.number,
        observer_share=config.observer_share if config.teachers else 0.0,
        fixed_observer=config.fixed_observer,
        threads=config.loaders,
    )


def _machine_distance(
    config: TrainingConfig, batches: CropBatches, device: torch.device
) -> MachineDistance | None:
    """Return what machines mind; None where no network teaches it.

    Raises:
        UsageError: There is no such network, or it cannot teach.
    """
    if not config.teachers:
        return None
    loaded = {name: load_teacher(name, device) for name in dict.fromkeys(config.teachers)}
    teachers = [loaded[name] for name in config.teachers]  # one that is named twice looks twice as often
    return MachineDistance(teachers, _typical_crops(batches, _TYPICAL_CROPS), device)


def _typical_crops(batches: CropBatches, count: int) -> npt.NDArray[np.uint8]:
    """Return so many of the run's first crops, the same in all processes."""
    first, crops = replace(batches, process=0), []
    for step in range(count):
        crops += list(first.batch(step).crops)
        if len(crops) >= count:
            break
    return np.stack(crops[:count])
