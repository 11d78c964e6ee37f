"""The section `optim`: PyTorch's samples of optimizers (OptimizerInfo).

A sample says how an optimizer is made. Recorded are parameters and state after each of a few steps with given
gradients, and a file of both from the middle of the run, from which the other side goes on.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from types import SimpleNamespace

import torch
from torch.testing._internal.common_optimizers import OptimizerErrorEnum, OptimizerInfo, optim_db
from torch.utils._pytree import tree_leaves

from .container import Payload
from .database import reproducible
from .encode import Json, Tensors, Unencodable, encode
from .files import saved
from .verdict import compared

DTYPES = {"float32": torch.float32, "float64": torch.float64, "bfloat16": torch.bfloat16, "complex64": torch.complex64}

STEPS = 20
HALF = 10
# Muon takes matrices only.
SHAPES = ((3, 5), (7,), (2, 3, 4), ())
MATRICES = ((3, 5), (8, 3), (4, 4))

Frame = tuple[dict[str, Json], Payload]


def optimizers() -> dict[str, OptimizerInfo]:
    return {f"optim.{info.name}": info for info in optim_db}


def _implementations(info: OptimizerInfo) -> list[dict[str, object]]:
    """How an optimizer can be told to compute; `differentiable` and `capturable` have no counterpart."""
    choices: list[dict[str, object]] = [{"foreach": False}, {"foreach": True}] if "foreach" in info.supported_impls else [{}]
    if "fused" in info.supported_impls and "cpu" in info.supports_fused_on:
        choices.append({"fused": True})
    return choices


def _name_of_implementation(kwargs: dict[str, object]) -> str:
    if kwargs.get("fused"):
        return "fused"
    return {True: "foreach", False: "for-loop", None: ""}[kwargs.get("foreach")]


def samples(name: str, info: OptimizerInfo, dtype: torch.dtype) -> list[SimpleNamespace]:
    """The samples of an optimizer, the same in every run: inputs by implementations; groups; sparse gradients."""
    if dtype.is_complex and not info.supports_complex:
        return []
    sparse = info.only_supports_sparse_grads
    found = []
    with reproducible(f"{name} {dtype}"):
        for given in info.optim_inputs_func(device="cpu", dtype=dtype):
            found += [_sample(info, dtype, given.kwargs | choice, sparse=sparse) for choice in _implementations(info)]
        if info.supports_param_groups:
            found += [_sample(info, dtype, choice, sparse=sparse, grouped=True) for choice in _implementations(info)]
        if info.supports_sparse:
            found.append(_sample(info, dtype, info.metadata_for_sparse[0], sparse=True))
    return [sample for sample in found if _runs(sample)]


def _sample(info: OptimizerInfo, dtype: torch.dtype, kwargs: dict[str, object], *, sparse: bool = False,
            grouped: bool = False) -> SimpleNamespace:
    shapes = MATRICES if info.name == "Muon" else SHAPES[::2] if sparse else SHAPES
    tensors = [torch.randn(shape, dtype=dtype) for shape in shapes]

    def gradient(step: int, i: int) -> torch.Tensor | None:
        # Some parameters now and then have none.
        if (3 * step + i) % 7 == 6:
            return None
        dense = torch.randn(shapes[i], dtype=dtype)
        return (dense * (torch.rand(shapes[i][:1] + (1,) * (len(shapes[i]) - 1)) < 0.5)).to_sparse(1) if sparse else dense

    needs_closure = info.step_requires_closure
    gradients = [] if needs_closure else [[gradient(step, i) for i in range(len(shapes))] for step in range(STEPS)]
    targets = [torch.randn(shape, dtype=dtype) for shape in shapes] if needs_closure else []
    return SimpleNamespace(cls=info.optim_cls, kwargs=kwargs, tensors=tensors, gradients=gradients, targets=targets,
                           grouped=grouped, implementation=_name_of_implementation(kwargs),
                           steps=5 if needs_closure else STEPS, half=2 if needs_closure else HALF)


def _runs(sample: SimpleNamespace) -> bool:
    """Whether PyTorch itself takes a sample: not every implementation takes every setting."""
    try:
        Run(sample).advance(0, 1)
    except Exception:  # noqa: BLE001: whatever it is, there is nothing to compare
        return False
    return True


class Run:
    """An optimizer at work on parameters of its own."""

    def __init__(self, sample: SimpleNamespace, values: list[torch.Tensor] | None = None) -> None:
        self.sample = sample
        self.params = [torch.nn.Parameter(tensor.clone()) for tensor in values or sample.tensors]
        rest = {"weight_decay": 0.01} if "weight_decay" in inspect.signature(sample.cls).parameters else {}
        groups = [{"params": self.params[:1], "lr": 0.03}, {"params": self.params[1:], **rest}]
        # The optimizer adds its own settings to the groups.
        self.given = [dict(group) for group in groups] if sample.grouped else self.params
        self.optimizer = sample.cls(groups if sample.grouped else self.params, **sample.kwargs)

    def advance(self, start: int, end: int) -> None:
        for step in range(start, end):
            self.step(step)

    def step(self, step: int) -> None:
        if self.sample.targets:
            self.optimizer.step(self._loss)
            return
        for param, gradient in zip(self.params, self.sample.gradients[step], strict=True):
            param.grad = None if gradient is None else gradient.clone()
        self.optimizer.step()

    def _loss(self) -> torch.Tensor:
        self.optimizer.zero_grad()
        loss = sum((param - target).abs().pow(3).sum() for param, target in
                   zip(self.params, self.sample.targets, strict=True))
        loss.backward()
        return loss

    def resume(self, file: dict[str, object]) -> Run:
        """Another run, which has gone on from a file to the end."""
        run = Run(self.sample, file["params"])
        run.optimizer.load_state_dict(file["optimizer"])
        run.advance(self.sample.half, self.sample.steps)
        return run

    def halfway(self) -> dict[str, object]:
        """What a file of the run holds."""
        return {"params": [param.detach() for param in self.params], "optimizer": self.optimizer.state_dict()}


def _copy(value: object) -> object:
    """Tensors of a state go on changing."""
    if isinstance(value, torch.Tensor):
        return value.clone()
    if isinstance(value, (list, tuple)):
        return type(value)(_copy(element) for element in value)
    return {key: _copy(element) for key, element in value.items()} if isinstance(value, dict) else value


class Recorder:
    """Records the samples of one optimizer and dtype into one frame."""

    def __init__(self) -> None:
        self.tensors = Tensors()
        self.records: list[dict[str, Json]] = []
        self.files: dict[int, object] = {}

    def _encode(self, value: object) -> Json:
        return encode(value, lambda tensor: {"tensor": self.tensors.describe(tensor)})

    def _inputs(self, tensors: list[torch.Tensor]) -> Json:
        return [self.tensors.describe(tensor) | {"parameter": isinstance(tensor, torch.nn.Parameter)}
                for tensor in tensors]

    def _progress(self, run: Run) -> Json:
        state = run.optimizer.state_dict()["state"]
        return {"params": [self.tensors.describe(param) for param in run.params],
                "state": [[position, {key: self._encode(value) for key, value in record.items()}]
                          for position, record in state.items()]}

    def _gradients(self, sample: SimpleNamespace) -> Json:
        return [[None if gradient is None else self.tensors.describe(gradient) for gradient in step]
                for step in sample.gradients]

    def add(self, index: int, sample: SimpleNamespace) -> None:
        run = Run(sample)
        inputs = [*run.params, *(value for value in tree_leaves(sample.kwargs) if isinstance(value, torch.Tensor))]
        record: dict[str, Json] = {"index": index, "tensors": self._inputs(inputs)}
        record |= _construction(sample.cls, run.given, sample.kwargs, inputs)
        record |= {"gradients": self._gradients(sample), "half": sample.half, "implementation": sample.implementation,
                   "targets": [self.tensors.describe(target) for target in sample.targets]}
        progress = []
        for step in range(sample.steps):
            run.step(step)
            progress.append(self._progress(run))
            if step + 1 == sample.half:
                self.files[index] = _copy(run.halfway())
                record["groups"] = [{key: self._encode(value) for key, value in group.items()}
                                    for group in run.optimizer.state_dict()["param_groups"]]
        # Not the end of this run: PyTorch casts some of what it loads.
        record["resumed"] = self._progress(run.resume(_copy(self.files[index])))
        self.records.append(record | {"progress": progress})

    def add_error(self, index: int, info: OptimizerInfo, sample: object) -> None:
        """Adds a sample that must raise, unless PyTorch takes it (with a warning)."""
        given = sample.optimizer_error_input
        params = [torch.nn.Parameter(torch.randn(1, 1))] if given.params is None else given.params
        inputs = list({id(leaf): leaf for leaf in tree_leaves((params, given.kwargs))
                       if isinstance(leaf, torch.Tensor)}.values())
        record: dict[str, Json] = {"index": index, "desc": given.desc}
        try:
            record["tensors"] = self._inputs(inputs)
            record |= _construction(info.optim_cls, params, given.kwargs, inputs)
            record["gradients"] = [[None if tensor.grad is None else self.tensors.describe(tensor.grad)
                                    for tensor in inputs]]
        except Unencodable as error:
            self.records.append(record | {"unrecorded": str(error)})
            return
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                optimizer = info.optim_cls(params, **given.kwargs)
            if sample.error_on == OptimizerErrorEnum.STEP_ERROR:
                optimizer.step()
        except Exception as error:  # noqa: BLE001: ours must raise too
            self.records.append(record | {"raises": type(error).__name__})

    def frame(self, name: str, dtype: str) -> Iterator[Frame]:
        if not self.records:
            return
        header: dict[str, Json] = {"op": name, "dtype": dtype, "samples": self.records}
        if self.files:
            header["file"] = saved(self.files, self.tensors.payload)
        yield header, self.tensors.payload


def _construction(cls: type, params: object, kwargs: dict[str, object], inputs: list[torch.Tensor]) -> dict[str, Json]:
    references = {id(tensor): {"tensor": i} for i, tensor in enumerate(inputs)}

    def tensor(value: torch.Tensor) -> Json:
        return references[id(value)]

    return {"cls": cls.__name__, "params": encode(params, tensor),
            "keywords": {key: encode(value, tensor) for key, value in kwargs.items()}}


def error_samples(name: str, info: OptimizerInfo) -> list[object]:
    if info.optim_error_inputs_func is None:
        return []
    with reproducible(f"{name} errors"):
        return list(info.optim_error_inputs_func(device="cpu", dtype=torch.float32))


def frames(names: set[str], dtypes: list[str]) -> Iterator[Frame]:
    for name, info in optimizers().items():
        if names and name not in names:
            continue
        for dtype_name in dtypes:
            recorder = Recorder()
            if dtype_name == "errors":
                for index, sample in enumerate(error_samples(name, info)):
                    recorder.add_error(index, info, sample)
            else:
                for index, sample in enumerate(samples(name, info, DTYPES[dtype_name])):
                    recorder.add(index, sample)
            yield from recorder.frame(name, dtype_name)


class Verifier:
    """Goes on from files that this library has saved halfway, and compares the end with PyTorch's own."""

    def __init__(self, name: str, dtype_name: str) -> None:
        self.samples = samples(name, optimizers()[name], DTYPES[dtype_name])

    def variant(self, index: int) -> str:
        """The implementation, which exceptions may name."""
        return self.samples[index].implementation

    def __call__(self, index: int, value: dict[str, object]) -> str | None:
        """What differs; None where nothing does."""
        sample = self.samples[index]
        straight = Run(sample)
        straight.advance(0, sample.half)
        wanted = straight.optimizer.state_dict()["param_groups"]
        found = value["optimizer"]["param_groups"]
        if found != wanted:
            return f"the groups are {found}, in Python {wanted}"
        wanted, found = straight.resume(_copy(straight.halfway())), straight.resume(value)
        return compared((wanted.params, wanted.optimizer.state_dict()["state"]),
                        (found.params, found.optimizer.state_dict()["state"]))
