"""Time of a training step, beside that of another version of the package.

    python -m benchmarks.learned.training_step --other ../old/.venv/bin/python --output benchmarks/results

Both versions train from random weights on the same pictures, by turns, in batches of 8 crops of 128 pixels
with two cores: this one in two threads (`workers`), the other in two processes of torchrun where it has no
workers. A long run less a short one leaves out what starting costs. CPU time is that of all threads and
processes. Run it on an idle machine.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.script import flags, write_result

_CONFIG = """\
data = [{data}]
output = "{output}"
steps = {steps}
batch = 8
crop = 128
learning_rate = 5e-4
warmup = 100
integer_from = 0
bfloat16 = true
threads = 1
device = "cpu"
log_every = {steps}
save_every = 1000000
evaluate_every = 0
"""


@dataclass(frozen=True)
class Cost:
    """Seconds of a run as a whole or of one step, and the mean loss over steps."""

    wall_s: float
    cpu_s: float
    loss: float


def main() -> None:
    """Measures, prints the ratios and writes the results."""
    parser = flags(__doc__, data="train")
    parser.add_argument("--other", type=Path, required=True, help="python of the other version")
    parser.add_argument("--short", type=int, default=20, help="steps (default 20)")
    parser.add_argument("--long", type=int, default=120, help="steps (default 120)")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if not options.data.is_dir():
        sys.exit(f"{options.data}: no such folder; give pictures with --data")
    versions = {"this": (Path(sys.executable), True), "other": (options.other, _has_workers(options.other))}
    runs: dict[str, list[tuple[Cost, Cost]]] = {name: [] for name in versions}
    for _ in range(options.rounds):
        for name, (python, workers) in versions.items():
            short, long = (
                _run(python, options.data, steps, workers=workers) for steps in (options.short, options.long)
            )
            runs[name].append((short, long))
    steps = {name: _step(pairs, options.long - options.short) for name, pairs in runs.items()}
    ratios = {
        "wall": steps["other"].wall_s / steps["this"].wall_s,
        "cpu": steps["other"].cpu_s / steps["this"].cpu_s,
    }
    for name, step in steps.items():
        print(f"{name}: {step.wall_s:.3f} s, {step.cpu_s:.3f} s of CPU, mean loss {step.loss:.4f}")
    print(f"as fast: {ratios['wall']:.2f} by wall time, {ratios['cpu']:.2f} by CPU time")
    record = {"steps": {name: asdict(step) for name, step in steps.items()}, "ratios": ratios}
    write_result(options.output, "training_step", record)


def _has_workers(python: Path) -> bool:
    code = (
        "import sys; from beholder.training.config import TrainingConfig; "
        "sys.exit(not hasattr(TrainingConfig, 'workers'))"
    )
    return subprocess.run([python, "-c", code], check=False).returncode == 0


def _run(python: Path, data: Path, steps: int, *, workers: bool) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "run")
        text = _CONFIG.format(data=json.dumps(str(data)), output=output, steps=steps)
        config = Path(folder, "config.toml")
        config.write_text(text + ("workers = 2\n" if workers else ""))
        launcher = [] if workers else ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(
            [python, *launcher, "-m", "beholder.training", config],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        wall = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        records = map(json.loads, (output / "log.jsonl").read_text().splitlines())
        losses = [record["loss"] for record in records if record["kind"] == "train"]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, losses[-1])


def _step(pairs: list[tuple[Cost, Cost]], steps: int) -> Cost:
    """Return what a step costs: medians over rounds, and the mean loss of the long runs."""
    return Cost(
        wall_s=statistics.median((long.wall_s - short.wall_s) / steps for short, long in pairs),
        cpu_s=statistics.median((long.cpu_s - short.cpu_s) / steps for short, long in pairs),
        loss=statistics.mean(long.loss for _, long in pairs),
    )


if __name__ == "__main__":
    main()
