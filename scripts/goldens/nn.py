"""nn.json: layers and losses on small inputs, with their gradients."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from .common import JsonObject, camel_keys, encode, environment, formula_tensor

# (this library's name, class, arguments, options, shapes of the inputs that are fed one after the other)
MODULES = [
    ("linear", nn.Linear, [4, 3], {}, [[5, 4]]),
    ("linear", nn.Linear, [4, 3], {"bias": False}, [[2, 6, 4]]),
    ("conv2d", nn.Conv2d, [3, 4, 3], {}, [[2, 3, 7, 6]]),
    ("conv2d", nn.Conv2d, [3, 4, 3], {"stride": 2, "padding": 1}, [[2, 3, 7, 6]]),
    ("conv2d", nn.Conv2d, [3, 4, [3, 2]], {"stride": [1, 2], "padding": [2, 1], "bias": False}, [[2, 3, 7, 6]]),
    ("conv2d", nn.Conv2d, [2, 2, 3], {"dilation": 2}, [[1, 2, 8, 8]]),
    ("conv2d", nn.Conv2d, [4, 8, 3], {"groups": 2, "padding": 1}, [[2, 4, 5, 5]]),
    ("conv2d", nn.Conv2d, [4, 4, 3], {"groups": 4, "bias": False}, [[2, 4, 5, 5]]),
    ("conv2d", nn.Conv2d, [2, 3, 3], {"padding": "same"}, [[1, 2, 5, 5]]),
    ("conv2d", nn.Conv2d, [2, 3, 3], {"padding": 1, "padding_mode": "reflect"}, [[1, 2, 5, 5]]),
    ("batchNorm2d", nn.BatchNorm2d, [3], {}, [[4, 3, 5, 5]] * 3),
    ("batchNorm2d", nn.BatchNorm2d, [3], {"eps": 1e-3, "momentum": 0.3}, [[4, 3, 5, 5]] * 3),
    ("batchNorm2d", nn.BatchNorm2d, [2], {"momentum": None}, [[3, 2, 4, 4]] * 3),
    ("batchNorm2d", nn.BatchNorm2d, [2], {"affine": False}, [[3, 2, 4, 4]] * 2),
    ("batchNorm2d", nn.BatchNorm2d, [2], {"track_running_stats": False}, [[3, 2, 4, 4]]),
    ("relu", nn.ReLU, [], {}, [[3, 4]]),
    ("maxPool2d", nn.MaxPool2d, [3], {"stride": 2, "padding": 1}, [[2, 3, 8, 7]]),
    ("maxPool2d", nn.MaxPool2d, [2], {}, [[2, 3, 7, 7]]),
    ("maxPool2d", nn.MaxPool2d, [2], {"ceil_mode": True}, [[2, 3, 7, 7]]),
    ("maxPool2d", nn.MaxPool2d, [3], {"stride": 1, "dilation": 2}, [[1, 2, 7, 7]]),
    ("adaptiveAvgPool2d", nn.AdaptiveAvgPool2d, [[1, 1]], {}, [[2, 3, 7, 5]]),
    ("adaptiveAvgPool2d", nn.AdaptiveAvgPool2d, [[3, 2]], {}, [[2, 3, 7, 5]]),
    ("adaptiveAvgPool2d", nn.AdaptiveAvgPool2d, [[None, 2]], {}, [[2, 3, 7, 5]]),
    ("flatten", nn.Flatten, [], {}, [[2, 3, 4]]),
    ("flatten", nn.Flatten, [0, 1], {}, [[2, 3, 4]]),
]


def _module_case(name: str, cls: type[nn.Module], args: list, options: dict, shapes: list[list[int]]) -> JsonObject:
    torch.manual_seed(0)
    module = cls(*[tuple(arg) if isinstance(arg, list) else arg for arg in args],
                 **{key: tuple(v) if isinstance(v, list) else v for key, v in options.items()})
    case: JsonObject = {"module": name, "args": args, "options": camel_keys(options), "seed": 0,
                        "stateDict": {key: encode(value) for key, value in module.state_dict().items()}}
    inputs = [formula_tensor(shape, 1000 * i) * 4 + i for i, shape in enumerate(shapes)]
    last = inputs[-1].requires_grad_()
    outputs = [module(x) for x in inputs]
    weight = formula_tensor(list(outputs[-1].shape), 5000)
    outputs[-1].backward(weight)
    case["inputs"] = [encode(x) for x in inputs]
    case["outputs"] = [encode(x) for x in outputs]
    case["buffers"] = {key: encode(value) for key, value in module.named_buffers()}
    with torch.no_grad():
        case["evalOutput"] = encode(module.eval()(last))
    case["gradOutput"] = encode(weight)
    case["gradInput"] = encode(last.grad)
    case["gradients"] = {key: encode(p.grad) for key, p in module.named_parameters()}
    return case


def _cross_entropy_cases() -> list[JsonObject]:
    logits = formula_tensor([6, 4]) * 6
    spatial = formula_tensor([2, 3, 2, 2], 100) * 6
    target = torch.tensor([0, 3, 1, 2, 1, 0])
    some_ignored = torch.tensor([0, -100, 1, 2, -100, 0])
    some_two = torch.tensor([0, 2, 1, 2, 3, 0])
    places = torch.tensor([[[0, 1], [2, 0]], [[1, 1], [0, 2]]])
    probabilities = functional.softmax(formula_tensor([6, 4], 300) * 3, 1)
    weight = [0.5, 1.0, 2.0, 0.25]
    settings: list[tuple[torch.Tensor, torch.Tensor, dict]] = [
        *[(logits, target, {"reduction": reduction}) for reduction in ("mean", "sum", "none")],
        *[(logits, target, {"weight": weight, "reduction": reduction}) for reduction in ("mean", "sum", "none")],
        (logits, some_ignored, {}),
        (logits, some_two, {"ignore_index": 2}),
        (logits, some_ignored, {"weight": weight, "label_smoothing": 0.1}),
        *[(logits, target, {"label_smoothing": 0.2, "reduction": reduction}) for reduction in ("mean", "sum", "none")],
        (logits, probabilities, {}),
        (logits, probabilities, {"weight": weight, "reduction": "sum"}),
        (logits, probabilities, {"label_smoothing": 0.1, "reduction": "none"}),
        (spatial, places, {}),
        (spatial, places, {"weight": [1.0, 2.0, 3.0], "reduction": "none"}),
        (logits[0], torch.tensor(3), {}),
        (logits * 100, target, {}),
        (logits, torch.full([6], -100), {}),
    ]
    cases = []
    for logits_, target_, options in settings:
        x = logits_.clone().requires_grad_()
        tensors = {key: torch.tensor(v) if key == "weight" else v for key, v in options.items()}
        loss = nn.CrossEntropyLoss(**tensors)(x, target_)
        loss.sum().backward()
        cases.append({"loss": "crossEntropyLoss", "options": camel_keys(options), "input": encode(x),
                      "target": encode(target_), "output": encode(loss), "gradInput": encode(x.grad)})
    return cases


def _dropout_cases() -> list[JsonObject]:
    cases = []
    for name, cls, p, shape in (("dropout", nn.Dropout, 0.5, [4, 8]), ("dropout", nn.Dropout, 0.1, [37]),
                                ("dropout", nn.Dropout, 0.0, [3]), ("dropout", nn.Dropout, 1.0, [3]),
                                ("dropout2d", nn.Dropout2d, 0.5, [2, 5, 2, 2])):
        x = (formula_tensor(shape) + 1).requires_grad_()
        torch.manual_seed(0)
        output = cls(p)(x)
        output.sum().backward()
        cases.append({"module": name, "p": p, "seed": 0, "input": encode(x), "output": encode(output),
                      "gradInput": encode(x.grad)})
    return cases


def make() -> JsonObject:
    return {
        "environment": environment(),
        "about": "modules: built after manual_seed(seed), fed inputs in order in train mode; gradOutput goes back through "
        "the last output; evalOutput is for the last input, after all of that. losses: gradInput is of the sum of the "
        "output. dropout: manual_seed(seed) right before the call, gradInput of the sum. Products and convolutions "
        "differ between CPUs in the last bits: 1e-6 relative to the largest value. A mean over no target at all is nan.",
        "modules": [_module_case(*row) for row in MODULES],
        "losses": _cross_entropy_cases(),
        "dropout": _dropout_cases(),
    }
