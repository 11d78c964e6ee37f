"""Signatures: one PyTorch overload as TypeScript overloads and as a line of documentation."""

from __future__ import annotations

import operator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from torchgen.api.python import structseq_fieldnames
from torchgen.model import BaseTy, BaseType, ListType, SchemaKind

from . import names, types
from .types import Alternatives

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from torchgen.api.python import PythonSignatureGroup
    from torchgen.model import Argument, Type

# Facts about an operator that its tags state, in the order in which the documentation names them.
TAG_NOTES = {
    "pointwise": "Elementwise.",
    "reduction": "A reduction.",
    "nondeterministic_seeded": "Random.",
    "dynamic_output_shape": "The result's shape depends on the values.",
    "data_dependent_output": "The result depends on the values.",
}


@dataclass(frozen=True)
class Parameter:
    """One argument of a Python signature."""

    name: str
    type: Alternatives
    default: str | None  # as Python writes it; None where the argument is required
    takes_rest: bool = False  # a list of integers without a length

    @property
    def python(self) -> str:
        """`dim=None`, as in a Python signature."""
        return self.name if self.default is None else f"{self.name}={self.default}"

    @property
    def text(self) -> str:
        """The type, as TypeScript writes it."""
        return " | ".join(self.type)

    @property
    def required(self) -> bool:
        """True where every call must give the argument."""
        return self.default is None

    def covers(self, other: Parameter) -> bool:
        """True if `other` is this parameter, or this one with fewer types."""
        return (
            self.name == other.name
            and self.required <= other.required
            and types.includes(self.type, other.type)
        )

    def union(self, other: Parameter) -> Parameter:
        """This parameter with the types of both."""
        return replace(self, type=types.union(self.type, other.type))

    @property
    def takes_tensors(self) -> bool:
        """True for tensors and lists of them."""
        return any("Tensor" in part for part in self.type)


@dataclass(frozen=True)
class Signature:
    """One overload as Python's argument parser sees it, `self` excluded from methods."""

    positional: tuple[Parameter, ...]
    keywords: tuple[Parameter, ...]
    tensor_options: bool
    returns: str
    python_returns: str
    notes: tuple[str, ...]
    # `out`, where a call with it returns nothing although one without it returns something.
    silent_out: Parameter | None = None

    def unite(self, other: Signature) -> Signature | None:
        """One signature that takes what either takes and nothing else, where there is one."""
        if self.returns != other.returns:
            return None
        for wide, narrow in ((self, other), (other, self)):
            united = wide if wide.covers(narrow) else wide.with_choice(narrow)
            if united is not None:
                # PyTorch tags some overloads of an operator and forgets others.
                notes = tuple(dict.fromkeys((*self.notes, *other.notes)))
                return replace(united, notes=notes)
        return None

    def covers(self, other: Signature) -> bool:
        """True if every call of `other` is a call of this signature too."""
        count = len(other.positional)
        return (
            len(self.positional) >= count
            and all(map(Parameter.covers, self.positional, other.positional))
            and not any(p.required for p in (*self.positional[count:], *self.keywords))
            and all(any(mine.covers(its) for mine in self.keywords) for its in other.keywords)
            and (self.tensor_options or not other.tensor_options)
        )

    def with_choice(self, other: Signature) -> Signature | None:
        """This signature opened to `other`, which differs in one type or lacks one keyword."""
        if self.tensor_options != other.tensor_options:
            return None
        if [p.python for p in self.positional] != [p.python for p in other.positional]:
            return None
        if self.keywords == other.keywords:
            positional = tuple(map(Parameter.union, self.positional, other.positional))
            changed = sum(map(operator.ne, self.positional, other.positional))
            return replace(self, positional=positional) if changed == 1 else None
        added = set(self.keywords) - set(other.keywords)
        rest = tuple(p for p in self.keywords if p not in added)
        if self.positional != other.positional or rest != other.keywords or len(added) != 1:
            return None
        keywords = (replace(p, default="None") if p in added else p for p in self.keywords)
        return replace(self, keywords=tuple(keywords))

    def python(self, name: str) -> str:
        """`torch.sum(input, dim, keepdim=False, *, dtype=None, out=None) -> Tensor`."""
        parts = [parameter.python for parameter in self.positional]
        keywords = [parameter.python for parameter in self.keywords]
        if self.tensor_options:
            keywords += ["dtype=None", "layout=None", "device=None", "pin_memory=False"]
            keywords += ["requires_grad=False"]
        if keywords:
            parts += ["*", *keywords]
        return f"{name}({', '.join(parts)}) -> {self.python_returns}"

    def overloads(self) -> Iterable[str]:
        """The TypeScript forms `(…): R`: all by position, then ever more of them by keyword.

        Tensors that a call must give are given by position only: they are what it works on.
        """
        count = len(self.positional)
        yield self.form(count)
        if self.silent_out is not None:
            out = replace(self.silent_out, default=None)
            silent = replace(self, keywords=(*self.keywords, out), returns="void")
            yield silent.form(sum(p.required for p in self.positional))
        if count == 1 and self.positional[0].takes_rest:
            name = names.parameter(self.positional[0].name)
            yield f"(...{name}: Int[]): {self.returns}"
            options = self.options(())
            if options:
                yield f"(...args: [...{name}: Int[], options: {options}]): {self.returns}"
        while count > 0:
            count -= 1
            moved = self.positional[count]
            if moved.required and moved.takes_tensors:
                break
            yield self.form(count)

    def form(self, count: int) -> str:
        """The form that takes the first `count` arguments by position and the others by keyword."""
        leading, others = self.positional[:count], self.positional[count:]
        parts = []
        for i, parameter in enumerate(leading):
            # What precedes a required parameter cannot be left out.
            mark = "" if others or any(p.required for p in leading[i:]) else "?"
            parts.append(f"{names.parameter(parameter.name)}{mark}: {parameter.text}")
        options = self.options(others)
        if options:
            mark = "" if others or any(p.required for p in self.keywords) else "?"
            parts.append(f"options{mark}: {options}")
        return f"({', '.join(parts)}): {self.returns}"

    def options(self, others: Sequence[Parameter]) -> str:
        """The type of the trailing object with `others` in it; empty where there is none."""
        fields = "; ".join(
            f"{names.camel(p.name)}{'' if p.required else '?'}: {p.text}"
            for p in (*others, *self.keywords)
        )
        parts = [f"{{ {fields} }}"] if fields else []
        if self.tensor_options:
            parts.append("TensorOptions")
        return " & ".join(parts)


def signatures(groups: Iterable[PythonSignatureGroup]) -> list[Signature]:
    """The distinct signatures of one function, in PyTorch's order, united where types allow it."""
    result: list[Signature] = []
    for group in groups:
        new = signature(group)
        place = len(result)
        while True:
            united = ((i, old.unite(new)) for i, old in enumerate(result))
            found = next(((i, both) for i, both in united if both is not None), None)
            if found is None:
                break
            place = min(place, found[0])
            new = found[1]
            del result[found[0]]
        result.insert(place, new)
    return result


def signature(group: PythonSignatureGroup) -> Signature:
    """Translates one signature of PyTorch's argument parser."""
    func = group.base.func
    function = str(func.name.name).rstrip("_")
    arguments = {argument.name: argument for argument in func.arguments.flat_all}
    method = group.signature.method

    def parameter(name: str, type_: Type) -> Parameter:
        default = python_default(arguments[name])
        alternatives = types.argument_type(function, name, type_)
        if default == "None":
            alternatives = types.union(alternatives, ("null",))
        return Parameter(
            name="input" if name == "self" and not method else name,
            type=alternatives,
            default=default,
            takes_rest=isinstance(type_, ListType) and str(type_.elem) in ("int", "SymInt"),
        )

    keywords = [parameter(arg.name, arg.type) for arg in group.signature.input_kwargs]
    out = group.outplace and out_parameter(group.outplace.func.arguments.out)
    is_silent = group.outplace is not None and not group.outplace.func.returns
    if out is not None and not is_silent:
        keywords.append(out)
    return Signature(
        positional=tuple(parameter(arg.name, arg.type) for arg in group.signature.input_args),
        keywords=tuple(keywords),
        # A factory from tensors (sparse_coo_tensor) has them in its schema only.
        tensor_options=bool(group.signature.tensor_options_args)
        or func.arguments.tensor_options is not None,
        returns=returns(group),
        python_returns=python_returns(group),
        notes=tuple(notes(group)),
        silent_out=out if is_silent else None,
    )


def out_parameter(arguments: Sequence[Argument]) -> Parameter:
    """`out`: one tensor, or a tuple of as many as the call returns."""
    if len(arguments) == 1:
        return Parameter("out", types.argument_type("", "out", arguments[0].type), "None")
    return Parameter("out", (f"readonly [{', '.join('Tensor' for _ in arguments)}]",), "None")


def python_default(argument: Argument) -> str | None:
    """A schema's default as a Python programmer writes it."""
    text = argument.default
    if text is None:
        return None
    if text == "[]":
        return "None"
    if argument.name == "reduction" and argument.type == BaseType(BaseTy.int):
        return f"'{text.lower()}'"
    return text.replace('"', "'")


def returns(group: PythonSignatureGroup) -> str:
    """The TypeScript type of a call's result."""
    func = group.base.func
    if group.signature.method and func.kind() == SchemaKind.inplace:
        return "this"
    parts = [types.return_type(item.type) for item in func.returns]
    if len(parts) == 0:
        return "void"
    if len(parts) == 1:
        return parts[0]
    elements = f"[{', '.join(parts)}]"
    fields = structseq_fieldnames(func.returns)
    if not fields:
        return elements
    named = "; ".join(f"{names.camel(n)}: {t}" for n, t in zip(fields, parts, strict=True))
    return f"Named<{{ {named} }}, {elements}>"


def python_returns(group: PythonSignatureGroup) -> str:
    """The result as a Python signature writes it, named tuples by their names."""
    func = group.base.func
    fields = structseq_fieldnames(func.returns) or [str(item.type) for item in func.returns]
    if not fields:
        return "None"
    return fields[0] if len(fields) == 1 else f"({', '.join(fields)})"


def notes(group: PythonSignatureGroup) -> Iterable[str]:
    """Short statements about what a call does, from the schema's annotations and tags."""
    function = group.base
    if function.func.kind() == SchemaKind.inplace:
        yield "In place."
    elif any(
        item.annotation is not None and not item.annotation.is_write
        for item in function.func.returns
    ):
        yield "The result may share the input's memory."
    for tag, note in TAG_NOTES.items():
        if tag in function.tags:
            yield note
