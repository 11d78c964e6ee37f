"""The section `lr`: learning-rate schedulers over a grid of arguments (PyTorch has no database of them).

Recorded are the learning rates and momenta of 200 steps, and a file of scheduler and optimizer from the middle, from
which the other side goes on. The optimizer stands where other sections have a dtype: momentum is SGD's `momentum`, and
Adam's first beta.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from types import SimpleNamespace

import torch
from torch.optim import lr_scheduler, swa_utils
from torch.utils._pytree import tree_map

from .container import Payload
from .encode import Json, Tensors, Unencodable, encode
from .files import saved
from .verdict import compared

STEPS = 200
HALF = 90
METRICS = [round(1 / (1 + step / 10) + (step * 7919 % 13) / 50, 6) for step in range(STEPS)]
# schedulers.ts has the same.
FUNCTIONS = {
    "hyperbola": lambda epoch: 1 / (1 + epoch),
    "sawtooth": lambda epoch: 1 - (epoch % 7) / 10,
    "slow": lambda epoch: 1 - 1 / (epoch + 50),
}
# The groups by their optimizer.
DTYPES = {"SGD": [{"lr": 0.05, "momentum": 0.9}, {"lr": 0.013, "momentum": 0.8}],
          "Adam": [{"lr": 0.05, "betas": (0.9, 0.99)}, {"lr": 0.013, "betas": (0.8, 0.999)}]}

Frame = tuple[dict[str, Json], Payload]


class Part(SimpleNamespace):
    """A scheduler to be made: its class, and what comes after the optimizer."""


def part(cls: str, *args: object, **kwargs: object) -> Part:
    return Part(cls=cls, args=args, kwargs=kwargs)


def _grid(cls: str, *args: object, **choices: list) -> list[Part]:
    return [part(cls, *args, **dict(zip(choices, values, strict=True))) for values in itertools.product(*choices.values())]


def _single() -> list[Part]:
    cycles = _grid("CyclicLR", base_lr=[0.001, [0.001, 0.01]], max_lr=[0.1, [0.1, 0.3]], step_size_up=[4, 20],
                   step_size_down=[None, 7], mode=["triangular", "triangular2", "exp_range"], gamma=[0.98],
                   cycle_momentum=[True, False])
    waves = _grid("OneCycleLR", max_lr=[0.1, [0.1, 0.5]], total_steps=[STEPS + 1, 250], pct_start=[0.3, 0.05],
                  anneal_strategy=["cos", "linear"], cycle_momentum=[True, False], three_phase=[True, False])
    plateaus = _grid("ReduceLROnPlateau", mode=["min", "max"], factor=[0.1, 0.5], patience=[0, 5],
                     threshold=[1e-4, 0.1], threshold_mode=["rel", "abs"], cooldown=[0, 3], min_lr=[0, [0.001, 0.0001]])
    return [
        *_grid("StepLR", step_size=[1, 3, 30, 250], gamma=[0.1, 0.93, 1.1]),
        *_grid("MultiStepLR", milestones=[[2, 5, 9], [30, 80, 80, 150], [1]], gamma=[0.1, 0.3]),
        *_grid("ConstantLR", factor=[1 / 3, 0.5, 1.0], total_iters=[4, 5, 150]),
        *_grid("LinearLR", start_factor=[1 / 4, 1 / 2, 0.9], end_factor=[3 / 5, 1.0, 0.05], total_iters=[4, 130]),
        *_grid("ExponentialLR", gamma=[0.5, 0.9, 0.97, 1.01]),
        *_grid("PolynomialLR", total_iters=[4, 5, 180], power=[0.9, 1.0, 2.0]),
        *_grid("CosineAnnealingLR", T_max=[5, 10, 50, 200], eta_min=[0.0, 1e-4]),
        *_grid("CosineAnnealingWarmRestarts", T_0=[1, 10, 30], T_mult=[1, 2, 3], eta_min=[0.0, 1e-3]),
        *(part(cls, functions) for cls in ("LambdaLR", "MultiplicativeLR")
          for functions in ("hyperbola", "slow", ["sawtooth", "slow"])),
        *cycles,
        *_grid("CyclicLR", base_lr=[0.001], max_lr=[0.1], scale_fn=["hyperbola"], scale_mode=["cycle", "iterations"]),
        *waves,
        *_grid("OneCycleLR", max_lr=[0.1], epochs=[21], steps_per_epoch=[10], div_factor=[10.0, 25.0],
               final_div_factor=[1e2, 1e4], base_momentum=[0.8], max_momentum=[0.95]),
        *plateaus,
        *_grid("SWALR", swa_lr=[0.01, [0.01, 0.002]], anneal_epochs=[1, 10, 150], anneal_strategy=["cos", "linear"]),
    ]


def _composite() -> list[Part]:
    warm, decay = part("LinearLR", start_factor=0.1, total_iters=20), part("ExponentialLR", gamma=0.97)
    steps, waves = part("StepLR", step_size=30, gamma=0.5), part("CosineAnnealingLR", T_max=40)
    constant, restarts = part("ConstantLR", factor=0.4, total_iters=15), part("CosineAnnealingWarmRestarts", T_0=25)
    pairs = list(itertools.permutations([warm, decay, steps, waves, constant, restarts, part("LambdaLR", "slow")], 2))
    return [
        *(part("ChainedScheduler", list(pair)) for pair in pairs),
        *(part("SequentialLR", list(pair), milestones=[milestone]) for pair in pairs for milestone in (20, 110)),
        part("SequentialLR", [warm, waves, decay], milestones=[20, 100]),
        part("SequentialLR", [part("ChainedScheduler", [constant, steps]), decay], milestones=[60]),
        part("ChainedScheduler", [warm, steps, decay, part("MultiplicativeLR", "slow")]),
    ]


def _wrong() -> list[Part]:
    decay = part("ExponentialLR", gamma=0.9)
    return [
        part("ConstantLR", factor=-0.1), part("ConstantLR", factor=1.1),
        part("LinearLR", start_factor=0.0), part("LinearLR", start_factor=1.1), part("LinearLR", end_factor=-0.1),
        part("LambdaLR", ["slow"]), part("MultiplicativeLR", ["slow", "slow", "slow"]),
        part("CosineAnnealingWarmRestarts", T_0=0), part("CosineAnnealingWarmRestarts", T_0=5, T_mult=0),
        part("CosineAnnealingWarmRestarts", T_0=5, T_mult=1.5),
        part("CyclicLR", base_lr=0.1, max_lr=0.5, mode="CATS"), part("CyclicLR", base_lr=[0.1], max_lr=0.5),
        part("CyclicLR", base_lr=0.1, max_lr=[0.5, 0.5, 0.5]),
        part("OneCycleLR", max_lr=0.1), part("OneCycleLR", max_lr=0.1, total_steps=-1),
        part("OneCycleLR", max_lr=0.1, epochs=10), part("OneCycleLR", max_lr=0.1, epochs=0, steps_per_epoch=3),
        part("OneCycleLR", max_lr=0.1, total_steps=10, pct_start=1.1),
        part("OneCycleLR", max_lr=0.1, total_steps=10, anneal_strategy="CATS"),
        part("OneCycleLR", max_lr=[0.1, 0.1, 0.1], total_steps=10), part("OneCycleLR", max_lr=0.1, total_steps=5),
        part("ReduceLROnPlateau", factor=1.1), part("ReduceLROnPlateau", mode="CATS"),
        part("ReduceLROnPlateau", threshold_mode="CATS"), part("ReduceLROnPlateau", min_lr=[0.1, 0.1, 0.1]),
        part("SWALR", swa_lr=0.1, anneal_strategy="CATS"), part("SWALR", swa_lr=0.1, anneal_epochs=-1),
        part("SWALR", swa_lr=[0.1, 0.1, 0.1]),
        part("SequentialLR", [], milestones=[]), part("SequentialLR", [decay, decay], milestones=[]),
        part("SequentialLR", [decay], milestones=[10]), part("ChainedScheduler", []),
        part("StepLR", step_size=3, last_epoch=5), part("CyclicLR", base_lr=0.1, max_lr=0.5, last_epoch=5),
    ]


def samples(name: str) -> list[Part]:
    return [sample for sample in (*_single(), *_composite()) if f"lr.{sample.cls}" == name]


class Run:
    """A scheduler at work on an optimizer of its own."""

    def __init__(self, sample: Part, optimizer: str) -> None:
        self.sample = sample
        self.optimizer_name = optimizer
        groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], **group} for group in DTYPES[optimizer]]
        self.optimizer = getattr(torch.optim, optimizer)(groups)
        self.scheduler = self._make(sample)
        self.rows = [self._row()]

    def _make(self, sample: Part) -> lr_scheduler.LRScheduler:
        cls = getattr(lr_scheduler, sample.cls, None) or getattr(swa_utils, sample.cls)

        def real(value: object) -> object:
            if isinstance(value, Part):
                return self._make(value)
            return FUNCTIONS.get(value, value) if isinstance(value, str) else value

        args, kwargs = tree_map(real, sample.args), {key: tree_map(real, value) for key, value in sample.kwargs.items()}
        return cls(*args, **kwargs) if sample.cls == "ChainedScheduler" else cls(self.optimizer, *args, **kwargs)

    def _row(self) -> list[list[float]]:
        return [[group["lr"], group["momentum"] if "momentum" in group else group["betas"][0]]
                for group in self.optimizer.param_groups]

    def advance(self, start: int, end: int) -> Run:
        self.optimizer.step()
        for step in range(start, end):
            self.scheduler.step(*([METRICS[step]] if self.sample.cls == "ReduceLROnPlateau" else []))
            self.rows.append(self._row())
        return self

    def halfway(self) -> dict[str, object]:
        return {"scheduler": self.scheduler.state_dict(), "optimizer": self.optimizer.state_dict()}

    def resume(self, file: dict[str, object]) -> Run:
        """Another run, which has gone on from a file to the end."""
        run = Run(self.sample, self.optimizer_name)
        run.scheduler.load_state_dict(file["scheduler"])
        run.optimizer.load_state_dict(file["optimizer"])
        return run.advance(HALF, STEPS)


def _encode(value: object) -> Json:
    def no_tensor(_: torch.Tensor) -> Json:
        raise Unencodable("a tensor")

    if isinstance(value, Part):
        return {"scheduler": [value.cls, *_call(value)]}
    if isinstance(value, str) and value in FUNCTIONS:
        return {"named": value}
    if isinstance(value, (list, tuple)):
        return [_encode(element) for element in value]
    return encode(value, no_tensor)


def _call(sample: Part) -> list[Json]:
    return [[_encode(value) for value in sample.args], {key: _encode(value) for key, value in sample.kwargs.items()}]


def _record(index: int, sample: Part, optimizer: str, tensors: Tensors, files: dict[int, object]) -> dict[str, Json]:
    run = Run(sample, optimizer).advance(0, HALF)
    # The file holds what it is now: states share lists with their schedulers.
    files[index] = tree_map(lambda value: value, run.halfway())
    resumed = run.resume(run.halfway())
    run.advance(HALF, STEPS)
    return {"index": index, "sample": _encode(sample), "half": HALF, "rows": tensors.describe(_numbers(run.rows)),
            "resumed": tensors.describe(_numbers(resumed.rows[1:]))}


def _numbers(rows: list[list[list[float]]]) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float64)


def _groups(optimizer: str) -> Json:
    return [{key: _encode(value) for key, value in group.items()} for group in DTYPES[optimizer]]


def _errors(name: str) -> list[dict[str, Json]]:
    records = []
    for index, sample in enumerate(_wrong()):
        if f"lr.{sample.cls}" != name:
            continue
        try:
            Run(sample, "SGD").advance(0, 10)
        except Exception as error:  # noqa: BLE001: ours must raise too
            records.append({"index": index, "sample": _encode(sample), "raises": type(error).__name__})
    return records


def frames(names: set[str], dtypes: list[str]) -> Iterator[Frame]:
    warnings.simplefilter("ignore")
    known = dict.fromkeys(f"lr.{sample.cls}" for sample in (*_single(), *_composite()))
    for name in known:
        if names and name not in names:
            continue
        for optimizer in dtypes:
            tensors, files = Tensors(), {}
            if optimizer == "errors":
                records, header = _errors(name), {}
            else:
                records = [_record(index, sample, optimizer, tensors, files)
                           for index, sample in enumerate(samples(name))]
                header = {"file": saved(files, tensors.payload)}
            if records:
                groups = _groups("SGD" if optimizer == "errors" else optimizer)
                yield {"op": name, "dtype": optimizer, "groups": groups, "samples": records, **header}, tensors.payload


class Verifier:
    """Goes on from files that this library has saved halfway, and compares with PyTorch's own."""

    def __init__(self, name: str, optimizer: str) -> None:
        warnings.simplefilter("ignore")
        self.samples = samples(name)
        self.optimizer = optimizer

    def __call__(self, index: int, value: dict[str, object]) -> str | None:
        """What differs; None where nothing does."""
        run = Run(self.samples[index], self.optimizer).advance(0, HALF)
        wanted, found = run.scheduler.state_dict(), value["scheduler"]
        if wanted != found:
            keys = {key for key in wanted.keys() | found.keys() if wanted.get(key, "") != found.get(key, "")}
            return "; ".join(f"{key} is {found.get(key, 'absent')}, in Python {wanted.get(key, 'absent')}"
                             for key in sorted(keys))
        return compared(run.resume(run.halfway()).rows[1:], run.resume(value).rows[1:])
