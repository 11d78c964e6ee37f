"""The section `ops`: PyTorch's samples of operators (OpInfo)."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from .container import Payload
from .database import DTYPES, error_samples, full_name, is_differentiable, operators, samples
from .encode import Json, Unencodable
from .sample import Recorder

# A frame is written once its tensors take this much, so that neither side holds much of a recording in memory.
FRAME_BYTES = 8 << 20

ERRORS = "errors"

Frame = tuple[dict[str, Json], Payload]


def _frames_of(op: torch.testing._internal.opinfo.core.OpInfo, dtype_name: str) -> Iterator[Frame]:
    """The samples of one operator and dtype."""
    dtype = DTYPES[dtype_name]
    if dtype not in op.supported_dtypes("cpu"):
        return
    differentiable = is_differentiable(op, dtype)
    plain = samples(op, dtype, requires_grad=False)
    graded = samples(op, dtype, requires_grad=True) if differentiable else []
    # Most operators have the same samples with and without gradients: then the ones with do for both.
    batches = [(graded, True)] if len(graded) == len(plain) else [(plain, False), (graded, True)]
    recorder, records, index = Recorder(op), [], 0
    for batch, with_gradients in batches:
        for sample in batch:
            try:
                record = recorder.sample(sample, with_gradients)
            except Unencodable as error:
                record = {"unrecorded": str(error)}
            except Exception as error:  # noqa: BLE001: PyTorch fails at its own sample
                record = {"unrecorded": f"Python raises {type(error).__name__}: {str(error).splitlines()[0]}"}
            records.append({"index": index} | record)
            index += 1
            if recorder.tensors.payload.size > FRAME_BYTES:
                yield {"op": full_name(op), "dtype": dtype_name, "samples": records}, recorder.tensors.payload
                recorder, records = Recorder(op), []
    if records:
        yield {"op": full_name(op), "dtype": dtype_name, "samples": records}, recorder.tensors.payload


def _error_frame(op: torch.testing._internal.opinfo.core.OpInfo) -> Iterator[Frame]:
    recorder, records = Recorder(op), []
    for index, error_input in enumerate(error_samples(op)):
        try:
            record = recorder.error(error_input.sample_input)
        except Unencodable as error:
            record = {"unrecorded": str(error)}
        if record is not None:
            records.append({"index": index} | record)
    if records:
        yield {"op": full_name(op), "dtype": ERRORS, "samples": records}, recorder.tensors.payload


def frames(ops: set[str], dtypes: list[str]) -> Iterator[Frame]:
    for op in operators():
        if ops and op.name not in ops and full_name(op) not in ops:
            continue
        for dtype_name in dtypes:
            yield from _error_frame(op) if dtype_name == ERRORS else _frames_of(op, dtype_name)
