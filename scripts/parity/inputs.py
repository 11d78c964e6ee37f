"""The tensors of a sample, made anew in the way in which the replay makes them."""

from __future__ import annotations

import collections

import torch
from torch.testing._internal.opinfo.core import SampleInput
from torch.utils._pytree import tree_leaves, tree_map

from .encode import Json, Tensors, Unencodable, spanned, storage_of


def _memory_of(tensor: torch.Tensor) -> int:
    """Tells storages apart; 0 for tensors that have none."""
    has_storage = tensor.layout == torch.strided and tensor.device.type != "meta" and not tensor.is_nested
    return tensor.untyped_storage().data_ptr() if has_storage else 0


class Inputs:
    """A sample whose tensors are leaves of their own, with nothing around them in memory.

    Tensors that share memory do so here too: they come with all of it, as do those of operators that look at the
    memory around their input (`whole`).
    """

    def __init__(self, sample: SampleInput, *, whole: bool) -> None:
        leaves = tree_leaves((sample.input, sample.args, sample.kwargs))
        distinct = {id(leaf): leaf for leaf in leaves if isinstance(leaf, torch.Tensor)}.values()
        uses = collections.Counter(map(_memory_of, distinct))
        self._shared = {memory for memory, count in uses.items() if memory != 0 and (whole or count > 1)}
        self._copies: dict[int, torch.Tensor] = {}
        self._made: dict[int, torch.Tensor] = {}
        self.originals: list[torch.Tensor] = []
        self.tensors: list[torch.Tensor] = []
        self.args = tree_map(self._remake, (sample.input, *sample.args))
        self.kwargs = tree_map(self._remake, sample.kwargs)

    def describe(self, tensors: Tensors) -> list[Json]:
        """The inputs as they are now; `grad` marks those that autograd records."""
        written: dict[int, dict[str, Json]] = {}
        result = []
        for tensor, original in zip(self.tensors, self.originals, strict=True):
            shared = written if _memory_of(original) in self._shared else None
            described = tensors.describe(tensor, shared=shared)
            result.append(described | {"grad": True} if tensor.requires_grad else described)
        return result

    def _remake(self, value: object) -> object:
        if not isinstance(value, torch.Tensor):
            return value
        if type(value) not in (torch.Tensor, torch.nn.Parameter) or value.is_nested:
            raise Unencodable(f"a {type(value).__name__} has no counterpart in JavaScript")
        if id(value) not in self._made:
            self._made[id(value)] = self._copy(value).requires_grad_(value.requires_grad)
            self.originals.append(value)
            self.tensors.append(self._made[id(value)])
        return self._made[id(value)]

    def _copy(self, tensor: torch.Tensor) -> torch.Tensor:
        source = tensor.detach()
        if _memory_of(source) == 0:
            return source.clone()
        # Conjugated and negated views stay such views.
        is_conj, is_neg = source.is_conj(), source.is_neg()
        source = source.conj() if is_conj else source
        source = torch._neg_view(source) if is_neg else source
        memory, offset = self._elements(source)
        result = memory.as_strided(source.shape, source.stride(), offset)
        result = torch._neg_view(result) if is_neg else result
        return (result.conj() if is_conj else result).detach()

    def _elements(self, source: torch.Tensor) -> tuple[torch.Tensor, int]:
        """A copy of the memory of a tensor, and where the tensor begins in it."""
        memory = _memory_of(source)
        if memory not in self._shared:
            return spanned(source).clone(), 0
        if memory not in self._copies:
            self._copies[memory] = storage_of(source).clone()
        return self._copies[memory].view(source.dtype), source.storage_offset()
