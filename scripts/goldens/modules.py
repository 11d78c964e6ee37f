"""modules.json: what surrounds the layers of torch.nn: hooks, names, printing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import torch
from torch import nn

from .common import JsonObject, encode, environment, formula_tensor

Gradients = tuple[torch.Tensor | None, ...]


class Two(nn.Module):
    """Two inputs, a number between them, and two outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(3, 4)
        self.b = nn.Linear(3, 4, bias=False)

    def forward(self, x: torch.Tensor, k: float, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.tanh(self.a(x) * k + self.b(y)), x * 2


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(3, 3)
        self.blocks = nn.ModuleList([nn.BatchNorm1d(3), self.encoder, nn.Linear(3, 3, bias=False)])
        self.blocks[2].weight = self.encoder.weight
        self.scale = nn.Parameter(torch.ones(1))
        self.register_buffer("mean", torch.zeros(3))
        self.register_buffer("cache", torch.zeros(3), persistent=False)


@torch.no_grad()
def _fill(module: nn.Module) -> nn.Module:
    for position, parameter in enumerate(module.parameters()):
        parameter.copy_(formula_tensor(tuple(parameter.shape), 100 * position))
    return module


class Recorder:
    """Hooks that write down what they see."""

    def __init__(self) -> None:
        self.events: list[JsonObject] = []

    def _note(self, name: str, **gradients: Gradients) -> None:
        lists = {key: [None if one is None else encode(one) for one in value] for key, value in gradients.items()}
        self.events.append({"hook": name, **lists})

    def after(self, name: str, change: Callable[[Gradients], Gradients] | None = None):
        def hook(_module: nn.Module, grad_input: Gradients, grad_output: Gradients) -> Gradients | None:
            self._note(name, gradInput=grad_input, gradOutput=grad_output)
            return None if change is None else change(grad_input)

        return hook

    def before(self, name: str, change: Callable[[Gradients], Gradients] | None = None):
        def hook(_module: nn.Module, grad_output: Gradients) -> Gradients | None:
            self._note(name, gradOutput=grad_output)
            return None if change is None else change(grad_output)

        return hook


def _scaled(factor: float) -> Callable[[Gradients], Gradients]:
    return lambda grads: tuple(None if one is None else one * factor for one in grads)


def _sequence() -> nn.Module:
    return _fill(nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)))


def _case(name: str, module: nn.Module, recorder: Recorder, inputs: tuple[torch.Tensor, ...]) -> JsonObject:
    grads = {key: None if one.grad is None else encode(one.grad) for key, one in module.named_parameters()}
    return {
        "case": name,
        "events": recorder.events,
        "inputs": [None if one.grad is None else encode(one.grad) for one in inputs],
        "parameters": grads,
    }


def _several() -> JsonObject:
    module, recorder = _sequence(), Recorder()
    x = formula_tensor((5, 3), 7).requires_grad_()
    module[0].register_full_backward_hook(recorder.after("second"))
    module[0].register_full_backward_hook(recorder.after("first", _scaled(10)), prepend=True)
    module[2].register_full_backward_pre_hook(recorder.before("before", _scaled(3)))
    module[2].register_full_backward_hook(recorder.after("after"))
    module.register_full_backward_hook(recorder.after("whole"))
    module(x).sum().backward()
    return _case("several", module, recorder, (x,))


def _without_input() -> JsonObject:
    module, recorder = _sequence(), Recorder()
    x = formula_tensor((5, 3), 7)
    module[0].register_full_backward_pre_hook(recorder.before("before", _scaled(2)))
    module[0].register_full_backward_hook(recorder.after("after"))
    module(x).pow(2).sum().backward()
    return _case("without input", module, recorder, (x,))


def _two(name: str, y_requires_grad: bool, loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> JsonObject:
    module, recorder = _fill(Two()), Recorder()
    x = formula_tensor((2, 3), 7).requires_grad_()
    y = formula_tensor((2, 3), 50).requires_grad_(y_requires_grad)
    module.register_full_backward_pre_hook(recorder.before("before"))
    module.register_full_backward_hook(recorder.after("after"))
    loss(*module(x, 0.5, y)).backward()
    return _case(name, module, recorder, (x, y))


def _twice() -> JsonObject:
    module, recorder = _fill(nn.Linear(3, 3)), Recorder()
    x = formula_tensor((2, 3), 7).requires_grad_()
    module.register_full_backward_hook(recorder.after("after", _scaled(2)))
    module(torch.tanh(module(x))).sum().backward()
    return _case("twice", module, recorder, (x,))


def _printing() -> list[JsonObject]:
    tied = Tied()
    block = lambda: nn.Sequential(nn.Linear(2, 2), nn.ReLU())  # noqa: E731
    modules: dict[str, nn.Module] = {
        "sequential": nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(inplace=True), nn.Sequential()),
        "named sequential": nn.Sequential(OrderedDict([("conv", nn.Conv2d(1, 2, 3)), ("act", nn.ReLU())])),
        "equal modules": nn.ModuleList([block(), block(), nn.Linear(2, 3), nn.ReLU(), nn.ReLU(), nn.ReLU()]),
        "nested lists": nn.ModuleList([nn.ModuleList([block() for _ in range(3)]) for _ in range(2)]),
        "empty list": nn.ModuleList(),
        "dictionary": nn.ModuleDict({"a": block(), "b": nn.ModuleDict()}),
        "parameter list": nn.ParameterList([torch.ones(2, 3), torch.ones([], dtype=torch.float64)]),
        "parameter dictionary": nn.ParameterDict(OrderedDict([("w", torch.ones(2, 3)), ("b", torch.ones(3))])),
        "tied": tied,
    }
    return [{"module": name, "text": repr(module)} for name, module in modules.items()]


def _names() -> JsonObject:
    tied = Tied()
    keys = lambda pairs: [name for name, _ in pairs]  # noqa: E731
    return {
        "modules": keys(tied.named_modules()),
        "modulesAll": keys(tied.named_modules(prefix="net", remove_duplicate=False)),
        "children": keys(tied.blocks.named_children()),
        "parameters": keys(tied.named_parameters()),
        "parametersAll": keys(tied.named_parameters(prefix="net", remove_duplicate=False)),
        "parametersOwn": keys(tied.named_parameters(recurse=False)),
        "buffers": keys(tied.named_buffers()),
        "buffersOwn": keys(tied.named_buffers(recurse=False)),
        "state": list(tied.state_dict(prefix="net.")),
    }


def make() -> JsonObject:
    return {
        "about": "Products of matrices differ between CPUs up to float32 round-off.",
        "environment": environment(),
        "backward": [
            _several(),
            _without_input(),
            _two("both inputs", True, lambda a, b: a.sum() + b.pow(2).sum()),
            _two("one input", False, lambda a, b: a.sum() + b.pow(2).sum()),
            _two("first output", True, lambda a, _: a.sum()),
            _two("second output", True, lambda _, b: b.sum()),
            _twice(),
        ],
        "printing": _printing(),
        "names": _names(),
    }
