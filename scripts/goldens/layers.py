"""layers.json: every layer and loss of torch.nn: initial weights, printed form, output and gradients on small inputs."""

from __future__ import annotations

import inspect
import re

import torch
from torch import nn

from .common import JsonObject, camel_keys, digest, encode, environment, formula_tensor

S1, S2, S3 = [2, 4, 9], [2, 4, 7, 6], [1, 4, 5, 4, 6]
IMAGE = [S2]

# (class, arguments, options, shapes of the inputs). A shape that begins with a string gives special values.
LAYERS: list[tuple[type[nn.Module], list, dict, list]] = [
    *[(cls, [], {}, [[3, 4]]) for cls in (
        nn.ReLU, nn.ReLU6, nn.SELU, nn.SiLU, nn.Mish, nn.Hardswish, nn.Hardsigmoid, nn.ELU, nn.CELU, nn.GELU, nn.GLU,
        nn.Hardshrink, nn.Softshrink, nn.Hardtanh, nn.LeakyReLU, nn.PReLU, nn.Softplus, nn.Sigmoid, nn.LogSigmoid,
        nn.Tanh, nn.Tanhshrink, nn.Softsign, nn.Identity)],
    (nn.ELU, [0.5], {"inplace": False}, [[3, 4]]),
    (nn.CELU, [0.5], {}, [[3, 4]]),
    (nn.GELU, ["tanh"], {}, [[3, 4]]),
    (nn.GLU, [0], {}, [[4, 3]]),
    (nn.Hardshrink, [0.2], {}, [[3, 4]]),
    (nn.Softshrink, [0.2], {}, [[3, 4]]),
    (nn.Hardtanh, [-0.5], {"max_val": 0.25}, [[3, 4]]),
    (nn.LeakyReLU, [0.2], {}, [[3, 4]]),
    (nn.PReLU, [4], {"init": 0.1}, [[3, 4, 2]]),
    (nn.RReLU, [], {}, [[3, 4]]),
    (nn.Softplus, [2.0], {"threshold": 1.0}, [[3, 4]]),
    (nn.Threshold, [0.1, 20.0], {}, [[3, 4]]),
    *[(cls, [1], {}, [[3, 4]]) for cls in (nn.Softmax, nn.Softmin, nn.LogSoftmax)],
    (nn.Softmax2d, [], {}, IMAGE),
    # Linear maps
    (nn.Linear, [4, 3], {}, [[2, 4]]),
    (nn.Bilinear, [4, 3, 5], {}, [[6, 4], [6, 3]]),
    (nn.Bilinear, [4, 3, 5], {"bias": False}, [[6, 4], [6, 3]]),
    (nn.Flatten, [], {}, [[2, 3, 4]]),
    (nn.Unflatten, [1, [2, 3]], {}, [[2, 6, 4]]),
    (nn.CosineSimilarity, [], {}, [[3, 5], [3, 5]]),
    (nn.CosineSimilarity, [0], {"eps": 1e-6}, [[3, 5], [3, 5]]),
    (nn.PairwiseDistance, [], {}, [[3, 5], [3, 5]]),
    (nn.PairwiseDistance, [1.0], {"keepdim": True}, [[3, 5], [3, 5]]),
    (nn.Embedding, [7, 3], {}, [["index", 7, 2, 4]]),
    (nn.Embedding, [7, 3], {"padding_idx": 2}, [["index", 7, 2, 4]]),
    (nn.Embedding, [7, 3], {"max_norm": 1.0, "norm_type": 1.0}, [["index", 7, 2, 4]]),
    (nn.EmbeddingBag, [7, 3], {}, [["index", 7, 2, 4]]),
    (nn.EmbeddingBag, [7, 3], {"mode": "sum", "padding_idx": 2}, [["index", 7, 2, 4]]),
    (nn.EmbeddingBag, [7, 3], {"mode": "max"}, [["index", 7, 2, 4]]),
    # Convolutions
    (nn.Conv1d, [4, 6, 3], {}, [S1]),
    (nn.Conv1d, [4, 6, 3], {"stride": 2, "padding": 1, "groups": 2, "bias": False}, [S1]),
    (nn.Conv1d, [4, 6, 3], {"padding": "same", "padding_mode": "circular"}, [S1]),
    (nn.Conv2d, [4, 6, [3, 2]], {"padding": [1, 0], "dilation": [1, 2]}, IMAGE),
    (nn.Conv2d, [4, 6, 3], {"padding": "same"}, IMAGE),
    (nn.Conv2d, [4, 6, 3], {"padding": "valid"}, IMAGE),
    *[(nn.Conv2d, [4, 2, 3], {"padding": 2, "padding_mode": mode}, IMAGE)
      for mode in ("reflect", "replicate", "circular")],
    (nn.Conv3d, [4, 3, 2], {}, [S3]),
    (nn.Conv3d, [4, 2, [2, 1, 3]], {"stride": [1, 2, 1], "padding_mode": "replicate", "padding": 1}, [S3]),
    (nn.ConvTranspose1d, [4, 6, 3], {"stride": 2, "output_padding": 1}, [S1]),
    (nn.ConvTranspose2d, [4, 6, 3], {}, IMAGE),
    (nn.ConvTranspose2d, [4, 6, [3, 2]], {"stride": 2, "padding": 1, "groups": 2, "bias": False}, IMAGE),
    (nn.ConvTranspose3d, [4, 2, 2], {"dilation": 2}, [S3]),
    # Pooling
    *[(cls, [2], {}, [shape]) for cls, shape in (
        (nn.MaxPool1d, S1), (nn.MaxPool2d, S2), (nn.MaxPool3d, S3), (nn.AvgPool1d, S1), (nn.AvgPool2d, S2),
        (nn.AvgPool3d, S3))],
    (nn.MaxPool1d, [3], {"stride": 2, "padding": 1, "ceil_mode": True}, [S1]),
    (nn.MaxPool2d, [[3, 2]], {"stride": [2, 1], "dilation": [1, 2]}, IMAGE),
    (nn.AvgPool2d, [[3, 2]], {"stride": 2, "padding": 1, "count_include_pad": False}, IMAGE),
    (nn.AvgPool2d, [3], {"divisor_override": 2, "ceil_mode": True}, IMAGE),
    (nn.LPPool1d, [2.0, 3], {"stride": 2}, [S1]),
    (nn.LPPool2d, [2.0, [3, 2]], {"stride": 2}, IMAGE),
    (nn.LPPool3d, [1.0, 2], {"stride": [1, 2, 1], "ceil_mode": True}, [S3]),
    *[(cls, [size], {}, [shape]) for cls, size, shape in (
        (nn.AdaptiveAvgPool1d, 4, S1), (nn.AdaptiveAvgPool2d, [3, None], S2), (nn.AdaptiveAvgPool3d, 2, S3),
        (nn.AdaptiveAvgPool2d, 1, S2), (nn.AdaptiveMaxPool1d, 4, S1), (nn.AdaptiveMaxPool2d, [3, 2], S2),
        (nn.AdaptiveMaxPool3d, [2, 3, 1], S3))],
    (nn.FractionalMaxPool2d, [2], {"output_size": [3, 4]}, IMAGE),
    (nn.FractionalMaxPool2d, [[2, 3]], {"output_ratio": [0.5, 0.5]}, IMAGE),
    (nn.FractionalMaxPool3d, [2], {"output_ratio": 0.5}, [S3]),
    (nn.MaxUnpool1d, [2], {}, [["pooled", *S1]]),
    (nn.MaxUnpool2d, [2], {"stride": 2}, [["pooled", 2, 4, 6, 6]]),
    (nn.MaxUnpool3d, [2], {}, [["pooled", 1, 4, 4, 4, 6]]),
    # Padding
    *[(getattr(nn, f"{kind}Pad{d}d"), [padding], {}, [shape])
      for kind in ("Zero", "Reflection", "Replication", "Circular")
      for d, padding, shape in ((1, [2, 1], S1), (2, 1, S2), (2, [1, 2, 0, 3], S2), (3, [1, 2, 0, 1, 2, 1], S3))],
    (nn.ConstantPad1d, [[3, 0], 2.5], {}, [S1]),
    (nn.ConstantPad2d, [1, -1.0], {}, IMAGE),
    (nn.ConstantPad3d, [1, 0.5], {}, [S3]),
    # Normalization
    *[(cls, [4], options, [shape]) for cls, shape in ((nn.BatchNorm1d, S1), (nn.BatchNorm2d, S2), (nn.BatchNorm3d, S3))
      for options in ({}, {"eps": 1e-3, "momentum": None, "bias": False}, {"affine": False, "momentum": 0.3})],
    *[(cls, [4], options, [shape]) for cls, shape in (
        (nn.InstanceNorm1d, S1), (nn.InstanceNorm2d, S2), (nn.InstanceNorm3d, S3))
      for options in ({}, {"affine": True, "track_running_stats": True, "momentum": 0.3})],
    (nn.LayerNorm, [6], {}, IMAGE),
    (nn.LayerNorm, [[7, 6]], {"eps": 1e-3, "bias": False}, IMAGE),
    (nn.LayerNorm, [6], {"elementwise_affine": False}, IMAGE),
    (nn.RMSNorm, [6], {}, IMAGE),
    (nn.RMSNorm, [[7, 6]], {"eps": 0.5, "elementwise_affine": False}, IMAGE),
    (nn.GroupNorm, [2, 4], {}, IMAGE),
    (nn.GroupNorm, [4, 4], {"affine": False, "eps": 0.5}, IMAGE),
    (nn.LocalResponseNorm, [3], {}, IMAGE),
    (nn.LocalResponseNorm, [2], {"alpha": 0.5, "beta": 0.5, "k": 2.0}, IMAGE),
    # Dropout: the seed is set right before the call
    *[(cls, [p], {}, [shape]) for p in (0.5, 0.2) for cls, shape in (
        (nn.Dropout, S1), (nn.Dropout1d, S1), (nn.Dropout2d, S2), (nn.Dropout3d, S3), (nn.AlphaDropout, S1),
        (nn.FeatureAlphaDropout, S2))],
    # Images
    (nn.PixelShuffle, [2], {}, [S2]),
    (nn.PixelUnshuffle, [2], {}, [[1, 2, 4, 6]]),
    (nn.ChannelShuffle, [2], {}, [S2]),
    (nn.Unfold, [2], {"padding": 1, "stride": [2, 1]}, [S2]),
    (nn.Fold, [[4, 5], 2], {"stride": 1}, [[2, 8, 12]]),
    (nn.Upsample, [[3, 5]], {}, [S2]),
    (nn.Upsample, [], {"scale_factor": 2.0, "mode": "bilinear", "align_corners": True}, [S2]),
    (nn.Upsample, [], {"scale_factor": [1.5, 2.0], "mode": "bicubic"}, [S2]),
    (nn.Upsample, [], {"scale_factor": 2.0, "mode": "nearest-exact"}, [S1]),
    (nn.Upsample, [4], {"mode": "linear"}, [S1]),
    (nn.UpsamplingNearest2d, [], {"scale_factor": 2.0}, [S2]),
    (nn.UpsamplingBilinear2d, [[3, 9]], {}, [S2]),
    # Losses
    *[(cls, [], {"reduction": reduction}, [[4, 5], [4, 5]]) for reduction in ("none", "mean", "sum")
      for cls in (nn.L1Loss, nn.MSELoss, nn.SmoothL1Loss, nn.HuberLoss, nn.PoissonNLLLoss)],
    (nn.SmoothL1Loss, [], {"beta": 0.1}, [[4, 5], [4, 5]]),
    (nn.SmoothL1Loss, [], {"beta": 0.0}, [[4, 5], [4, 5]]),
    (nn.HuberLoss, [], {"delta": 0.1}, [[4, 5], [4, 5]]),
    (nn.PoissonNLLLoss, [], {"log_input": False, "full": True}, [["probability", 4, 5], ["probability", 4, 5]]),
    *[(nn.KLDivLoss, [], {"reduction": reduction, "log_target": log}, [[4, 5], ["probability", 4, 5]])
      for reduction in ("none", "mean", "sum", "batchmean") for log in (False, True)],
    *[(cls, [], {"reduction": reduction}, [["probability", 4, 5], ["probability", 4, 5]])
      for cls in (nn.BCELoss, nn.BCEWithLogitsLoss, nn.MultiLabelSoftMarginLoss) for reduction in ("none", "mean")],
    (nn.BCELoss, [], {"weight": "tensor 5"}, [["probability", 4, 5], ["probability", 4, 5]]),
    (nn.BCEWithLogitsLoss, [], {"weight": "tensor 5", "pos_weight": "tensor 5"}, [[4, 5], ["probability", 4, 5]]),
    (nn.MultiLabelSoftMarginLoss, [], {"weight": "tensor 5"}, [[4, 5], ["probability", 4, 5]]),
    *[(cls, [], options, [[4, 5], ["index", 5, 4]]) for cls in (nn.NLLLoss, nn.CrossEntropyLoss, nn.MultiMarginLoss)
      for options in ({}, {"weight": "tensor 5", "reduction": "none"}, {"reduction": "sum"})],
    (nn.CrossEntropyLoss, [], {"label_smoothing": 0.1, "weight": "tensor 5"}, [[4, 5], ["index", 5, 4]]),
    (nn.MultiMarginLoss, [2], {"margin": 0.5}, [[4, 5], ["index", 5, 4]]),
    (nn.MultiLabelMarginLoss, [], {}, [[4, 5], ["labels", 4, 5]]),
    (nn.SoftMarginLoss, [], {}, [[4, 5], ["sign", 4, 5]]),
    (nn.HingeEmbeddingLoss, [], {"margin": 0.5}, [[4, 5], ["sign", 4, 5]]),
    (nn.MarginRankingLoss, [0.1], {}, [[4], [4], ["sign", 4]]),
    (nn.CosineEmbeddingLoss, [], {"margin": 0.1}, [[4, 5], [4, 5], ["sign", 4]]),
    (nn.TripletMarginLoss, [], {}, [[4, 5], [4, 5], [4, 5]]),
    (nn.TripletMarginLoss, [0.5], {"p": 1.0, "swap": True, "reduction": "none"}, [[4, 5], [4, 5], [4, 5]]),
    (nn.TripletMarginWithDistanceLoss, [], {"swap": True}, [[4, 5], [4, 5], [4, 5]]),
    (nn.GaussianNLLLoss, [], {"full": True}, [[4, 5], [4, 5], ["probability", 4, 5]]),
    (nn.CTCLoss, [], {"blank": 1}, [["log", 6, 2, 5], ["index", 1, 2, 3], ["full", 6, 2], ["full", 3, 2]]),
]


def _input(spec: list, offset: int) -> list[torch.Tensor]:
    kind, sizes = (spec[0], spec[1:]) if isinstance(spec[0], str) else ("values", spec)
    if kind == "values":
        return [(formula_tensor(sizes, offset) * 4).requires_grad_()]
    if kind == "index":
        bound, *sizes = sizes
        return [((formula_tensor(sizes, offset) + 0.5) * bound).to(torch.int64)]
    if kind == "pooled":
        pool = (nn.functional.max_pool1d, nn.functional.max_pool2d, nn.functional.max_pool3d)[len(sizes) - 3]
        values, indices = pool(formula_tensor(sizes, offset), 2, return_indices=True)
        return [values.requires_grad_(), indices]
    if kind == "probability":
        return [(formula_tensor(sizes, offset) * 0.8 + 0.5).requires_grad_(offset == 0)]
    if kind == "sign":
        return [formula_tensor(sizes, offset).sign()]
    if kind == "labels":
        return [torch.tensor([[3, 0, -1, 1, 2], [1, -1, 0, 0, 0], [0, 1, 2, 3, 4], [2, 4, -1, -1, -1]])]
    if kind == "log":
        return [formula_tensor(sizes, offset).log_softmax(-1).requires_grad_()]
    if kind == "full":
        return [torch.full(sizes[1:], sizes[0])]
    raise ValueError(kind)


def _value(value: object) -> object:
    if isinstance(value, str) and value.startswith("tensor "):
        return formula_tensor([int(value.split()[1])], 77) + 1
    return tuple(value) if isinstance(value, list) else value


def name_of(cls: type) -> str:
    """This library's function: BatchNorm2d -> batchNorm2d, LPPool1d -> lpPool1d, BCEWithLogitsLoss -> bceWithLogitsLoss."""
    special = {"PReLU": "prelu", "RReLU": "rrelu", "SiLU": "silu", "LeakyReLU": "leakyRelu", "ReLU6": "relu6",
               "GRUCell": "gruCell", "GaussianNLLLoss": "gaussianNllLoss",
               "PoissonNLLLoss": "poissonNllLoss", "L1Loss": "l1Loss", "SmoothL1Loss": "smoothL1Loss",
               "ReLU": "relu", "RMSNorm": "rmsNorm"}
    name = cls.__name__
    if name in special:
        return special[name]
    head = re.match(r"[A-Z]+(?=[A-Z][a-z]|$)|[A-Z]", name)
    return head[0].lower() + name[len(head[0]):]


def _case(cls: type[nn.Module], args: list, options: dict, specs: list) -> JsonObject:
    torch.manual_seed(0)
    module = cls(*map(_value, args),
                 **{key: _value(value) for key, value in options.items()})
    tensors = {key: encode(_value(v)) for key, v in options.items() if isinstance(_value(v), torch.Tensor)}
    case: JsonObject = {
        "module": name_of(cls), "args": args,
        "options": camel_keys({key: v for key, v in options.items() if key not in tensors}),
        "tensors": camel_keys(tensors), "repr": repr(module),
        "state": {key: digest(value) for key, value in module.state_dict().items()},
    }
    inputs = [tensor for i, spec in enumerate(specs) for tensor in _input(spec, 1000 * i)]
    torch.manual_seed(1)
    output = module(*inputs)
    weight = formula_tensor(list(output.shape), 5000)
    output.backward(weight)
    case["inputs"] = [{**encode(x), "grad": x.requires_grad} for x in inputs]
    case["output"] = encode(output)
    case["gradOutput"] = encode(weight)
    case["gradInputs"] = [None if x.grad is None else encode(x.grad) for x in inputs]
    case["gradients"] = {key: encode(p.grad) for key, p in module.named_parameters()}
    case["buffers"] = {key: encode(value) for key, value in module.named_buffers()}
    with torch.no_grad():
        torch.manual_seed(2)
        case["evalOutput"] = encode(module.eval()(*inputs))
    return case


# (class, arguments, options, shapes of the inputs; of an LSTM's state, a list of two shapes)
RECURRENT: list[tuple[type[nn.Module], list, dict, list]] = [
    *[(cls, [3, 4], options, [[5, 2, 3]]) for cls in (nn.RNN, nn.GRU, nn.LSTM)
      for options in ({}, {"num_layers": 2, "bidirectional": True}, {"bias": False, "num_layers": 2, "dropout": 0.5})],
    (nn.RNN, [3, 4], {"nonlinearity": "relu", "batch_first": True}, [[2, 5, 3], [1, 2, 4]]),
    (nn.GRU, [3, 4], {"batch_first": True}, [[5, 3], [1, 4]]),
    (nn.LSTM, [3, 4], {"proj_size": 2, "bidirectional": True}, [[5, 2, 3]]),
    (nn.LSTM, [3, 4], {"batch_first": True}, [[2, 5, 3], [[1, 2, 4], [1, 2, 4]]]),
    *[(cls, [3, 4], {}, [[2, 3]]) for cls in (nn.RNNCell, nn.GRUCell, nn.LSTMCell)],
    (nn.RNNCell, [3, 4], {"nonlinearity": "relu", "bias": False}, [[3], [4]]),
    (nn.LSTMCell, [3, 4], {"bias": False}, [[2, 3], [[2, 4], [2, 4]]]),
    (nn.MultiheadAttention, [4, 2], {}, [[3, 2, 4], [5, 2, 4], [5, 2, 4]]),
    (nn.MultiheadAttention, [4, 2], {"batch_first": True, "bias": False, "add_zero_attn": True},
     [[2, 3, 4], [2, 5, 4], [2, 5, 4]]),
    (nn.MultiheadAttention, [4, 2], {"kdim": 3, "vdim": 6, "add_bias_kv": True}, [[3, 4], [5, 3], [5, 6]]),
    *[(nn.TransformerEncoderLayer, [4, 2, 6], options, [[3, 2, 4]])
      for options in ({}, {"norm_first": True, "batch_first": True, "activation": "gelu"}, {"bias": False})],
    *[(nn.TransformerDecoderLayer, [4, 2, 6], options, [[3, 2, 4], [5, 2, 4]]) for options in ({}, {"norm_first": True})],
]


def _flat(value: object) -> list[torch.Tensor]:
    return [value] if isinstance(value, torch.Tensor) else [tensor for item in value for tensor in _flat(item)]


def _recurrent_case(cls: type[nn.Module], args: list, options: dict, shapes: list) -> JsonObject:
    torch.manual_seed(0)
    module = cls(*args, **options)
    inputs = [
        tuple(formula_tensor(part, 1000 * i + 500 * j) for j, part in enumerate(shape))
        if isinstance(shape[0], list) else formula_tensor(shape, 1000 * i).requires_grad_()
        for i, shape in enumerate(shapes)
    ]  # fmt: skip
    torch.manual_seed(1)
    outputs = _flat(module(*inputs))
    sum((y * formula_tensor(list(y.shape), 5000 * (i + 1))).sum() for i, y in enumerate(outputs)).backward()
    return {
        "module": name_of(cls), "args": args, "options": camel_keys(options), "shapes": shapes, "repr": repr(module),
        "state": {key: digest(value) for key, value in module.state_dict().items()},
        "outputs": [encode(y) for y in outputs],
        "gradInput": encode(inputs[0].grad),
        "gradients": {key: encode(p.grad) for key, p in module.named_parameters()},
    }  # fmt: skip


def make() -> JsonObject:
    # The reverse of max pooling has no deterministic kernel to choose; with distinct indices it is one.
    torch.use_deterministic_algorithms(True, warn_only=True)
    return {
        "environment": environment(),
        "about": "classes: the public classes of torch.nn. layers: made after manual_seed(0), run after manual_seed(1), "
        "gradOutput goes back through the output; evalOutput after that, in evaluation, after manual_seed(2). "
        "recurrent: inputs are formula data from offset 1000 i (and 500 j within a pair); the gradients are of the sum "
        "of each output times formula data from offset 5000 (i + 1).",
        "classes": [{"name": name} for name in sorted(vars(nn))
                    if inspect.isclass(getattr(nn, name)) and not name.startswith("_")],
        "layers": [_case(*row) for row in LAYERS],
        "recurrent": [_recurrent_case(*row) for row in RECURRENT],
    }
