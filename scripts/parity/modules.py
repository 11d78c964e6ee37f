"""The section `nn`: PyTorch's samples of modules (ModuleInfo).

A sample says how a module is made, and how it is called. Recorded are how it prints, the state it has after that from
a fixed seed, what it returns for its inputs, the gradients of inputs and parameters, and the state it has then.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import SimpleNamespace

import torch
from torch.testing._internal.common_modules import ModuleErrorEnum, ModuleInfo, module_db
from torch.testing._internal.opinfo.core import SampleInput
from torch.utils._pytree import tree_leaves, tree_map

from .container import Payload
from .database import reproducible
from .encode import Json, Tensors, Unencodable, bare_name, encode
from .files import saved
from .inputs import Inputs
from .sample import SEED, cotangent, describe
from .verdict import compared

DTYPES = {"float32": torch.float32, "float64": torch.float64, "bfloat16": torch.bfloat16, "complex64": torch.complex64}

Frame = tuple[dict[str, Json], Payload]


def _remember_arguments() -> None:
    """Makes every module know what it was made of: some samples hold modules, which the other side has to make too."""

    def new(cls: type, *args: object, **kwargs: object) -> torch.nn.Module:
        module = object.__new__(cls)
        object.__setattr__(module, "_made_of", (args, kwargs))
        return module

    torch.nn.Module.__new__ = staticmethod(new)


_remember_arguments()


def modules() -> dict[str, ModuleInfo]:
    return {f"nn.{info.module_cls.__name__}": info for info in module_db}


def _is_native(info: ModuleInfo, dtype: torch.dtype) -> bool:
    """Whether PyTorch itself tests the module with a dtype; others are tried, and left out where they fail."""
    return dtype in info.dtypes


def samples(name: str, info: ModuleInfo, dtype: torch.dtype) -> list[SimpleNamespace]:
    """The samples of a module, the same in every run, in training and in evaluation."""
    found = []
    for training in (True, False):
        with reproducible(f"{name} {dtype}"):
            inputs = info.module_inputs_func(info, device="cpu", dtype=dtype, requires_grad=True, training=training)
            # How LinearCrossEntropyLoss saves memory, which changes the last bits, cannot be chosen here.
            found += [_sample(info, sample, training) for sample in inputs
                      if sample.constructor_input.kwargs.get("options") is None]
    return found


def error_samples(name: str, info: ModuleInfo) -> list[SimpleNamespace]:
    if info.module_error_inputs_func is None:
        return []
    with reproducible(f"{name} errors"):
        inputs = info.module_error_inputs_func(info, device="cpu", dtype=torch.float32, requires_grad=False,
                                               training=True)
        return [_sample(info, error.module_error_input, True, error.error_on) for error in inputs]


def _sample(info: ModuleInfo, sample: object, training: bool, error_on: ModuleErrorEnum | None = None) -> SimpleNamespace:
    forward = sample.forward_input
    return SimpleNamespace(cls=info.module_cls, training=training, error_on=error_on,
                           construct=(sample.constructor_input.args, sample.constructor_input.kwargs),
                           forward=None if forward is None else (forward.args, forward.kwargs))


class Run:
    """A sample whose tensors are its own, up to and including its forward."""

    def __init__(self, sample: SimpleNamespace, dtype: torch.dtype) -> None:
        self.sample = sample
        self.dtype = dtype
        self.inputs = Inputs(SampleInput(sample.construct, args=(sample.forward,)), whole=False)
        self.construct, self.forward = self.inputs.args

    def make(self) -> torch.nn.Module:
        """The module in its first state, which the seed decides."""
        torch.manual_seed(SEED)
        module = _make(self.sample.cls, *self.construct)
        return module.to(self.dtype).train(self.sample.training)

    def call(self, module: torch.nn.Module) -> object:
        torch.manual_seed(SEED)
        args, kwargs = self.forward
        return module(*args, **kwargs)


def _make(cls: type, args: tuple, kwargs: dict) -> torch.nn.Module:
    def remake(value: object) -> object:
        return _make(type(value), *value._made_of) if isinstance(value, torch.nn.Module) else value

    return cls(*tree_map(remake, args), **tree_map(remake, _portable(kwargs)))


def _portable(kwargs: dict) -> dict:
    """Keyword arguments without those that have no counterpart: the device is the default one, the dtype comes after."""
    return {name: value for name, value in kwargs.items() if name not in ("device", "dtype", "options")}


class Recorder:
    """Records the samples of one module and dtype into one frame."""

    def __init__(self) -> None:
        self.tensors = Tensors()
        self.records: list[dict[str, Json]] = []
        self.states: dict[int, dict[str, torch.Tensor]] = {}

    def add(self, index: int, sample: SimpleNamespace, dtype: torch.dtype, *, is_native: bool) -> None:
        """Adds a sample; one that PyTorch cannot run counts as one that must raise where PyTorch should."""
        run = Run(sample, dtype)
        module, stage = None, "construct"
        try:
            record = self._described(run)
            module = run.make()
            record["repr"] = str(module)
            self.states[index] = {name: value.clone() for name, value in module.state_dict().items()}
            stage = "forward"
            result = run.call(module)
            record["out"] = describe(result, self.tensors)
            self._gradients(record, run, module, result)
            record["after"] = {name: self.tensors.describe(value) for name, value in module.state_dict().items()}
        except Unencodable as error:
            self.states.pop(index, None)
            record = {"unrecorded": str(error)}
        except Exception as error:  # noqa: BLE001: ours must raise too
            self.states.pop(index, None)
            if not is_native:
                return
            record |= {"raises": type(error).__name__, "stage": stage}
        self.records.append({"index": index} | record)

    def add_error(self, index: int, sample: SimpleNamespace) -> None:
        """Adds a sample that must raise, unless PyTorch takes it."""
        run = Run(sample, torch.float32)
        try:
            record = self._described(run)
            module, record["stage"] = run.make(), "forward"
            if run.forward is not None:
                run.call(module)
        except Unencodable as error:
            record = {"unrecorded": str(error)}
        except Exception as error:  # noqa: BLE001: ours must raise too
            record = {"stage": "construct"} | record | {"raises": type(error).__name__}
        else:
            return
        self.records.append({"index": index} | record)

    def _described(self, run: Run) -> dict[str, Json]:
        references = {id(tensor): {"tensor": i} for i, tensor in enumerate(run.inputs.tensors)}
        record: dict[str, Json] = {"tensors": run.inputs.describe(self.tensors), "cls": run.sample.cls.__name__,
                                   "training": run.sample.training, "dtype": bare_name(run.dtype)}

        def encoded(value: object) -> Json:
            if isinstance(value, torch.nn.Module):
                args, kwargs = value._made_of
                return {"module": [type(value).__name__, *call(args, kwargs)]}
            if isinstance(value, (list, tuple)):
                return [encoded(element) for element in value]
            return encode(value, lambda tensor: references[id(tensor)])

        def call(args: tuple, kwargs: dict) -> list[Json]:
            return [[encoded(value) for value in args],
                    {name: encoded(value) for name, value in _portable(kwargs).items()}]

        record["construct"] = call(*run.construct)
        if run.forward is not None:
            record["forward"] = call(*_bound(run.sample.cls, *run.forward))
        return record

    def _gradients(self, record: dict[str, Json], run: Run, module: torch.nn.Module, result: object) -> None:
        outputs = [leaf for leaf in tree_leaves(result) if isinstance(leaf, torch.Tensor) and leaf.requires_grad]
        inputs = [i for i, tensor in enumerate(run.inputs.tensors) if tensor.requires_grad]
        parameters = dict(module.named_parameters())
        wanted = [*(run.inputs.tensors[i] for i in inputs), *parameters.values()]
        if not outputs or not wanted:
            return
        record["inputs"] = inputs
        try:
            gradients = torch.autograd.grad(outputs, wanted, [cotangent(output) for output in outputs],
                                            allow_unused=True)
        except Exception as error:  # noqa: BLE001: ours must raise too
            record["gradientRaises"] = type(error).__name__
            return
        described = [None if gradient is None else self.tensors.describe(gradient) for gradient in gradients]
        record["gradients"] = described[:len(inputs)]
        record["parameterGradients"] = dict(zip(parameters, described[len(inputs):], strict=True))

    def frame(self, name: str, dtype: str) -> Iterator[Frame]:
        if not self.records:
            return
        header: dict[str, Json] = {"op": name, "dtype": dtype, "samples": self.records}
        if self.states:
            header["file"] = saved(self.states, self.tensors.payload)
        yield header, self.tensors.payload


def _bound(cls: type, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """A call of `forward` with the arguments by position that have to be given: in JavaScript they have no names."""
    names = [name for name, parameter in inspect.signature(cls.forward).parameters.items()
             if parameter.default is inspect.Parameter.empty][1 + len(args):]
    rest = dict(kwargs)
    return (*args, *(rest.pop(name) for name in names if name in rest)), rest


def frames(names: set[str], dtypes: list[str]) -> Iterator[Frame]:
    for name, info in modules().items():
        if names and name not in names:
            continue
        for dtype_name in dtypes:
            recorder = Recorder()
            if dtype_name == "errors":
                for index, sample in enumerate(error_samples(name, info)):
                    recorder.add_error(index, sample)
            else:
                dtype = DTYPES[dtype_name]
                for index, sample in enumerate(_tried(name, info, dtype)):
                    recorder.add(index, sample, dtype, is_native=_is_native(info, dtype))
            yield from recorder.frame(name, dtype_name)


def _tried(name: str, info: ModuleInfo, dtype: torch.dtype) -> list[SimpleNamespace]:
    try:
        return samples(name, info, dtype)
    except Exception:  # noqa: BLE001: no such inputs, of a dtype that PyTorch does not test the module with
        if _is_native(info, dtype):
            raise
        return []


class Verifier:
    """Loads states that this library has saved after the forward, and compares them with PyTorch's own."""

    def __init__(self, name: str, dtype_name: str) -> None:
        self.dtype = DTYPES[dtype_name]
        self.samples = samples(name, modules()[name], self.dtype)

    def __call__(self, index: int, value: object) -> str | None:
        """What differs; None where nothing does."""
        run = Run(self.samples[index], self.dtype)
        module, reloaded = run.make(), run.make()
        with torch.no_grad():
            run.call(module)
        reloaded.load_state_dict(value, strict=True)
        if list(value) != list(module.state_dict()):
            return f"the keys are {', '.join(value)}"
        return compared(dict(module.state_dict()), dict(reloaded.state_dict()))
