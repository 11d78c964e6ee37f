"""Types: the schema's types in the vocabulary of lib/torch/types.ts.

A type is a tuple of alternatives, so that overloads can be united without parsing text.
"""

from __future__ import annotations

from torchgen.model import BaseTy, BaseType, ListType, OptionalType, Type

Alternatives = tuple[str, ...]

# Functions for which PyTorch's argument parser takes a number in place of any tensor
# (`should_allow_numbers_as_tensors` in torch/csrc/utils/python_arg_parser.cpp).
NUMBERS_AS_TENSORS = frozenset(
    name + suffix
    for name in (
        "add", "sub", "mul", "div", "divide", "multiply", "subtract", "true_divide",
        "floor_divide", "copy",
    )
    for suffix in ("", "_")
)  # fmt: skip

# Return and argument types with no counterpart in JavaScript: an overload with one is left out.
UNSUPPORTED = frozenset({BaseTy.Storage, BaseTy.Stream, BaseTy.QScheme, BaseTy.DeviceIndex})

BASE_TYPES: dict[BaseTy, Alternatives] = {
    BaseTy.Tensor: ("Tensor",),
    BaseTy.Scalar: ("Scalar",),
    BaseTy.int: ("Int",),
    BaseTy.SymInt: ("Int",),
    BaseTy.float: ("number",),
    BaseTy.bool: ("boolean",),
    BaseTy.ScalarType: ("DType",),
    BaseTy.Device: ("DeviceLike",),
    BaseTy.Layout: ("Layout",),
    BaseTy.MemoryFormat: ("MemoryFormat",),
    BaseTy.Generator: ("Generator",),
}

# A call returns plain numbers where an argument would also take a bigint.
RETURN_TYPES: dict[BaseTy, Alternatives] = {
    **BASE_TYPES,
    BaseTy.int: ("number",),
    BaseTy.SymInt: ("number",),
}

# What lib/torch/types.ts's Scalar already stands for.
SCALARS = frozenset({"Int", "boolean", "number"})

PADDING_MODES = ("constant", "reflect", "replicate", "circular")

# The values a text argument may have, by its name or by "function.name" where the function matters.
TEXTS: dict[str, tuple[str, ...]] = {
    "UPLO": ("L", "U"),
    "approximate": ("none", "tanh"),
    "indexing": ("ij", "xy"),
    "interpolation": ("linear", "lower", "higher", "midpoint", "nearest"),
    "norm": ("forward", "backward", "ortho"),
    "pad_mode": PADDING_MODES,
    "padding": ("same", "valid"),
    "padding_side": ("right", "left"),
    "rounding_mode": ("trunc", "floor"),
    "side": ("left", "right"),
    "index_reduce.reduce": ("prod", "mean", "amax", "amin"),
    "linalg_cond.p": ("fro", "nuc"),
    "linalg_lstsq.driver": ("gels", "gelsy", "gelsd", "gelss"),
    "linalg_matrix_norm.ord": ("fro", "nuc"),
    "linalg_norm.ord": ("fro", "nuc"),
    "linalg_qr.mode": ("reduced", "complete", "r"),
    "linalg_svd.driver": ("gesvd", "gesvdj", "gesvda"),
    "linalg_svdvals.driver": ("gesvd", "gesvdj", "gesvda"),
    "pad.mode": PADDING_MODES,
    "scatter.reduce": ("add", "multiply"),
    "scatter_reduce.reduce": ("sum", "prod", "mean", "amax", "amin"),
    "segment_reduce.reduce": ("sum", "mean", "max", "min", "prod"),
}

# Text arguments that take any string.
FREE_TEXTS = frozenset({"einsum.equation", "from_file.filename"})


def is_supported(type_: Type) -> bool:
    """False for types that no JavaScript value stands for."""
    return not any(type_.is_base_ty_like(base) for base in UNSUPPORTED)


def argument_type(function: str, name: str, type_: Type) -> Alternatives:
    """The TypeScript type of argument `name` of `function` (its name without a trailing `_`)."""
    match type_:
        case OptionalType(elem):
            return (*argument_type(function, name, elem), "null")
        case ListType(elem, size):
            element = argument_type(function, name, elem)
            inner = f"({' | '.join(element)})" if len(element) > 1 else element[0]
            # A length in the schema says that one number stands for that many equal ones.
            bare = element if size is not None and element == ("Int",) else ()
            return (*bare, f"readonly {inner}[]")
        case BaseType(BaseTy.str):
            return text_type(function, name)
        case BaseType(BaseTy.int) if name == "reduction":
            return ("Reduction",)
        case BaseType(BaseTy.Tensor) if function in NUMBERS_AS_TENSORS:
            return ("Tensor", "Scalar")
        case BaseType(base):
            return BASE_TYPES[base]
        case _:
            raise TypeError(f"{function}({name}): no TypeScript type for {type_}")


def text_type(function: str, name: str) -> Alternatives:
    """The literals that a `str` argument takes."""
    key = f"{function}.{name}"
    if key in FREE_TEXTS:
        return ("string",)
    values = TEXTS.get(key) or TEXTS.get(name)
    if values is None:
        raise KeyError(f"{key}: add the values of this text argument to TEXTS in {__file__}")
    return tuple(f"'{value}'" for value in values)


def return_type(type_: Type) -> str:
    """The TypeScript type of one returned value."""
    match type_:
        case ListType(elem):
            return f"{return_type(elem)}[]"
        case BaseType(base):
            return " | ".join(RETURN_TYPES[base])
        case _:
            raise TypeError(f"no TypeScript type for a returned {type_}")


def includes(wide: Alternatives, narrow: Alternatives) -> bool:
    """True if every alternative of `narrow` is one of `wide`."""
    covered = {*wide, *(SCALARS if "Scalar" in wide else ())}
    return covered.issuperset(narrow)


def union(first: Alternatives, second: Alternatives) -> Alternatives:
    """Both types' alternatives, without those that `Scalar` already covers, `null` last."""
    merged = list(dict.fromkeys((*first, *second)))
    if "Scalar" in merged:
        merged = [part for part in merged if part not in SCALARS]
    return tuple(sorted(merged, key=lambda part: part == "null"))
