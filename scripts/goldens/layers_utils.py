"""layers_utils.json: torch.nn.utils: packed sequences, parametrizations and fused batch normalizations."""

from __future__ import annotations

import inspect

import torch
from torch import nn
from torch.nn.utils import fusion, parametrizations, parametrize, rnn

from .common import JsonObject, camel, camel_keys, digest, encode, environment, formula_tensor
from .layers import brief, flat, name_of, total

LENGTHS = [4, 2, 5]

# (class, options, whether the batch is sorted, whether a state is given)
PACKED = [
    (nn.RNN, {}, False, False),
    (nn.RNN, {"nonlinearity": "relu", "bidirectional": True}, True, True),
    (nn.GRU, {"num_layers": 2, "dropout": 0.5}, False, True),
    (nn.LSTM, {"bidirectional": True, "num_layers": 2}, False, True),
    (nn.LSTM, {"proj_size": 2, "bidirectional": True, "bias": False}, False, True),
]

# (parametrization, options, class, arguments)
PARAMETRIZED = [
    ("weight_norm", {}, nn.Linear, [4, 3]),
    ("weight_norm", {"dim": None}, nn.Linear, [4, 3]),
    ("weight_norm", {"dim": 1}, nn.Conv2d, [4, 3, 2]),
    ("weight_norm", {"name": "weight_hh_l0"}, nn.GRU, [4, 3]),
    ("spectral_norm", {}, nn.Linear, [4, 3]),
    ("spectral_norm", {"n_power_iterations": 3, "eps": 1e-6}, nn.Conv2d, [4, 3, 2]),
    ("spectral_norm", {}, nn.ConvTranspose2d, [4, 3, 2]),
    ("spectral_norm", {"name": "bias"}, nn.Linear, [4, 3]),
    ("orthogonal", {}, nn.Linear, [4, 4]),
    ("orthogonal", {}, nn.Linear, [4, 3]),
    ("orthogonal", {}, nn.Linear, [3, 5]),
    ("orthogonal", {"orthogonal_map": "cayley"}, nn.Linear, [3, 5]),
    ("orthogonal", {"orthogonal_map": "matrix_exp"}, nn.Linear, [5, 3]),
    ("orthogonal", {"orthogonal_map": "householder", "use_trivialization": False}, nn.Linear, [3, 5]),
    ("orthogonal", {"orthogonal_map": "cayley", "use_trivialization": False}, nn.Linear, [3, 3]),
]


def _packed(cls: type[nn.Module], options: dict, is_sorted: bool, has_state: bool) -> JsonObject:
    torch.manual_seed(0)
    network = cls(3, 4, **options)
    lengths = sorted(LENGTHS, reverse=True) if is_sorted else LENGTHS
    x = formula_tensor([5, 3, 3]).requires_grad_()
    packed = rnn.pack_padded_sequence(x, lengths, enforce_sorted=is_sorted)
    shapes = [value.shape for value in flat(network(packed)[1])]
    states = tuple(formula_tensor(list(shape), 1000 * (i + 1)) for i, shape in enumerate(shapes))
    torch.manual_seed(1)
    output, end = network(packed, (states if len(states) > 1 else states[0]) if has_state else None)
    results = [output.data, *flat(end), *rnn.pad_packed_sequence(output)]
    total(results).backward()
    return {
        "module": name_of(cls), "options": camel_keys(options), "lengths": lengths, "isSorted": is_sorted,
        "states": [list(shape) for shape in shapes] if has_state else [],
        "batchSizes": output.batch_sizes.tolist(),
        "sortedIndices": None if output.sorted_indices is None else output.sorted_indices.tolist(),
        "unsortedIndices": None if output.unsorted_indices is None else output.unsorted_indices.tolist(),
        "results": [brief(value) for value in results], "inputGradient": brief(x.grad),
        "gradients": {key: brief(p.grad) for key, p in network.named_parameters()},
    }  # fmt: skip


def _parametrized(name: str, options: dict, cls: type[nn.Module], args: list) -> JsonObject:
    torch.manual_seed(0)
    module = cls(*args)
    getattr(parametrizations, name)(module, **options)
    state = {key: digest(value) for key, value in module.state_dict().items()}
    shape = {nn.Linear: [2, args[0]], nn.GRU: [5, 2, args[0]]}.get(cls, [2, args[0], 5, 5])
    x = formula_tensor(shape)
    # Twice: the second reading sees what the first one's iterations have left.
    module(x)
    outputs = flat(module(x))
    total(outputs).backward()
    tensor = options.get("name", "weight")
    case = {
        "fn": camel(name), "options": camel_keys(options), "module": name_of(cls), "args": args, "shape": shape,
        "repr": repr(module), "state": state, "outputs": [brief(y) for y in outputs],
        "gradients": {key: brief(p.grad) for key, p in module.named_parameters()},
        "buffers": {key: brief(value) for key, value in module.named_buffers()},
    }  # fmt: skip
    module.eval()
    case["value"] = brief(getattr(module, tensor))
    parametrize.remove_parametrizations(module, tensor)
    return {**case, "keysAfter": list(module.state_dict()), "valueAfter": brief(getattr(module, tensor))}


class _Symmetric(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.triu() + x.triu(1).T

    def right_inverse(self, a: torch.Tensor) -> torch.Tensor:
        return a.triu()


class _Twice(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 2

    def right_inverse(self, a: torch.Tensor) -> torch.Tensor:
        return a / 2


def _custom() -> JsonObject:
    torch.manual_seed(0)
    module = nn.Linear(3, 3)
    parametrize.register_parametrization(module, "weight", _Symmetric())
    parametrize.register_parametrization(module, "weight", _Twice())
    case: JsonObject = {"repr": repr(module), "first": brief(module.weight)}
    module.weight = formula_tensor([3, 3])
    case["assigned"] = brief(module.weight)
    case["original"] = brief(module.parametrizations.weight.original)
    parametrize.remove_parametrizations(module, "weight", leave_parametrized=False)
    return {**case, "left": brief(module.weight)}


def _norm(cls: type[nn.Module], channels: int, **options: object) -> nn.Module:
    norm = cls(channels, **options)
    norm.running_mean.copy_(formula_tensor([channels], 10))
    norm.running_var.copy_(formula_tensor([channels], 20) + 1)
    if norm.weight is not None:
        norm.weight.data.copy_(formula_tensor([channels], 30) + 1)
        norm.bias.data.copy_(formula_tensor([channels], 40))
    return norm.eval()


def _fused() -> list[JsonObject]:
    cases = []
    for cls, args, options, norm in (
        (nn.Conv1d, [4, 3, 2], {}, nn.BatchNorm1d),
        (nn.Conv2d, [4, 3, 2], {"bias": False}, nn.BatchNorm2d),
        (nn.ConvTranspose2d, [4, 3, 2], {}, nn.BatchNorm2d),
        (nn.Linear, [4, 3], {}, nn.BatchNorm1d),
        (nn.Linear, [4, 3], {"bias": False}, nn.BatchNorm1d),
    ):
        torch.manual_seed(0)
        module = cls(*args, **options).eval()
        with torch.no_grad():
            other = _norm(norm, 3)
            transposed = {"transpose": True} if cls is nn.ConvTranspose2d else {}
            fuse = fusion.fuse_linear_bn_eval if cls is nn.Linear else fusion.fuse_conv_bn_eval
            fused = fuse(module, other, **transposed)
        cases.append({
            "module": name_of(cls), "args": args, "options": options, "norm": name_of(norm),
            "repr": repr(fused), "weight": encode(fused.weight), "bias": encode(fused.bias),
        })  # fmt: skip
    return cases


def _functions() -> list[JsonObject]:
    """The public functions of torch.nn.utils and of its modules."""
    found = {
        "": [name for name in vars(nn.utils) if inspect.isfunction(getattr(nn.utils, name)) and name[0] != "_"],
        "rnn": rnn.__all__, "parametrize": parametrize.__all__, "parametrizations": parametrizations.__all__,
        "stateless": ["functional_call"],
    }  # fmt: skip
    return [
        {"path": path, "name": name if name[0].isupper() else camel(name)} for path in found for name in sorted(found[path])
    ]


def make() -> JsonObject:
    return {
        "environment": environment(),
        "about": "functions: the public ones of torch.nn.utils. Tensors are as in layers.json. packed: networks of 3 inputs and 4 states after manual_seed(0), run "
        "after manual_seed(1) on formula data [5, 3, 3] packed with lengths, and states of formula data from offset "
        "1000 (i + 1); results are the packed data, the states, and the padded output with its lengths. "
        "parametrized: after manual_seed(0), called twice with formula data. custom: a symmetric weight, then twice "
        "it. fused: the layer after manual_seed(0), the normalization of formula data from the offsets 10 (mean), 20 "
        "(variance, + 1), 30 (weight, + 1) and 40 (bias).",
        "functions": _functions(),
        "packed": [_packed(*row) for row in PACKED],
        "parametrized": [_parametrized(*row) for row in PARAMETRIZED],
        "custom": [_custom()],
        "fused": _fused(),
        "pad": [{
            "left": brief(rnn.pad_sequence([formula_tensor([n, 2]) for n in LENGTHS], True, 7.0, "left")),
            "right": brief(rnn.pad_sequence([formula_tensor([n, 2]) for n in LENGTHS])),
            "total": brief(rnn.pad_packed_sequence(
                rnn.pack_sequence([formula_tensor([n, 2]) for n in LENGTHS], False), True, -1.0, 7)[0]),
            "text": str(rnn.pack_sequence([torch.tensor([6]), torch.tensor([1, 2, 3])], enforce_sorted=False)),
        }],
    }  # fmt: skip
