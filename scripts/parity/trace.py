"""Notes the PyTorch functions that some Python code calls, as a program that can be run again elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.overrides import TorchFunctionMode

from .encode import Json, Unencodable, encode
from .names import name_of


class Program:
    """Calls, whose tensors are inputs or results of earlier calls."""

    def __init__(self, inputs: list[torch.Tensor]) -> None:
        self.calls: list[dict[str, Json]] = []
        self._kept: list[object] = []
        self._references: dict[int, Json] = {id(tensor): {"tensor": i} for i, tensor in enumerate(inputs)}

    def reference(self, tensor: torch.Tensor) -> Json:
        found = self._references.get(id(tensor))
        if found is None:
            raise Unencodable("a tensor that no recorded call has made")
        return found

    def whole(self, result: object) -> Json | None:
        """Refers to a result that one call has returned as it is; None for one put together from several."""
        return {"result": [len(self._kept) - 1]} if self._kept[-1] is result else None

    def encode(self, value: object) -> Json:
        return encode(value, self.reference)

    def call(self, name: str, args: tuple, kwargs: dict, run: Callable[[], object]) -> object:
        """Notes a call, then makes it; one that raises is the last of the program."""
        encoded = self._index(*args) if name in _INDEXING else self.encode(args)
        keywords = {key: self.encode(value) for key, value in kwargs.items() if key not in _HINTS.get(name, _ANY_HINT)}
        self.calls.append({"f": name, "a": encoded, "k": keywords})
        index = len(self.calls) - 1
        result = run()
        self._kept.append(result)
        self._note([index], result)
        return result

    def _index(self, tensor: torch.Tensor, index: object, *value: object) -> Json:
        """The arguments of `x[index]`: a tuple has an entry for each dimension, a list is an index tensor."""
        entries = index if isinstance(index, tuple) else (index,)
        encoded = [{"positions": entry} if isinstance(entry, list) else self.encode(entry) for entry in entries]
        return [self.encode(tensor), encoded, *(self.encode(v) for v in value)]

    def _note(self, path: list[int], result: object) -> None:
        if isinstance(result, torch.Tensor):
            # In-place calls return what they were given, which goes by its newest name.
            self._references[id(result)] = {"result": path}
        elif isinstance(result, (list, tuple)):
            for i, part in enumerate(result):
                self._note([*path, i], part)


class Tracer(TorchFunctionMode):
    """Appends what runs inside to a program: the outermost calls only."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self.program = program

    def __torch_function__(self, func, types, args=(), kwargs=None):  # noqa: ANN001, ANN204
        kwargs = kwargs or {}

        def run() -> object:
            return func(*args, **kwargs)

        if getattr(func, "__name__", "") == "__get__":
            value = run()
            if not isinstance(value, torch.Tensor):
                return value  # a shape or a dtype: a constant of the program
            return self.program.call(f"get.{func.__self__.__name__}", args[:1], {}, lambda: value)
        name = name_of(func, args, kwargs)
        if name is None:
            raise Unencodable(f"the function {getattr(func, '__qualname__', func)} has no public name")
        if name in _QUESTIONS:
            return run()
        return self.program.call(name, args, kwargs, run)


# Arguments that change no result: where Python's warnings point to, and how a loss saves memory.
_ANY_HINT = {"_stacklevel"}
_HINTS = {"torch.nn.functional.linear_cross_entropy": {"options"}}

_INDEXING = ("torch.Tensor.__getitem__", "torch.Tensor.__setitem__")

# Their answers are constants of the program.
_QUESTIONS = {f"torch.Tensor.{name}" for name in ("size", "dim", "stride", "numel", "is_floating_point", "is_complex",
                                                  "is_contiguous", "__len__", "is_conj", "is_neg", "ndimension",
                                                  "element_size", "storage_offset", "data_ptr", "is_coalesced")}
_QUESTIONS |= {"torch.is_floating_point", "torch.is_complex", "torch.is_tensor", "torch.numel", "torch.is_conj",
               "torch.sym_float", "torch.sym_int", "torch.broadcast_shapes"}
