"""functional_windows.json: pooling, resizing, sampling, padding, shuffling, attention."""

from __future__ import annotations

import torch

from .common import JsonObject
from .functional import I, Row, T, content

D1, D2, D3 = T([1, 2, 6]), T([1, 2, 4, 5]), T([1, 1, 4, 3, 4])
INPUTS = {"1d": D1, "2d": D2, "3d": D3}

MAX_POOLS = [
    *[
        Row(f"max_pool{dims}{suffix}", [x, 2], options, exact=True)
        for dims, x in INPUTS.items()
        for suffix, options in (
            ("", {}),
            ("", {"stride": 1, "padding": 1}),
            ("", {"ceil_mode": True, "return_indices": True}),
            ("_with_indices", {"stride": 1, "dilation": 2}),
        )
    ],
    Row("max_pool2d", [T([2, 4, 5]), [2, 3], [2, 1], [1, 0], [1, 2]], exact=True),
    *[
        Row(f"adaptive_max_pool{dims}{suffix}", [x, 2], options, exact=True)
        for dims, x in INPUTS.items()
        for suffix, options in (("", {}), ("", {"return_indices": True}), ("_with_indices", {}))
    ],
    Row("adaptive_max_pool2d", [D2, [None, 3]], exact=True),
    Row("adaptive_max_pool3d", [D3, [2, None, 1]], exact=True),
]

AVERAGE_POOLS = [
    *[
        Row(f"avg_pool{dims}", [x, 2], options)
        for dims, x in INPUTS.items()
        for options in ({}, {"stride": 1, "padding": 1}, {"ceil_mode": True, "count_include_pad": False, "padding": 1})
    ],
    Row("avg_pool2d", [D2, [2, 3]], {"divisor_override": 4}),
    Row("avg_pool3d", [D3, 2, 1], {"divisor_override": 3}),
    *[Row(f"adaptive_avg_pool{dims}", [x, 2]) for dims, x in INPUTS.items()],
    Row("adaptive_avg_pool2d", [D2, [3, None]]),
    Row("adaptive_avg_pool3d", [D3, [None, 2, None]]),
    *[
        Row(f"lp_pool{dims}", [T(x.shape, mul=2, add=2), norm, 2], options)
        for dims, x in INPUTS.items()
        for norm, options in ((2.0, {}), (3, {"stride": 1}), (float("inf"), {}), (float("-inf"), {"ceil_mode": True}))
    ],
    Row("lp_pool2d", [D2, 2, [2, 3]], {"ceil_mode": True}),
]

FRACTIONAL_POOLS = [
    Row("fractional_max_pool2d", [T([1, 2, 6, 6]), 2], {"output_size": [3, 4]}, exact=True),
    Row("fractional_max_pool2d", [T([2, 6, 6]), [3, 2]],
        {"output_ratio": [0.5, 0.5], "return_indices": True}, exact=True),
    Row("fractional_max_pool2d_with_indices", [T([1, 2, 6, 6]), 2], {"output_ratio": [0.5, 0.7]}, exact=True),
    Row("fractional_max_pool2d", [T([1, 2, 6, 6]), 2], {
        "output_size": 3, "_random_samples": T([1, 2, 2], mul=0.9, add=0.5, grad=False)}, exact=True),
    Row("fractional_max_pool3d", [T([1, 1, 4, 4, 5]), 2], {"output_size": [2, 2, 3]}, exact=True),
    Row("fractional_max_pool3d", [T([1, 4, 4, 5]), 2], {"output_ratio": 0.5, "return_indices": True}, exact=True),
    Row("fractional_max_pool3d_with_indices", [T([1, 1, 4, 4, 5]), 2], {"output_ratio": [0.5, 0.7, 0.5]}, exact=True),
]  # fmt: skip

UNPOOLS = [
    Row("max_unpool1d", [T([1, 2, 3]), I([[[1, 3, 4], [0, 2, 5]]]), 2], exact=True),
    Row("max_unpool1d", [T([1, 2, 3]), I([[[1, 3, 4], [0, 2, 5]]]), 2], {"output_size": [1, 2, 7]}, exact=True),
    Row("max_unpool1d", [T([2, 3]), I([[1, 3, 4], [0, 2, 4]]), 3], {"stride": 2, "padding": 1}, exact=True),
    Row("max_unpool2d", [T([1, 1, 2, 2]), I([[[[0, 3], [9, 10]]]]), 2], exact=True),
    Row("max_unpool2d", [T([1, 1, 2, 2]), I([[[[0, 3], [9, 10]]]]), 2, 2, 0, [5, 5]], exact=True),
    Row("max_unpool3d", [T([1, 1, 1, 2, 2]), I([[[[[0, 3], [9, 31]]]]]), 2], exact=True),
    Row("max_unpool3d", [T([1, 1, 1, 2, 2]), I([[[[[0, 3], [9, 31]]]]]), [2, 2, 2]],
        {"output_size": [2, 5, 5]}, exact=True),
]  # fmt: skip

IMAGE = T([1, 2, 3, 4])
MODES = {
    "nearest": [T([1, 2, 4]), IMAGE, T([1, 1, 2, 2, 3])],
    "nearest-exact": [T([1, 2, 4]), IMAGE, T([1, 1, 2, 2, 3])],
    "area": [T([1, 2, 4]), IMAGE, T([1, 1, 2, 2, 3])],
    "linear": [T([1, 2, 4])],
    "bilinear": [IMAGE],
    "bicubic": [IMAGE],
    "trilinear": [T([1, 1, 2, 2, 3])],
}

RESIZING = [
    *[
        Row("interpolate", [x], {**options, "mode": mode}, exact=mode.startswith("nearest"))
        for mode, inputs in MODES.items()
        for x in inputs
        for options in ({"size": 3}, {"scale_factor": 1.7})
    ],
    *[
        Row("interpolate", [x], {"scale_factor": 1.5, "mode": mode, **options})
        for mode in ("linear", "bilinear", "bicubic", "trilinear")
        for x in MODES[mode]
        for options in ({"align_corners": True}, {"recompute_scale_factor": True})
    ],
    Row("interpolate", [IMAGE, [5, 2]], exact=True),
    Row("interpolate", [IMAGE], {"scale_factor": [2, 1.3], "mode": "area"}),
    *[
        Row("interpolate", [T([1, 1, 6, 7])], {"size": [3, 4], "mode": mode, "antialias": True})
        for mode in ("bilinear", "bicubic", "lanczos")
    ],
    Row("upsample", [IMAGE], {"scale_factor": 2}, exact=True),
    Row("upsample", [IMAGE, [4, 6], None, "bilinear", True]),
    Row("upsample_nearest", [IMAGE], {"scale_factor": 2}, exact=True),
    Row("upsample_bilinear", [IMAGE], {"size": [5, 4]}),
]

GRID = T([1, 2, 3, 2], mul=3)

SAMPLING = [
    *[
        Row("grid_sample", [T([1, 2, 3, 3]), GRID], {"mode": mode, "padding_mode": padding, "align_corners": align})
        for mode in ("bilinear", "nearest", "bicubic")
        for padding, align in (("zeros", False), ("border", True), ("reflection", False))
    ],
    Row("grid_sample", [T([1, 1, 2, 2, 2]), T([1, 2, 1, 2, 3], mul=2)], {"align_corners": True}),
    Row("affine_grid", [T([2, 2, 3]), [2, 1, 2, 3]], {"align_corners": False}),
    Row("affine_grid", [T([1, 3, 4]), [1, 1, 2, 2, 2], True]),
    Row("unfold", [T([1, 2, 3, 3]), 2], exact=True),
    Row("unfold", [T([1, 1, 4, 4]), [2, 3]], {"dilation": [2, 1], "padding": [1, 0], "stride": 2}, exact=True),
    Row("fold", [T([1, 8, 4]), [3, 3], 2]),
    Row("fold", [T([1, 4, 6]), 4], {"kernel_size": 2, "padding": [0, 1], "stride": 2}),
]

PADDING = [
    Row("pad", [T([2, 3]), [1, 2]], exact=True),
    Row("pad", [T([2, 3]), [1, -1, 0, 2]], {"value": 2.5}, exact=True),
    *[
        Row("pad", [x, [1, 2] * dims], {"mode": mode})
        for mode in ("reflect", "replicate", "circular")
        for dims, x in ((1, T([1, 2, 3])), (2, T([1, 1, 3, 3])), (3, T([1, 1, 3, 3, 3], grad=False)))
    ],
    Row("pixel_shuffle", [T([1, 8, 2, 2]), 2], exact=True),
    Row("pixel_unshuffle", [T([1, 2, 4, 4]), 2], exact=True),
    Row("channel_shuffle", [T([1, 6, 2]), 3], exact=True),
    Row("native_channel_shuffle", [T([1, 6, 2, 1]), 2], exact=True, grad=False),
]

QKV = [T([1, 2, 3, 4]), T([1, 2, 5, 4]), T([1, 2, 5, 4])]
E, HEADS = 4, 2
Q, K, V = T([3, 2, E]), T([5, 2, E]), T([5, 2, E])
MASK = I([[False, True, False, False, True], [False] * 5, [False, False, True, True, False]], torch.bool)
PAD = I([[False, False, True, False, False], [False, False, False, False, True]], torch.bool)


def attention(*, unbatched: bool = False, bias: bool = False, zero: bool = False, packed: bool = True,
              dropout: float = 0.0, **options: object) -> Row:
    query, key, value = (T(x.shape[:1] + x.shape[2:]) if unbatched else x for x in (Q, K, V))
    extra = [T([1, 1, E]), T([1, 1, E])] if bias else [None, None]
    inner = [T([3 * E, E], mul=2) if packed else None, T([3 * E], mul=1)]
    return Row(
        "multi_head_attention_forward",
        [query, key, value, E, HEADS, *inner, *extra, zero, dropout, T([E, E], mul=2), T([E], mul=1)],
        options,
    )


SEPARATE = {"use_separate_proj_weight": True, **{f"{name}_proj_weight": T([E, E], mul=2) for name in "qkv"}}

ATTENTION = [
    Row("scaled_dot_product_attention", QKV),
    Row("scaled_dot_product_attention", [*QKV, MASK]),
    Row("scaled_dot_product_attention", QKV, {"attn_mask": T([3, 5]), "scale": 0.3}),
    Row("scaled_dot_product_attention", QKV, {"is_causal": True}),
    Row("scaled_dot_product_attention", QKV, {"dropout_p": 0.4}),
    Row("scaled_dot_product_attention", [T([1, 4, 3, 4]), *QKV[1:]], {"enable_gqa": True}),
    attention(),
    attention(need_weights=False),
    attention(unbatched=True),
    attention(unbatched=True, need_weights=False),
    attention(key_padding_mask=PAD, average_attn_weights=False),
    attention(key_padding_mask=PAD, attn_mask=MASK, need_weights=False),
    attention(bias=True, zero=True, attn_mask=MASK, key_padding_mask=PAD),
    attention(dropout=0.3),
    attention(dropout=0.3, training=False),
    attention(packed=False, **SEPARATE),
    attention(attn_mask=T([4, 3, 5], grad=False)),
    attention(attn_mask=MASK, is_causal=True, need_weights=False),
    attention(static_k=T([4, 6, 2]), static_v=T([4, 6, 2])),
]


def make() -> JsonObject:
    return content([
        *MAX_POOLS, *AVERAGE_POOLS, *FRACTIONAL_POOLS, *UNPOOLS, *RESIZING, *SAMPLING, *PADDING, *ATTENTION,
    ])  # fmt: skip
