"""functions.json: functions and members of Tensor that this library writes by hand over operators, as Python does."""

from __future__ import annotations

import math
import warnings

import torch

from .common import JsonObject, camel, camel_keys, dtype_name, encode, environment, formula_tensor


def _write(value: object) -> object:
    """Arguments and results: tensors as the README says, infinity as {"number": "Infinity"}, dtypes by name."""
    if isinstance(value, torch.Tensor):
        return encode(value)
    if isinstance(value, (torch.dtype, torch.layout)):
        return dtype_name(value)
    if isinstance(value, (list, tuple)):
        return [_write(item) for item in value]
    if isinstance(value, float) and math.isinf(value):
        return {"number": "Infinity" if value > 0 else "-Infinity"}
    return "..." if value is Ellipsis else value


def _call(function: str, *args: object, of: object = None, seed: int | None = None, **options: object) -> JsonObject:
    """One call: of a function of `torch`, or, with `of`, of a method of that tensor."""
    if seed is not None:
        torch.manual_seed(seed)
    target = torch if of is None else of
    entry: JsonObject = {"call": camel(function), "args": _write(args), "seed": seed}
    if of is not None:
        entry["of"] = _write(of)
    if options:
        entry["options"] = {key: _write(value) for key, value in camel_keys(options).items()}
    return {**entry, "result": _write(getattr(target, function)(*args, **options))}


def _lists() -> list[JsonObject]:
    a, b, c = formula_tensor((2, 3)), formula_tensor((3, 4), 6), formula_tensor((4, 2), 18)
    vectors = (torch.arange(3), torch.arange(2))
    zero, one = torch.tensor(2.5), torch.tensor([1.0, 2.0])
    return [
        _call("broadcast_tensors", formula_tensor((2, 1)), formula_tensor((3,))),
        _call("block_diag", a, b, one),
        _call("cartesian_prod", *vectors, torch.arange(2)),
        _call("cartesian_prod", one),
        _call("meshgrid", *vectors, indexing="ij"),
        _call("meshgrid", *vectors, indexing="xy"),
        _call("meshgrid", list(vectors), indexing="xy"),
        _call("chain_matmul", a, b, c),
        *(_call(f"atleast_{n}d", x) for n in (1, 2, 3) for x in (zero, one, a)),
        *(_call(f"atleast_{n}d", zero, a) for n in (1, 2, 3)),
        _call("broadcast_shapes", [2, 1], [3], [1, 1, 1]),
        _call("broadcast_shapes", 2, [0, 2]),
        _call("unravel_index", torch.tensor([[7, 0], [23, 11]]), [2, 3, 4]),
        _call("unravel_index", torch.tensor([3]), 5),
        _call("unravel_index", torch.tensor(3, dtype=torch.int32), [2, 2]),
    ]


def _products() -> list[JsonObject]:
    a, b = formula_tensor((3, 4)), formula_tensor((4, 5), 12)
    batch, other = formula_tensor((2, 3, 4)), formula_tensor((2, 4, 5), 24)
    square = formula_tensor((4, 4))
    p, q, r = formula_tensor((3, 4, 5)), formula_tensor((4, 3, 2), 60), formula_tensor((5, 4, 3, 2), 84)
    return [
        _call("einsum", "ij,jk->ik", a, b),
        _call("einsum", "ij,jk", a, b),
        _call("einsum", "bij,bjk->bik", batch, other),
        _call("einsum", "ii->i", square),
        _call("einsum", "ii", square),
        _call("einsum", "...ij->...ji", batch),
        _call("einsum", "i,j->ij", [a[0], b[0]]),
        _call("einsum", "ij,jk,lj->il", a, b, formula_tensor((2, 4))),
        _call("einsum", a, [0, 1], b, [1, 2], [0, 2]),
        _call("einsum", a, [0, 1], b, [1, 30]),
        _call("einsum", batch, [..., 3, 4], [..., 4, 3]),
        _call("tensordot", a, b, 1),
        _call("tensordot", a, a),
        _call("tensordot", a, b, dims=0),
        _call("tensordot", p, q, dims=[[1, 0], [0, 1]]),
        _call("tensordot", p, r, [[2, 1], [0, 1]]),
        *(_call("cdist", a, formula_tensor((5, 4), 7), p) for p in (0.0, 1.0, 1.5, 2.0, float("inf"))),
        *(
            _call("cdist", formula_tensor((30, 4)), formula_tensor((5, 4), 7), compute_mode=mode)
            for mode in (
                "use_mm_for_euclid_dist_if_necessary",
                "use_mm_for_euclid_dist",
                "donot_use_mm_for_euclid_dist",
            )
        ),
    ]


def _norms() -> list[JsonObject]:
    x = formula_tensor((2, 3, 4))
    matrix = formula_tensor((3, 4), 5)
    inf = float("inf")
    return [
        _call("norm", x),
        *(_call("norm", x, p) for p in (0, 1, 2, 2.5, inf, -inf)),
        *(_call("norm", x, p, 1) for p in ("fro", 1, 3, inf)),
        _call("norm", x, "fro", [0, 2]),
        _call("norm", x, "nuc", [1, 2]),
        _call("norm", x, "nuc", [0, 2], True),
        _call("norm", matrix, "nuc"),
        _call("norm", x, 2, [0, 1], keepdim=True),
        _call("norm", x, dim=-1, dtype=torch.float64),
        _call("norm", torch.complex(x, -x), 1, 2),
        _call("norm", of=x, p=1, dim=0),
        _call("norm", of=matrix),
        _call("norm", 3, 1, True, of=x),
    ]


def _distinct() -> list[JsonObject]:
    x = torch.tensor([[3, 1, 1], [2, 2, 3], [3, 1, 1]])
    runs = torch.tensor([1, 1, 2, 2, 1, 3, 3, 3])
    flags = [{}, {"return_inverse": True}, {"return_counts": True}, {"return_inverse": True, "return_counts": True}]
    return [
        *(_call("unique", x, **options) for options in flags),
        *(_call("unique", x, dim=0, **options) for options in flags),
        _call("unique", dim=1, of=x),
        _call("unique", torch.tensor([2.5, float("nan"), 2.5])[:1]),
        *(_call("unique_consecutive", runs, **options) for options in flags),
        _call("unique_consecutive", x, dim=0, return_counts=True),
        _call("unique_consecutive", return_inverse=True, of=runs),
        _call("nonzero", x.eq(3)),
        _call("nonzero", x.eq(3), as_tuple=True),
        _call("nonzero", as_tuple=True, of=torch.tensor(1)),
        _call("nonzero", of=x.eq(2)),
    ]


def _signals() -> list[JsonObject]:
    signal, batch = formula_tensor((40,)), formula_tensor((2, 40))
    window = torch.hann_window(8)
    pads = [_call("stft", signal, 8, 3, window=window, pad_mode=mode, return_complex=True)
            for mode in ("reflect", "constant", "replicate", "circular")]
    spectrum = torch.stft(signal, 8, 2, window=window, return_complex=True)
    return [
        *pads,
        _call("stft", batch, 8, 2, 6, window=window[:6], center=False, return_complex=True),
        _call("stft", 8, hop_length=4, window=window, normalized=True, onesided=False, return_complex=True, of=batch),
        _call("stft", 8, window=window, center=False, align_to_window=True, return_complex=True, of=signal),
        _call("istft", spectrum, 8, 2, window=window),
        _call("istft", 8, 2, window=window, length=38, of=spectrum),
    ]


def _factors() -> list[JsonObject]:
    tall, wide = formula_tensor((9, 5)), formula_tensor((2, 4, 8), 3)
    square = formula_tensor((2, 4, 4)) + 2 * torch.eye(4)
    return [
        _call("svd_lowrank", tall, seed=1, q=3),
        _call("svd_lowrank", wide, seed=2, q=2, niter=1),
        _call("svd_lowrank", tall, seed=3, q=2, M=tall.mean(0, keepdim=True)),
        _call("pca_lowrank", tall, seed=4),
        _call("pca_lowrank", tall, seed=5, q=2, center=False),
        _call("pca_lowrank", wide, seed=6, q=3, niter=3),
        _call("lu", square),
        _call("lu", square, get_infos=True),
        _call("lu", of=square),
    ]


def _eigenpairs() -> list[JsonObject]:
    """In float64, where the last bits of the iteration do not show."""
    half = formula_tensor((2, 12, 12)).double()
    batch = half + half.mT + torch.diag(torch.arange(12.0, dtype=torch.float64))
    a = batch[0]
    b = torch.eye(12, dtype=torch.float64) * 2 + 0.1 * (half[1] + half[1].mT)
    start = formula_tensor((12, 3), 40).double()
    options = [{"k": 2}, {"k": 2, "largest": False}, {"k": 3, "B": b}, {"X": start}, {"X": start, "k": 2},
               {"k": 2, "iK": torch.linalg.inv(a + torch.eye(12)), "largest": False}, {"k": 1, "n": 3, "niter": 4}]
    return [
        *(_call("lobpcg", a, seed=7, method=method, **{key: value.clone() if isinstance(value, torch.Tensor) else value
                                                       for key, value in one.items()})
          for method in ("ortho", "basic") for one in options if method == "ortho" or "X" not in one),
        _call("lobpcg", batch, seed=8, k=2),
        _call("lobpcg", a.float(), seed=9, k=1, tol=1e-5),
    ]


def _sparse() -> list[JsonObject]:
    """Sparse results as dense ones: the functions of `torch.sparse`, and the constructors of sparse tensors."""
    matrix = formula_tensor((4, 5)) * (formula_tensor((4, 5), 3) > 0.1)
    dense, other = formula_tensor((5, 3)), formula_tensor((4, 3), 9)
    coo, csr = matrix.to_sparse(), matrix.to_sparse_csr()
    options = {"beta": 0.5, "alpha": 2}

    def entry(name: str, layout: str, result: torch.Tensor, args: list, **named: object) -> JsonObject:
        written = {key: _write(value) for key, value in camel_keys(named).items()}
        return {"call": camel(name), "layout": layout, "matrix": encode(matrix), "args": _write(args), "options": written,
                "result": encode(result.to_dense())}

    sparse = torch.sparse
    return [
        entry("mm", "coo", sparse.mm(coo, dense), [dense]),
        *(entry("mm", "csr", sparse.mm(csr, dense, how), [dense, how]) for how in ("sum", "mean", "amax", "amin")),
        entry("sum", "coo", sparse.sum(coo), []),
        entry("sum", "coo", sparse.sum(coo, 0), [0]),
        entry("sum", "coo", sparse.sum(coo, [0, 1], dtype=torch.float64), [], dim=[0, 1], dtype=torch.float64),
        entry("softmax", "coo", sparse.softmax(coo, 1), [1]),
        entry("log_softmax", "coo", sparse.log_softmax(coo, 0, dtype=torch.float64), [0], dtype=torch.float64),
        entry("sampled_addmm", "csr", sparse.sampled_addmm(csr, other, dense.mT.contiguous(), **options),
              [other, dense.mT.contiguous()], **options),
    ]


def _members() -> list[JsonObject]:
    x = formula_tensor((2, 3, 4))
    z = torch.complex(x[0], x[1])
    views = [
        *((x[0], name) for name in ("T", "H", "mT", "mH", "real", "ndim", "itemsize", "nbytes")),
        *((z, name) for name in ("T", "H", "mT", "mH", "real", "imag", "itemsize", "is_sparse", "is_cpu")),
        (x, "mT"),
    ]
    entries = [{"get": camel(name), "of": _write(of), "result": _write(getattr(of, name))} for of, name in views]
    orders = [x, x.permute(2, 0, 1), x[:, :1], x.transpose(1, 2), formula_tensor((1, 3, 1, 4)).permute(0, 2, 3, 1),
              torch.ones(2, 1, 1).expand(2, 3, 4), torch.ones(2, 3, 4, 5).to(memory_format=torch.channels_last)]
    strided = [{"shape": list(one.shape), "stride": list(one.stride()), "dimOrder": list(one.dim_order())}
               for one in orders]
    types = [{"dtype": dtype_name(dtype), "type": torch.empty(1, dtype=dtype).type()}
             for dtype in (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.float32,
                           torch.float64, torch.bfloat16, torch.bool, torch.complex64, torch.complex128)]
    return [*entries, *({"strided": one} for one in strided), *({"typed": one} for one in types)]


def _infos() -> list[JsonObject]:
    floats = ("float64", "float32", "float16", "bfloat16", "float8_e5m2", "float8_e4m3fn", "float8_e5m2fnuz",
              "float8_e4m3fnuz", "float8_e8m0fnu", "complex64", "complex128")
    fields = ("bits", "eps", "max", "min", "tiny", "smallest_normal", "resolution", "dtype")
    integers = ("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64")

    def info(function: str, dtype: str, names: tuple[str, ...]) -> JsonObject:
        found = getattr(torch, function)(getattr(torch, dtype))
        # As text: 64-bit integers are beyond JSON's numbers.
        return {"info": function, "dtype": dtype, "fields": {camel(name): str(getattr(found, name)) for name in names}}

    return [
        *(info("finfo", dtype, fields) for dtype in floats),
        *(info("iinfo", dtype, ("bits", "max", "min", "dtype")) for dtype in integers),
    ]


def make() -> JsonObject:
    warnings.simplefilter("ignore")
    return {
        "environment": environment(),
        "about": "calls: torch.<call>(...args, options), or the method of the tensor `of`, after manualSeed(seed). "
        "members: an accessor `get` of a tensor `of`; dimOrder of a tensor with a shape and a stride; type() of a dtype. "
        "sparse: torch.sparse.<call> of `matrix` in a layout, made dense. infos: finfo and iinfo, each field as Python's str() prints it.",
        "calls": [*_lists(), *_products(), *_norms(), *_distinct(), *_signals(), *_factors(), *_eigenpairs()],
        "sparse": _sparse(),
        "members": _members(),
        "infos": _infos(),
    }
