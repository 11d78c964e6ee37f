"""functional_layers.json: activations, softmax, dropout, normalization, embeddings, linear maps, convolutions."""

from __future__ import annotations

import torch
from torch.nn.functional import ScalingType

from .common import JsonObject
from .functional import I, Row, T, content

X = T([2, 5])
FLAGS: dict[str, list[dict]] = {
    "relu": [{}], "relu6": [{}], "selu": [{}], "silu": [{}], "mish": [{}], "hardsigmoid": [{}], "hardswish": [{}],
    "elu": [{}, {"alpha": 1.5}],
    "celu": [{}, {"alpha": 0.7}],
    "leaky_relu": [{}, {"negative_slope": 0.2}],
    "hardtanh": [{}, {"min_val": -0.5, "max_val": 0.25}],
    "threshold": [{"threshold": 0.5, "value": -3.25}],
    "rrelu": [{}, {"training": True}, {"lower": 0.05, "upper": 0.5, "training": True}],
}  # fmt: skip
EXACT = {"relu", "relu6", "leaky_relu", "hardtanh", "threshold", "rrelu"}
WIDE = T([2, 6], mul=9)

ACTIVATIONS = [
    *[
        Row(name, [WIDE], {**options, **inplace}, exact=name in EXACT)
        for name, settings in FLAGS.items()
        for options in settings
        for inplace in ({}, {"inplace": True})
    ],
    *[Row(name, [X], exact=True) for name in ("relu_",)],
    *[Row(name, [X]) for name in ("celu_", "elu_", "selu_")],
    Row("celu_", [X, 0.5]),
    Row("elu_", [X, 0.5]),
    Row("hardtanh_", [X, -1.0, 0.5], exact=True),
    Row("leaky_relu_", [X, 0.1], exact=True),
    Row("rrelu_", [X], {"training": True}, exact=True),
    Row("rrelu_", [X, 0.1, 0.3], exact=True),
    Row("threshold_", [X, 0.25, 7], exact=True),
    *[
        Row(name, [X])
        for name in ("gelu", "hardshrink", "logsigmoid", "sigmoid", "softplus", "softshrink", "softsign", "tanh")
    ],
    Row("tanhshrink", [X]),
    Row("gelu", [X], {"approximate": "tanh"}),
    Row("hardshrink", [X, 1.0]),
    Row("softplus", [T([2, 5], mul=60)], {"beta": 2, "threshold": 10}),
    Row("softshrink", [X, 0.75]),
    Row("glu", [T([3, 6])]),
    Row("glu", [T([4, 3]), 0]),
    Row("prelu", [T([2, 3, 4]), T([3], mul=1)]),
    Row("prelu", [T([2, 4]), T([1], mul=1)]),
]

SOFTMAX = [
    *[
        Row(name, [T([3, 4]), *args], options)
        for name in ("softmax", "softmin", "log_softmax")
        for args, options in (([0], {}), ([], {"dim": -1}), ([1], {"dtype": torch.float64}))
    ],
    Row("gumbel_softmax", [T([3, 4])]),
    Row("gumbel_softmax", [T([3, 4])], {"tau": 0.5, "dim": 0}),
    Row("gumbel_softmax", [T([3, 4]), 0.7], {"hard": True}),
]

DROPOUT = [
    *[Row("dropout", [T([4, 5])], options, exact=True) for options in (
        {}, {"p": 0.25}, {"training": False}, {"p": 0.25, "inplace": True}, {"p": 1.0}, {"p": 0.0})],
    *[Row(name, [T([4, 5])], options) for name in ("alpha_dropout", "feature_alpha_dropout") for options in (
        {}, {"p": 0.3, "training": True}, {"p": 0.3, "training": True, "inplace": True})],
    Row("dropout1d", [T([3, 4, 2])], exact=True),
    Row("dropout1d", [T([4, 2])], {"p": 0.3}, exact=True),
    Row("dropout1d", [T([4, 2])], {"p": 0.3, "inplace": True}, exact=True),
    Row("dropout1d", [T([4, 2]), 0.3, False], exact=True),
    Row("dropout2d", [T([2, 4, 2, 2])], exact=True),
    Row("dropout2d", [T([2, 4, 2, 2]), 0.2, True, True], exact=True, grad=False),
    Row("dropout3d", [T([2, 3, 2, 1, 2])], exact=True),
    Row("dropout3d", [T([3, 2, 1, 2])], {"p": 0.4}, exact=True),
    Row("dropout3d", [T([3, 2, 1, 2])], {"p": 0.4, "inplace": True}, exact=True),
]  # fmt: skip

MEAN, VAR = T([3], mul=1, grad=False), T([3], mul=1, add=1, grad=False)
WEIGHT, BIAS = T([3], mul=2, add=1), T([3])

NORMALIZATION = [
    Row("batch_norm", [T([4, 3]), MEAN, VAR]),
    Row("batch_norm", [T([4, 3]), MEAN, VAR], {"training": True}),
    Row("batch_norm", [T([2, 3, 4]), MEAN, VAR, WEIGHT, BIAS], {"training": True, "momentum": 0.3, "eps": 1e-3}),
    Row("batch_norm", [T([2, 3, 2, 2]), None, None], {"weight": WEIGHT, "bias": BIAS, "training": True}),
    Row("instance_norm", [T([2, 3, 4])]),
    Row("instance_norm", [T([2, 3, 2, 2]), MEAN, VAR, WEIGHT, BIAS], {"momentum": 0.4}),
    Row("instance_norm", [T([2, 3, 4]), MEAN, VAR], {"use_input_stats": False, "eps": 1e-2}),
    Row("layer_norm", [T([3, 4]), [4]]),
    Row("layer_norm", [T([2, 3, 4]), [3, 4]], {"weight": T([3, 4]), "bias": T([3, 4]), "eps": 1e-3}),
    Row("group_norm", [T([2, 6, 2]), 3]),
    Row("group_norm", [T([2, 4, 2, 2]), 2, T([4]), T([4])], {"eps": 1e-3}),
    Row("rms_norm", [T([3, 4]), [4]]),
    Row("rms_norm", [T([2, 3, 4]), [3, 4]], {"weight": T([3, 4]), "eps": 1e-3}),
    Row("local_response_norm", [T([2, 5, 3]), 2]),
    Row("local_response_norm", [T([1, 5, 2, 2]), 3], {"alpha": 0.5, "beta": 0.6, "k": 2.0}),
    Row("local_response_norm", [T([1, 4, 1, 2, 2]), 2, 0.1]),
    Row("local_response_norm", [T([0, 4, 2]), 2]),
    Row("normalize", [T([3, 4])]),
    Row("normalize", [T([2, 3, 2])], {"p": 1.5, "dim": -1}),
    Row("normalize", [T([2, 3, 2]), float("inf"), [0, 2]], {"eps": 3.0}),
]

ROWS = I([[1, 2, 4], [4, 3, 2]])
BAG = I([1, 2, 4, 5, 4, 3, 2, 9])
TABLE = T([10, 3])
OFFSETS = I([0, 4])

EMBEDDING = [
    Row("embedding", [ROWS, TABLE], exact=True),
    Row("embedding", [ROWS, TABLE], {"padding_idx": 4}, exact=True),
    Row("embedding", [ROWS, TABLE, -8], exact=True),
    Row("embedding", [ROWS, TABLE], {"max_norm": 1.0, "norm_type": 1.0}, grad=False),
    Row("embedding", [ROWS, TABLE], {"scale_grad_by_freq": True}),
    Row("embedding", [I([1, 2], torch.int32), TABLE], {"sparse": True}, exact=True),
    *[Row("embedding_bag", [BAG, TABLE, OFFSETS], {"mode": mode}) for mode in ("sum", "mean", "max")],
    Row("embedding_bag", [ROWS, TABLE]),
    Row("embedding_bag", [ROWS, TABLE], {"mode": "sum", "per_sample_weights": T([2, 3])}),
    Row("embedding_bag", [BAG, TABLE], {"offsets": OFFSETS, "mode": "sum", "per_sample_weights": T([8])}),
    Row("embedding_bag", [BAG, TABLE], {"offsets": I([0, 4, 8]), "include_last_offset": True}),
    Row("embedding_bag", [ROWS, TABLE], {"padding_idx": 4, "scale_grad_by_freq": True}),
    Row("embedding_bag", [ROWS, TABLE], {"padding_idx": -6, "mode": "max"}),
    Row("embedding_bag", [ROWS, TABLE], {"max_norm": 1.5}, grad=False),
    Row("embedding_bag", [ROWS, TABLE], {"sparse": True, "mode": "sum"}),
    Row("one_hot", [I([0, 2, 1])], exact=True),
    Row("one_hot", [I([[0, 2], [1, 1]]), 4], exact=True),
]

FP8 = torch.float8_e4m3fn
ONE = I(0.5, torch.float32)

LINEAR = [
    Row("linear", [T([2, 3]), T([4, 3])]),
    Row("linear", [T([2, 2, 3]), T([4, 3]), T([4])]),
    Row("linear", [T([3]), T([3])]),
    Row("bilinear", [T([2, 3]), T([2, 2]), T([4, 3, 2])]),
    Row("bilinear", [T([2, 3]), T([2, 2]), T([4, 3, 2]), T([4])]),
    Row("cosine_similarity", [T([3, 4]), T([3, 4])]),
    Row("cosine_similarity", [T([3, 4]), T([1, 4])], {"dim": 0, "eps": 1e-3}),
    Row("pairwise_distance", [T([3, 4]), T([3, 4])]),
    Row("pairwise_distance", [T([3, 4]), T([4])], {"p": 1.0, "eps": 1e-2, "keepdim": True}),
    *[Row("pdist", [T([4, 3]), p]) for p in (2.0, 1.0, 3.0)],
    Row("grouped_mm", [T([2, 4, 8], dtype=torch.float32), T([2, 8, 4], dtype=torch.float32)]),
    Row("grouped_mm", [T([5, 8], dtype=torch.bfloat16, grad=False), T([2, 8, 8], dtype=torch.bfloat16, grad=False)],
        {"offs": I([2, 5], torch.int32), "out_dtype": torch.bfloat16}),
    Row("scaled_mm", [T([16, 16], dtype=FP8, grad=False), T([16, 16], dtype=FP8, grad=False, transposed=True),
                      ONE, ScalingType.TensorWise, ONE, ScalingType.TensorWise]),
    Row("scaled_mm", [T([16, 16], dtype=FP8, grad=False), T([16, 16], dtype=FP8, grad=False, transposed=True),
                      ONE, ScalingType.TensorWise, ONE, ScalingType.TensorWise], {"output_dtype": torch.float32}),
]  # fmt: skip

CONVOLUTION = [
    Row("conv1d", [T([1, 2, 6]), T([3, 2, 3])]),
    Row("conv1d", [T([1, 2, 6]), T([2, 1, 3]), T([2])], {"stride": 2, "padding": [1], "groups": 2}),
    Row("conv1d", [T([2, 6]), T([3, 2, 2])], {"padding": "same", "dilation": 2}),
    Row("conv2d", [T([1, 2, 4, 4]), T([3, 2, 3, 3])], {"padding": 1}),
    Row("conv2d", [T([1, 2, 4, 5]), T([2, 2, 2, 3]), T([2])], {"stride": [1, 2], "padding": [1, 0]}),
    Row("conv2d", [T([1, 2, 4, 4]), T([2, 1, 2, 2]), None, 1, "same", 1, 2]),
    Row("conv2d", [T([1, 2, 4, 4]), T([2, 2, 2, 2])], {"padding": "valid", "dilation": [2, 1]}),
    Row("conv3d", [T([1, 1, 3, 3, 3]), T([2, 1, 2, 2, 2]), T([2])]),
    Row("conv3d", [T([1, 1, 3, 3, 3]), T([1, 1, 2, 2, 3])], {"padding": [1, 0, 1], "stride": 2}),
    Row("conv_tbc", [T([4, 2, 3]), T([2, 3, 2]), T([2]), 1]),
    Row("conv_transpose1d", [T([1, 2, 4]), T([2, 3, 3])]),
    Row("conv_transpose1d", [T([1, 2, 4]), T([2, 2, 3]), T([2])],
        {"stride": 2, "padding": 1, "output_padding": 1}),
    Row("conv_transpose2d", [T([1, 2, 3, 3]), T([2, 2, 2, 2]), T([2])], {"stride": [2, 1]}),
    Row("conv_transpose2d", [T([1, 2, 3, 3]), T([2, 1, 3, 3])],
        {"stride": 2, "padding": 1, "output_padding": [1, 0], "groups": 2, "dilation": 1}),
    Row("conv_transpose3d", [T([1, 2, 2, 2, 2]), T([2, 1, 2, 2, 2])]),
    Row("conv_transpose3d", [T([1, 1, 2, 2, 2]), T([1, 1, 2, 2, 2]), T([1])], {"stride": 2, "output_padding": 1}),
]


def make() -> JsonObject:
    return content([*ACTIVATIONS, *SOFTMAX, *DROPOUT, *NORMALIZATION, *EMBEDDING, *LINEAR, *CONVOLUTION])
