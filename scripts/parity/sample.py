"""Records one sample of an operator: the call, its results, its other forms, and the gradients."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.testing._internal.opinfo.core import OpInfo, SampleInput
from torch.utils._pytree import tree_leaves

from .encode import Json, Tensors, Unencodable, encode, field_names
from .inputs import Inputs
from .names import is_direct, name_of, public, public_name
from .trace import Program, Tracer

# Seed before every call: what the database itself uses for random operators.
SEED = 42


def cotangent(like: torch.Tensor) -> torch.Tensor:
    """Multiples of 1/64 between -1 and 1, never zero, exact in every floating dtype. replay.ts makes the same."""

    def numbers(offset: int) -> torch.Tensor:
        k = torch.arange(offset, offset + like.numel(), dtype=torch.int64)
        return ((k * 37 % 64).to(torch.float64) - 31.5) / 32

    values = torch.complex(numbers(0), numbers(29)) if like.is_complex() else numbers(0)
    return values.to(like.dtype).reshape(like.shape)


def same(a: object, b: object) -> bool:
    """Whether two results hold the same bits (NaN equals NaN)."""
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        if a.dtype != b.dtype or a.shape != b.shape or a.layout != b.layout or a.device != b.device:
            return False
        if a.layout != torch.strided:
            a, b = a.to_dense(), b.to_dense()
        return a.device.type == "meta" or torch.equal(_bits(a), _bits(b))
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return type(a) is type(b) and (a == b or (a != a and b != b))


def _strides(result: object) -> list[tuple[int, ...]]:
    return [leaf.stride() for leaf in tree_leaves(result)
            if isinstance(leaf, torch.Tensor) and leaf.layout == torch.strided]


def _bits(tensor: torch.Tensor) -> torch.Tensor:
    # Not contiguous(): a dimension of size 1 may keep any stride.
    fresh = tensor.detach().resolve_conj().resolve_neg().clone(memory_format=torch.contiguous_format)
    return fresh.reshape(-1).view(torch.uint8)


def describe(value: object, tensors: Tensors) -> Json:
    """A result: tensors described in place, tuples with the names of their elements."""
    if isinstance(value, (list, tuple)):
        elements = [describe(element, tensors) for element in value]
        names = field_names(value)
        return {"tuple": elements, "names": names} if names is not None else elements
    return encode(value, lambda tensor: {"tensor": tensors.describe(tensor)})


class Recorder:
    """Records the samples of one operator and dtype into one frame."""

    def __init__(self, op: OpInfo) -> None:
        self.op = op
        self.is_direct = is_direct(op)
        self.tensors = Tensors()
        self.whole = op.name.startswith("as_strided")  # sees the memory around its input

    def _run(self, inputs: Inputs, program: Program) -> object:
        """Calls the operator, noting the call, or the calls that a lambda makes."""
        torch.manual_seed(SEED)
        if self.is_direct:
            name = public_name(self.op)
            if name is None or name.startswith("torch._"):
                name = name_of(self.op.op, inputs.args, inputs.kwargs)
            return program.call(name, inputs.args, inputs.kwargs, lambda: self.op.op(*inputs.args, **inputs.kwargs))
        with Tracer(program):
            return self.op.op(*inputs.args, **inputs.kwargs)

    def error(self, sample: SampleInput) -> dict[str, Json] | None:
        """The calls up to the one that raises; None if none does."""
        inputs = Inputs(sample, whole=self.whole)
        described = inputs.describe(self.tensors)
        program = Program(inputs.tensors)
        try:
            self._run(inputs, program)
        except Unencodable:
            raise
        except Exception as error:  # noqa: BLE001: whatever it is, ours must raise too
            # Raised by Python code (torch.signal's) before the first call of PyTorch: there is nothing to replay.
            if not program.calls:
                return None
            return {"tensors": described, "calls": program.calls, "raises": type(error).__name__}
        return None

    def sample(self, sample: SampleInput, with_gradients: bool) -> dict[str, Json]:
        inputs = Inputs(sample, whole=self.whole)
        described = inputs.describe(self.tensors)
        program = Program(inputs.tensors)
        result = self._run(inputs, program)
        if not program.calls:
            raise Unencodable("calls no function of PyTorch")
        if self.op.name in UNINITIALIZED:
            for leaf in tree_leaves(result):
                leaf.untyped_storage().fill_(0)
        record: dict[str, Json] = {"tensors": described, "calls": list(program.calls),
                                   "result": program.whole(result) or program.encode(result),
                                   "out": describe(result, self.tensors)}
        changed = [[i, self.tensors.describe(tensor)] for i, (tensor, original) in
                   enumerate(zip(inputs.tensors, inputs.originals, strict=True)) if not same(tensor, original)]
        if changed:
            record["changed"] = changed
        if self.op.name in UNINITIALIZED:
            record["uninitialized"] = True
        if self.is_direct:
            forms = [form for form, run in self._forms().items() if self._agrees(run, sample, result)]
            if forms:
                record["forms"] = forms
        if with_gradients:
            self._gradients(record, sample, inputs, program, result)
        return record

    def _forms(self) -> dict[str, Callable]:
        """The other ways to call the operator, by its name and its aliases: function, method, and both in place."""
        forms: dict[str, Callable] = {}
        for name in (self.op.name, *(alias.name for alias in self.op.aliases)):
            path = f"torch.{name.removeprefix('torch.')}"
            last = path.rpartition(".")[2]
            if path.startswith("torch.ops.") or last.startswith("_"):
                continue
            for form in (path, f"torch.{last}", f"torch.{last}_", f"x.{last}", f"x.{last}_"):
                function = public(form)
                if function is not None and function is not self.op.op:
                    forms[form] = function
        return forms

    def _agrees(self, run: Callable, sample: SampleInput, expected: object) -> bool:
        """Whether another form takes this sample in Python, with the same result, strides included."""
        inputs = Inputs(sample, whole=self.whole)
        torch.manual_seed(SEED)
        try:
            with torch.no_grad():
                result = run(*inputs.args, **inputs.kwargs)
            return same(result, expected) and _strides(result) == _strides(expected)
        except Exception:  # noqa: BLE001: a form that Python refuses is no form of this sample
            return False

    def _gradients(self, record: dict[str, Json], sample: SampleInput, inputs: Inputs, program: Program,
                   result: object) -> None:
        """Adds the gradients of the inputs for fixed cotangents of the outputs."""
        first = len(program.calls)
        try:
            with Tracer(program):
                processed = sample.output_process_fn_grad(result)
            outputs = [leaf for leaf in tree_leaves(processed) if isinstance(leaf, torch.Tensor) and leaf.requires_grad
                       and leaf.layout == torch.strided]
            references = [program.reference(output) for output in outputs]
        except Unencodable:
            return
        leaves = [i for i, tensor in enumerate(inputs.tensors) if tensor.requires_grad]
        if not outputs or not leaves:
            return
        record["after"] = program.calls[first:]
        record["outputs"] = references
        try:
            gradients = torch.autograd.grad(outputs, [inputs.tensors[i] for i in leaves],
                                            [cotangent(output) for output in outputs], allow_unused=True)
        except Exception as error:  # noqa: BLE001: ours must raise too
            record["gradientRaises"] = type(error).__name__
            return
        record["gradients"] = [[i, None if gradient is None else self.tensors.describe(gradient)]
                               for i, gradient in zip(leaves, gradients, strict=True)]


# Their results hold whatever was in memory: dtype, shape and strides are all there is to compare.
UNINITIALIZED = {"empty", "empty_like", "empty_strided", "empty_permuted", "new_empty", "new_empty_strided", "resize_",
                 "resize_as_"}
