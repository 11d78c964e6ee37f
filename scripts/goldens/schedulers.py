"""schedulers.json: 200 steps of each learning-rate scheduler, alone and combined."""

from __future__ import annotations

import math
import warnings
from collections import Counter

import torch
from torch.optim import lr_scheduler, swa_utils

from .common import JsonObject, camel, encode, environment

STEPS = 200
# Here a state dict is taken, from which another run can go on.
SAVED_AT = 120
METRICS = [round(1 / (1 + step / 10) + (step * 7919 % 13) / 50, 6) for step in range(STEPS)]

FUNCTIONS = {
    "hyperbola": lambda epoch: 1 / (1 + epoch),
    "sawtooth": lambda epoch: 1 - (epoch % 7) / 10,
    "slow": lambda epoch: 1 - 1 / (epoch + 50),
}

KINDS = {
    "chained": lr_scheduler.ChainedScheduler,
    "constant": lr_scheduler.ConstantLR,
    "cosineAnnealing": lr_scheduler.CosineAnnealingLR,
    "cosineAnnealingWarmRestarts": lr_scheduler.CosineAnnealingWarmRestarts,
    "cyclic": lr_scheduler.CyclicLR,
    "exponential": lr_scheduler.ExponentialLR,
    "lambda": lr_scheduler.LambdaLR,
    "linear": lr_scheduler.LinearLR,
    "multiStep": lr_scheduler.MultiStepLR,
    "multiplicative": lr_scheduler.MultiplicativeLR,
    "oneCycle": lr_scheduler.OneCycleLR,
    "polynomial": lr_scheduler.PolynomialLR,
    "reduceOnPlateau": lr_scheduler.ReduceLROnPlateau,
    "sequential": lr_scheduler.SequentialLR,
    "step": lr_scheduler.StepLR,
    "swaLr": swa_utils.SWALR,
}

ONE = [{"lr": 0.05, "momentum": 0.9}]
TWO = [{"lr": 0.05, "momentum": 0.9}, {"lr": 0.013, "momentum": 0.8}]
FRACTIONS = [step / 8 for step in range(STEPS)]
JUMPS = [step * 7 % 90 for step in range(STEPS)]


def _spec(kind: str, parts: list[JsonObject] | None = None, functions: list[str] | None = None, **options) -> JsonObject:
    """What to build; both sides of the comparison read it."""
    return {"kind": kind, "options": options, "parts": parts or [], "functions": functions or []}


def _build(spec: JsonObject, optimizer: torch.optim.Optimizer) -> lr_scheduler.LRScheduler:
    options = dict(spec["options"])
    kind = spec["kind"]
    parts = [_build(part, optimizer) for part in spec["parts"]]
    functions = [FUNCTIONS[name] for name in spec["functions"]]
    if kind == "chained":
        return KINDS[kind](parts)
    if kind == "sequential":
        return KINDS[kind](optimizer, parts, **options)
    if kind == "cyclic" and functions:
        options["scale_fn"] = functions[0]
    elif functions:
        options["lr_lambda"] = functions if len(functions) > 1 else functions[0]
    return KINDS[kind](optimizer, **options)


def _lower(name: str) -> str:
    """T_max is tMax here."""
    return name[0].lower() + camel(name)[1:]


def _described(spec: JsonObject) -> JsonObject:
    return {
        **spec,
        "options": {_lower(key): value for key, value in spec["options"].items()},
        "parts": [_described(part) for part in spec["parts"]],
    }


def _plain(value: object) -> object:
    """JSON has no infinity, and only strings for keys."""
    if isinstance(value, Counter):
        return {str(key): count for key, count in value.items()}
    if isinstance(value, dict):
        # SequentialLR leaves these two on a ChainedScheduler, which has no use for them.
        stray = ("_step_count", "_is_initial") if "_schedulers" in value else ()
        return {key: _plain(item) for key, item in value.items() if key not in stray}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _case(name: str, spec: JsonObject, groups: list[dict] = ONE, epochs: list[float] | None = None) -> JsonObject:
    params = [{"params": [torch.nn.Parameter(torch.zeros(1))], **group} for group in groups]
    optimizer = torch.optim.SGD(params, lr=0.1)
    scheduler = _build(spec, optimizer)
    optimizer.step()
    rows, saved = [], {}
    for step in range(STEPS + 1):
        rows.append([[group["lr"], group["momentum"]] for group in optimizer.param_groups])
        if step == SAVED_AT:
            saved = {"state": _plain(scheduler.state_dict()), "paramGroups": optimizer.state_dict()["param_groups"]}
        if step == STEPS:
            break
        if spec["kind"] == "reduceOnPlateau":
            scheduler.step(METRICS[step])
        elif epochs is not None:
            scheduler.step(epochs[step])
        else:
            scheduler.step()
    values = torch.tensor(rows, dtype=torch.float64)
    cycles = bool((values[..., 1] != values[0, :, 1]).any())
    return {
        "name": name,
        "groups": groups,
        "spec": _described(spec),
        **({"epochs": epochs} if epochs is not None else {}),
        "lr": encode(values[..., 0]),
        **({"momentum": encode(values[..., 1])} if cycles else {}),
        **saved,
    }


def _single() -> list[JsonObject]:
    return [
        _case("step", _spec("step", step_size=30), TWO),
        _case("step, gamma", _spec("step", step_size=7, gamma=0.93)),
        _case("multiStep", _spec("multiStep", milestones=[30, 80, 80, 150], gamma=0.3), TWO),
        _case("constant", _spec("constant"), TWO),
        _case("constant, settings", _spec("constant", factor=0.7, total_iters=50)),
        _case("linear", _spec("linear"), TWO),
        _case("linear, settings", _spec("linear", start_factor=0.9, end_factor=0.05, total_iters=130)),
        _case("exponential", _spec("exponential", gamma=0.97), TWO),
        _case("polynomial", _spec("polynomial", total_iters=180, power=0.9), TWO),
        _case("polynomial, a line", _spec("polynomial")),
        _case("lambda", _spec("lambda", functions=["hyperbola"]), TWO),
        _case("lambda of each group", _spec("lambda", functions=["hyperbola", "sawtooth"]), TWO),
        _case("multiplicative", _spec("multiplicative", functions=["slow"]), TWO),
        _case("cosineAnnealing", _spec("cosineAnnealing", T_max=50), TWO),
        _case("cosineAnnealing, one wave", _spec("cosineAnnealing", T_max=200, eta_min=1e-4)),
        _case("cosineAnnealingWarmRestarts", _spec("cosineAnnealingWarmRestarts", T_0=30), TWO),
        _case("cosineAnnealingWarmRestarts, longer", _spec("cosineAnnealingWarmRestarts", T_0=10, T_mult=2, eta_min=0.001)),
        _case("cyclic", _spec("cyclic", base_lr=0.001, max_lr=0.1, step_size_up=20), ONE),
        _case("cyclic, triangular2", _spec("cyclic", base_lr=[0.001, 0.01], max_lr=[0.1, 0.3], step_size_up=13,
                                           step_size_down=21, mode="triangular2", base_momentum=[0.7, 0.6],
                                           max_momentum=[0.9, 0.95]), TWO),
        _case("cyclic, exp_range", _spec("cyclic", base_lr=0.001, max_lr=0.1, step_size_up=15, mode="exp_range",
                                         gamma=0.99, cycle_momentum=False), TWO),
        _case("cyclic, a function", _spec("cyclic", functions=["hyperbola"], base_lr=0.001, max_lr=0.1, step_size_up=15,
                                          scale_mode="iterations")),
        _case("oneCycle", _spec("oneCycle", max_lr=0.1, total_steps=200), TWO),
        _case("reduceOnPlateau", _spec("reduceOnPlateau", patience=3), TWO),
        _case("reduceOnPlateau, settings", _spec("reduceOnPlateau", mode="max", factor=0.6, patience=2, threshold=0.05,
                                                 threshold_mode="abs", cooldown=4, min_lr=[0.001, 0.002]), TWO),
        _case("reduceOnPlateau, abs", _spec("reduceOnPlateau", factor=0.9, patience=4, threshold=0.01,
                                            threshold_mode="abs", eps=1e-3, min_lr=1e-3)),
        _case("reduceOnPlateau, max", _spec("reduceOnPlateau", mode="max", factor=0.8, patience=6, cooldown=2)),
        _case("swaLr", _spec("swaLr", swa_lr=0.01), TWO),
        _case("swaLr, linear", _spec("swaLr", swa_lr=[0.2, 0.001], anneal_epochs=90, anneal_strategy="linear"), TWO),
        _case("swaLr, at once", _spec("swaLr", swa_lr=0.01, anneal_epochs=0)),
    ]  # fmt: skip


def _combined() -> list[JsonObject]:
    warmup = _spec("linear", start_factor=0.01, total_iters=20)
    return [
        _case("warm-up", _spec("sequential", [warmup, _spec("cosineAnnealing", T_max=180)], milestones=[20]), TWO),
        _case("sequential", _spec("sequential", [
            _spec("constant", factor=0.1, total_iters=3), _spec("multiStep", milestones=[0, 10], gamma=0.5),
            _spec("polynomial", total_iters=30), _spec("step", step_size=5, gamma=0.8),
            _spec("cosineAnnealingWarmRestarts", T_0=9), _spec("lambda", functions=["sawtooth"]),
            _spec("exponential", gamma=0.9),
        ], milestones=[10, 40, 75, 110, 130, 160]), TWO),
        _case("sequential, oneCycle last", _spec("sequential", [
            _spec("constant"), _spec("oneCycle", max_lr=0.2, total_steps=190),
        ], milestones=[12])),
        _case("sequential, swaLr last", _spec("sequential", [
            _spec("cosineAnnealing", T_max=100), _spec("swaLr", swa_lr=0.03, anneal_epochs=25),
        ], milestones=[100]), TWO),
        _case("chained", _spec("chained", [_spec("constant", factor=0.1, total_iters=20), _spec("exponential", gamma=0.97)]), TWO),
        _case("chained, cosine and linear", _spec("chained", [
            _spec("linear", start_factor=0.2, total_iters=40), _spec("cosineAnnealing", T_max=70),
            _spec("step", step_size=60, gamma=0.5), _spec("multiplicative", functions=["slow"]),
        ])),
        _case("chained in sequential", _spec("sequential", [
            _spec("chained", [_spec("linear", total_iters=30), _spec("exponential", gamma=0.99)]), _spec("polynomial", total_iters=90),
        ], milestones=[60])),
    ]  # fmt: skip


def _resumed() -> list[JsonObject]:
    """Schedulers that go on from an epoch, their groups carrying the initial_lr of an earlier run."""
    groups = [{"lr": 0.02, "momentum": 0.9, "initial_lr": 0.05}]
    return [
        _case("step from 45", _spec("step", step_size=30, last_epoch=45), groups),
        _case("linear from 9", _spec("linear", total_iters=40, last_epoch=9), groups),
        _case("lambda from 45", _spec("lambda", functions=["hyperbola"], last_epoch=45), groups),
        _case("cosineAnnealing from 45", _spec("cosineAnnealing", T_max=100, last_epoch=45), groups),
        _case("cosineAnnealingWarmRestarts from 5", _spec("cosineAnnealingWarmRestarts", T_0=20, T_mult=2, last_epoch=5), groups),
        _case("cyclic from 5", _spec("cyclic", base_lr=0.01, max_lr=0.3, step_size_up=20, cycle_momentum=False, last_epoch=5), groups),
    ]  # fmt: skip


def _to_epoch() -> list[JsonObject]:
    """step(epoch), which takes the closed form where there is one."""
    return [
        _case("to an epoch: step", _spec("step", step_size=30, gamma=0.3), epochs=JUMPS),
        _case("to an epoch: multiStep", _spec("multiStep", milestones=[30, 60, 60]), epochs=JUMPS),
        _case("to an epoch: constant", _spec("constant", total_iters=20), epochs=JUMPS),
        _case("to an epoch: linear", _spec("linear", total_iters=50), epochs=JUMPS),
        _case("to an epoch: exponential", _spec("exponential", gamma=0.98), epochs=JUMPS),
        _case("to an epoch: polynomial", _spec("polynomial", total_iters=70, power=2.5), epochs=JUMPS),
        _case("to an epoch: cosineAnnealing", _spec("cosineAnnealing", T_max=40), epochs=JUMPS),
        _case("within an epoch", _spec("cosineAnnealingWarmRestarts", T_0=5), epochs=FRACTIONS),
        _case("within an epoch, tripling", _spec("cosineAnnealingWarmRestarts", T_0=1, T_mult=3), epochs=FRACTIONS),
        _case("to an epoch: cosineAnnealingWarmRestarts", _spec("cosineAnnealingWarmRestarts", T_0=2, T_mult=3), epochs=JUMPS),
    ]  # fmt: skip


def make() -> JsonObject:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        cases = [*_single(), *_combined(), *_resumed(), *_to_epoch()]
    return {
        "environment": environment(),
        "about": "Learning-rate schedulers. Row i of lr (and momentum, where it changes) holds the values of the groups "
        "after i steps; `epochs`, where given, are the arguments of step(), for reduceOnPlateau it is `metrics`. `state` and "
        "`paramGroups` are the state dicts of scheduler and optimizer after `savedAt` steps, infinities as strings. Functions: "
        "hyperbola 1/(1+epoch), sawtooth 1-(epoch%7)/10, slow 1-1/(epoch+50).",
        "savedAt": SAVED_AT,
        "metrics": METRICS,
        "cases": cases,
    }
