"""The part of a recording that is committed and runs in `npm test`: every operator and dtype, a few small samples each."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterable

import torch
from torch.testing._internal.opinfo.core import OpInfo

from .container import MAGIC, write_frame
from .database import DTYPES, error_samples, full_name, is_differentiable, operators, samples
from .encode import Json
from .sample import Recorder

# Calls of different shapes (other functions, argument kinds or keywords) that are kept of an operator and dtype.
SHAPES = 5
# Errors are short: each is a check of its own.
ERRORS = 6
# Bytes of a sample, of which the first may be larger, since something of each operator should be there.
LIMIT = 2000
FIRST_LIMIT = 60_000

Record = Callable[[Recorder], dict[str, Json] | None]


def _kind(value: Json) -> Json:
    """What a call looks like, without its numbers."""
    if isinstance(value, list):
        return [_kind(value[0])] if value else []
    if isinstance(value, dict):
        return sorted(value)
    return value if isinstance(value, (str, bool)) else type(value).__name__


def _shape_of(record: dict[str, Json]) -> str:
    calls = [[call["f"], [_kind(a) for a in call["a"]], {k: _kind(v) for k, v in call["k"].items()}]
             for call in record["calls"]]
    return json.dumps([calls, "gradients" in record])


def _is_empty(record: dict[str, Json]) -> bool:
    return any(0 in tensor["shape"] for tensor in record["tensors"])


def _is_unstable(record: dict[str, Json]) -> bool:
    """LAPACK's gelsy, the default driver of lstsq, gives other last bits from call to call."""
    call = record["calls"][0]
    return "out" in record and call["f"] == "torch.linalg.lstsq" and call["k"].get("driver") in (None, "gelsy")


def _measure(op: OpInfo, record: Record) -> tuple[tuple[bool, int], dict[str, Json]] | None:
    """A sample with its cost; empty tensors, which test little, come last."""
    recorder = Recorder(op)
    try:
        result = record(recorder)
    except Exception:  # noqa: BLE001: samples that cannot be recorded are listed by the full mode
        return None
    if result is None or _is_unstable(result):
        return None
    size = recorder.tensors.payload.size + len(json.dumps(result)) // 8
    return (_is_empty(result), size), result


def _choose(op: OpInfo, all_samples: Iterable[Record], count: int) -> list[tuple[int, Record]]:
    """The cheapest sample of each of `count` shapes, in the order of the database."""
    best: dict[str, tuple[tuple[bool, int], int, Record]] = {}
    for index, record in enumerate(all_samples):
        measured = _measure(op, record)
        if measured is None:
            continue
        cost, result = measured
        shape = _shape_of(result) if "out" in result else str(index)
        if shape not in best or cost < best[shape][0]:
            best[shape] = (cost, index, record)
    chosen = []
    for (_, size), index, record in sorted(best.values(), key=lambda entry: entry[:2])[:count]:
        if size <= (LIMIT if chosen else FIRST_LIMIT):
            chosen.append((index, record))
    return sorted(chosen, key=lambda entry: entry[0])


def _write(file: io.BytesIO, op: OpInfo, dtype: str, chosen: list[tuple[int, Record]]) -> None:
    recorder = Recorder(op)
    records = [{"index": index} | record(recorder) for index, record in chosen]
    if records:
        write_frame(file, {"op": full_name(op), "dtype": dtype, "samples": records}, recorder.tensors.payload)


def _records(op: OpInfo, dtype: torch.dtype) -> list[Record]:
    """All samples, those with gradients where there are."""
    differentiable = is_differentiable(op, dtype)
    return [lambda recorder, sample=sample: recorder.sample(sample, differentiable)
            for sample in samples(op, dtype, requires_grad=differentiable)]


def _error_records(op: OpInfo) -> list[Record]:
    return [lambda recorder, error=error: recorder.error(error.sample_input) for error in error_samples(op)]


def make() -> bytes:
    """The compressed recording."""
    file = io.BytesIO()
    file.write(MAGIC)
    for op in operators():
        for name, dtype in DTYPES.items():
            if dtype in op.supported_dtypes("cpu"):
                _write(file, op, name, _choose(op, _records(op, dtype), SHAPES))
        _write(file, op, "errors", _choose(op, _error_records(op), ERRORS))
    return gzip.compress(file.getvalue(), mtime=0)
