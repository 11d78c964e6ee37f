"""layers.json: every layer and loss of torch.nn: initial weights, printed form, output and gradients on small inputs."""

from __future__ import annotations

import hashlib
import inspect
import re

import torch
from torch import nn

from .common import JsonObject, camel_keys, encode, environment, formula_tensor, raw_bytes
from .layers_table import LAYERS

SPECIAL = {
    "PReLU": "prelu", "RReLU": "rrelu", "SiLU": "silu", "LeakyReLU": "leakyRelu", "ReLU6": "relu6", "ReLU": "relu",
    "GRUCell": "gruCell", "GaussianNLLLoss": "gaussianNllLoss", "PoissonNLLLoss": "poissonNllLoss",
    "L1Loss": "l1Loss", "SmoothL1Loss": "smoothL1Loss", "RMSNorm": "rmsNorm",
}  # fmt: skip


def name_of(cls: type) -> str:
    """This library's function: BatchNorm2d -> batchNorm2d, LPPool1d -> lpPool1d, BCEWithLogitsLoss -> bceWithLogitsLoss."""
    name = cls.__name__
    if name in SPECIAL:
        return SPECIAL[name]
    head = re.match(r"[A-Z]+(?=[A-Z][a-z]|$)|[A-Z]", name)
    return head[0].lower() + name[len(head[0]) :]


CLASSES = {name_of(cls): cls for cls in vars(nn).values() if inspect.isclass(cls) and issubclass(cls, nn.Module)}


def input_of(spec: list, offset: int) -> list[torch.Tensor]:
    """The tensors of an input: a shape, or a kind and its numbers. test/nn/modules/cases.ts makes the same."""
    kind, sizes = (spec[0], spec[1:]) if isinstance(spec[0], str) else ("values", spec)
    match kind:
        case "values":
            return [(formula_tensor(sizes, offset) * 4).requires_grad_()]
        case "small":
            return [formula_tensor(sizes, offset).requires_grad_()]
        case "pair":
            return [tuple(formula_tensor(shape, offset + 500 * i) for i, shape in enumerate(sizes))]
        case "index":
            return [((formula_tensor(sizes[1:], offset) + 0.5) * sizes[0]).to(torch.int64)]
        case "offsets":
            return [torch.tensor(sizes)]
        case "pooled":
            pool = (nn.functional.max_pool1d, nn.functional.max_pool2d, nn.functional.max_pool3d)[len(sizes) - 3]
            values, indices = pool(formula_tensor(sizes, offset), 2, return_indices=True)
            return [values.requires_grad_(), indices]
        case "probability":
            return [(formula_tensor(sizes, offset) * 0.8 + 0.5).requires_grad_(offset == 0)]
        case "sign":
            return [formula_tensor(sizes, offset).sign()]
        case "labels":
            return [torch.tensor([[3, 0, -1, 1, 2], [1, -1, 0, 0, 0], [0, 1, 2, 3, 4], [2, 4, -1, -1, -1]])]
        case "log":
            return [formula_tensor(sizes, offset).log_softmax(-1).requires_grad_()]
        case "full":
            return [torch.full(sizes[1:], sizes[0])]
        case "samples":
            return [formula_tensor(sizes) + 0.5]
        case "mask":
            mask = formula_tensor(sizes, 77) > 0.2
            mask[..., 0] = False  # something is left to attend to
            return [mask]
        case "causal":
            return [torch.ones(sizes[0], sizes[0], dtype=torch.bool).triu(1)]
    raise ValueError(kind)


def value_of(value: object) -> object:
    """An argument: "tensor 5", ["module", name, arguments, options], a kind of input, or the value itself."""
    if isinstance(value, str) and value.startswith("tensor "):
        return formula_tensor([int(value.split()[1])], 77) + 1
    if not isinstance(value, list) or not value:
        return value
    if value[0] == "module":
        _, name, args, options = value
        return CLASSES[name](*map(value_of, args), **{key: value_of(v) for key, v in options.items()})
    if isinstance(value[0], str):
        return input_of(value, 0)[0]
    return tuple(value)


def written(value: object) -> object:
    """The same for the file, options in camelCase; 2.0 is told from 2."""
    if isinstance(value, float) and value.is_integer():
        return ["float", value]
    if isinstance(value, list) and value and value[0] == "module":
        return [*value[:2], [written(v) for v in value[2]], written_options(value[3])]
    return value


def written_options(options: dict[str, object]) -> JsonObject:
    return camel_keys({key.removeprefix("_"): written(value) for key, value in options.items()})


def brief(tensor: torch.Tensor | None) -> JsonObject | None:
    """A few values, and a sum over all of them, in which each counts differently."""
    if tensor is None:
        return None
    flat = tensor.detach().reshape(-1)
    step = -(-flat.numel() // 8) or 1
    factors = formula_tensor([flat.numel()]).double()
    return {**encode(flat[::step]), "shape": list(tensor.shape), "sum": (flat.double() * factors).sum().item()}


def flat(value: object) -> list[torch.Tensor | None]:
    return [value] if value is None or isinstance(value, torch.Tensor) else [x for item in value for x in flat(item)]


def total(outputs: list[torch.Tensor | None]) -> torch.Tensor:
    return sum(
        (y * formula_tensor(list(y.shape), 5000 * (i + 1))).sum()
        for i, y in enumerate(outputs)
        if y is not None and y.is_floating_point()
    )


def _case(cls: type[nn.Module], args: list, options: dict, specs: list, call: dict | None = None) -> JsonObject:
    torch.manual_seed(0)
    module = cls(*map(value_of, args), **{key: value_of(value) for key, value in options.items()})
    state = module.state_dict()
    case: JsonObject = {
        "module": name_of(cls), "args": [written(value) for value in args], "options": written_options(options),
        "inputs": specs, **({"call": camel_keys(call)} if call else {}), "repr": repr(module),
        "state": {key: list(value.shape) for key, value in state.items()},
        "sha256": hashlib.sha256(b"".join(map(raw_bytes, state.values()))).hexdigest(),
    }  # fmt: skip
    inputs = [tensor for i, spec in enumerate(specs) for tensor in input_of(spec, 1000 * i)]
    keywords = {key: value_of(value) for key, value in (call or {}).items()}
    torch.manual_seed(1)
    outputs = flat(module(*inputs, **keywords))
    total(outputs).backward()
    case["outputs"] = [brief(y) for y in outputs]
    case["inputGradients"] = [brief(x.grad) for x in inputs if isinstance(x, torch.Tensor) and x.requires_grad]
    case["gradients"] = {key: brief(p.grad) for key, p in module.named_parameters()}
    case["buffers"] = {key: brief(value) for key, value in module.named_buffers()}
    with torch.no_grad():
        torch.manual_seed(2)
        evaluated = flat(module.eval()(*inputs, **keywords))
    is_same = all(a is b or torch.equal(a, b) for a, b in zip(outputs, evaluated, strict=True))
    if not is_same:
        case["evaluation"] = [brief(y) for y in evaluated]
    return {key: value for key, value in case.items() if value or key in ("args", "options")}


def make() -> JsonObject:
    # The reverse of max pooling has no deterministic kernel to choose; with distinct indices it is one.
    torch.use_deterministic_algorithms(True, warn_only=True)
    # The fused kernels of evaluation fill padded places with zeros.
    torch.backends.mha.set_fastpath_enabled(False)
    cases = [_case(*row) for row in LAYERS]
    torch.backends.mha.set_fastpath_enabled(True)
    return {
        "environment": environment(),
        "about": "classes: the public classes of torch.nn. layers: made after manual_seed(0), with the state's shapes "
        "and the hash of all its bytes; run after manual_seed(1) on inputs as scripts/goldens/layers.py describes them, "
        "with the options of call. inputGradients (of the inputs that have one) and gradients are of the sum of each "
        "output times formula data from offset 5000 (i + 1). evaluation, where it differs, is the output after that "
        "in evaluation, after manual_seed(2). A tensor is here by its shape, every n-th of its values, n = ceil(size / "
        "8), and the sum in float64 of all its values times formula data. Products and sums differ in their last bits "
        "between CPUs.",
        "classes": [{"name": name} for name in sorted(vars(nn))
                    if inspect.isclass(getattr(nn, name)) and not name.startswith("_")],
        "layers": cases,
    }  # fmt: skip
