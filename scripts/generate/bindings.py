"""What PyTorch binds to Python, in the order in which its argument parser tries the overloads.

Everything comes from the torchgen inside a PyTorch wheel, which generates Python's own bindings.
"""

from __future__ import annotations

import ast
import functools
import importlib.metadata
import importlib.util
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import torchgen
from torchgen.api.python import PythonSignatureGroup, PythonSignatureNativeFunctionPair
from torchgen.api.python import signature as python_signature
from torchgen.context import native_function_manager
from torchgen.gen import parse_native_yaml
from torchgen.model import NativeFunction, SchemaKind, Variant

from . import names, surface, types

PACKAGED = Path(torchgen.__file__).parent / "packaged"
sys.path.append(str(PACKAGED))
from autograd import gen_python_functions as codegen  # noqa: E402  (reachable only from here)

NAMESPACES = ("method", "torch", "nn", "linalg", "fft", "special")

# Members of class Tensor that carry more than the operator with their name does.
HAND_WRITTEN_METHODS = frozenset({"gradFn", "name", "registerHook", "retainGrad"})

# `torch.stft` in Python pads and then calls the operator without `center`. The newer overload
# pads by itself and has Python's parameters, in Python's order.
ONLY_OVERLOADS = {"stft": ("stft.center",)}

# Functions that torch.nn.functional defines anew, though they do what the operator of `torch` does.
NN_WRAPPERS = frozenset({"rms_norm", "sigmoid", "tanh", "threshold_"})

Groups = dict[str, list[PythonSignatureGroup]]


def torch_version() -> str:
    """The wheel's version without its build, `2.13.0`."""
    return importlib.metadata.version("torch").partition("+")[0]


@functools.cache
def native_functions() -> tuple[NativeFunction, ...]:
    """Every operator of native_functions.yaml."""
    aten = PACKAGED / "ATen" / "native"
    parsed = parse_native_yaml(str(aten / "native_functions.yaml"), str(aten / "tags.yaml"))
    return tuple(parsed.native_functions)


@functools.cache
def stub(file: str) -> tuple[ast.stmt, ...]:
    """The statements of one of the wheel's type stubs."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("PyTorch is not installed in this Python")
    text = (Path(spec.origin).parent / file).read_text(encoding="utf-8")
    return tuple(ast.parse(text).body)


def declared(body: Iterable[ast.stmt]) -> frozenset[str]:
    """Public functions (or methods, but not properties) that the statements declare."""
    return frozenset(
        node.name
        for node in body
        if isinstance(node, ast.FunctionDef)
        and is_public(node.name)
        and not any("property" in ast.unparse(decorator) for decorator in node.decorator_list)
    )


def tensor_methods() -> frozenset[str]:
    """Methods that Python's Tensor has from C++."""
    body = stub("_C/__init__.pyi")
    base = (node for node in body if isinstance(node, ast.ClassDef) and node.name == "TensorBase")
    return declared(next(base).body)


def functional_imports(module: str) -> dict[str, str]:
    """What torch.nn.functional takes over from a module: its own name -> the name there."""
    return {
        alias.asname or alias.name: alias.name
        for node in stub("nn/functional.pyi")
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
        if alias.name[0].islower()
    }


def base_name(function: NativeFunction) -> str:
    """`index_add_`: the name that all overloads share."""
    return str(function.func.name.name)


def operator_name(function: NativeFunction) -> str:
    """`max.dim_max`: the name with the overload."""
    return str(function.func.name)


def load(functions: Iterable[NativeFunction], *, method: bool) -> Groups:
    """The Python signatures of `functions` by name, each list in the order of trial.

    The deprecated forms of deprecated.yaml (`x.add(alpha, other)`) are not among them.
    """
    by_name: dict[str, list[PythonSignatureNativeFunctionPair]] = defaultdict(list)
    for function in functions:
        with native_function_manager(function):
            signature = python_signature(function, method=method)
        pair = PythonSignatureNativeFunctionPair(signature=signature, function=function)
        by_name[base_name(function)].append(pair)
    result: Groups = {}
    for name, overloads in sorted(by_name.items()):
        groups = [group for group in codegen.group_overloads(overloads) if is_bindable(group)]
        only = ONLY_OVERLOADS.get(name)
        if only is not None:
            groups = [group for group in groups if operator_name(group.base) in only]
        if groups:
            result[name] = groups
    return result


def reshaping() -> list[str]:
    """In-place operators that leave a tensor with another shape, strides or dtype."""
    return sorted(
        {
            base_name(function)
            for function in native_functions()
            # PyTorch tags those that change a view's shape; resizing a sparse tensor is untagged.
            if ("inplace_view" in function.tags or "resize" in base_name(function))
            and function.func.kind() == SchemaKind.inplace
        }
        # Tagged too, though nothing that can be seen of the tensor changes but its graph.
        - {"detach_"}
    )


def is_bindable(group: PythonSignatureGroup) -> bool:
    """False where an argument or a result has no JavaScript value (a storage, a stream)."""
    func = group.base.func
    return all(types.is_supported(item.type) for item in (*func.arguments.flat_all, *func.returns))


def is_public(name: str) -> bool:
    """False for private names and for Python's operators, which JavaScript cannot overload."""
    return not name.startswith("_")


def select(accept: Callable[[NativeFunction], bool]) -> list[NativeFunction]:
    """The generated bindings that satisfy a predicate."""
    return [
        function
        for function in native_functions()
        if is_public(base_name(function))
        and codegen.should_generate_py_binding(function)
        and accept(function)
    ]


def hand_bound(bound: Iterable[NativeFunction], expected: frozenset[str]) -> list[NativeFunction]:
    """Operators that Python has, by its stubs, through a binding that PyTorch writes by hand."""
    missing = expected - {base_name(function) for function in bound}
    return [
        function
        for function in native_functions()
        if base_name(function) in missing
        and function.python_module is None
        and "generated" not in function.tags
    ]


def method_groups() -> Groups:
    """Methods of `torch.Tensor`."""
    bound = select(codegen.is_py_variable_method)
    bound += [
        function
        for function in hand_bound(bound, tensor_methods())
        if Variant.method in function.variants
    ]
    by_hand = HAND_WRITTEN_METHODS | surface.tensor_members()
    generated = [f for f in bound if names.camel(base_name(f)) not in by_hand]
    return load(generated, method=True)


def torch_groups() -> Groups:
    """Functions of `torch`."""
    bound = select(codegen.is_py_torch_function)
    bound += hand_bound(bound, declared(stub("_C/_VariableFunctions.pyi")))
    return load(bound, method=False)


def module_groups(module: str) -> Groups:
    """Functions of `torch.linalg`, `torch.fft` or `torch.special`, without the prefix."""
    groups = load(select(lambda f: f.python_module == module), method=False)
    short = {name.removeprefix(f"{module}_"): group for name, group in groups.items()}
    return {name: group for name, group in short.items() if is_public(name)}


def shared_with_torch() -> frozenset[str]:
    """Names that torch.nn.functional and `torch` have in common."""
    return NN_WRAPPERS.union(functional_imports("torch"))


def nn_groups(functions: Groups) -> Groups:
    """The functions of torch.nn.functional that are operators: of `torch._C._nn`, or of `torch` too."""
    groups = load(select(codegen.is_py_nn_function), method=False)
    renamed = functional_imports("torch._C._nn")
    result = {name: groups[operator] for name, operator in renamed.items()}
    result |= {name: functions[name] for name in shared_with_torch()}
    by_hand = surface.written("functional")
    return {name: group for name, group in result.items() if names.camel(name) not in by_hand}


def all_groups() -> dict[str, Groups]:
    """Every namespace's functions, sorted by their PyTorch names."""
    functions = torch_groups()
    result = {
        "method": method_groups(),
        "torch": functions,
        "nn": nn_groups(functions),
        **{module: module_groups(module) for module in ("linalg", "fft", "special")},
    }
    return {namespace: dict(sorted(groups.items())) for namespace, groups in result.items()}
