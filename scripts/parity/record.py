#!/usr/bin/env python3
"""Writes a recording to standard output, or to a file: every sample of PyTorch's operator database, and its results.

    python3 scripts/parity/record.py [--dtype NAME]... [--op NAME]... [--output FILE]
    python3 scripts/parity/record.py --subset [--output FILE]       the committed part, compressed

The dtype "errors" stands for the calls that must raise.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch  # noqa: E402

from parity.container import MAGIC, write_frame  # noqa: E402
from parity.database import DTYPES, error_samples, full_name, is_differentiable, operators, samples  # noqa: E402
from parity.encode import Json, Unencodable  # noqa: E402
from parity.sample import Recorder  # noqa: E402
from parity.subset import make as make_subset  # noqa: E402

# A frame is written once its tensors take this much, so that neither side holds much of a recording in memory.
FRAME_BYTES = 8 << 20

ERRORS = "errors"
PARTS = [*DTYPES, ERRORS]

Frame = tuple[dict[str, Json], Recorder]


def frames_of(op: torch.testing._internal.opinfo.core.OpInfo, dtype_name: str) -> Iterator[Frame]:
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
                yield {"op": full_name(op), "dtype": dtype_name, "samples": records}, recorder
                recorder, records = Recorder(op), []
    if records:
        yield {"op": full_name(op), "dtype": dtype_name, "samples": records}, recorder


def error_frame(op: torch.testing._internal.opinfo.core.OpInfo) -> Iterator[Frame]:
    recorder, records = Recorder(op), []
    for index, error_input in enumerate(error_samples(op)):
        try:
            record = recorder.error(error_input.sample_input)
        except Unencodable as error:
            record = {"unrecorded": str(error)}
        if record is not None:
            records.append({"index": index} | record)
    if records:
        yield {"op": full_name(op), "dtype": ERRORS, "samples": records}, recorder


def frames(ops: set[str], dtypes: list[str]) -> Iterator[Frame]:
    for op in operators():
        if ops and op.name not in ops and full_name(op) not in ops:
            continue
        for dtype_name in dtypes:
            yield from error_frame(op) if dtype_name == ERRORS else frames_of(op, dtype_name)


def write(file: BinaryIO, ops: set[str], dtypes: list[str]) -> None:
    file.write(MAGIC)
    for header, recorder in frames(ops, dtypes):
        write_frame(file, header, recorder.tensors.payload)
        file.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dtype", action="append", choices=PARTS, help="all by default")
    parser.add_argument("--op", action="append", help="a name of the database, such as linalg.svd; all by default")
    parser.add_argument("--output", type=Path, help="a file instead of standard output")
    parser.add_argument("--subset", action="store_true", help="a few samples of everything, compressed")
    options = parser.parse_args()
    # Only frames may reach standard output, whatever a library prints.
    standard_output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    file = open(options.output, "wb") if options.output else standard_output
    torch.set_num_threads(1)
    with file:
        if options.subset:
            file.write(make_subset())
            return 0
        write(file, set(options.op or ()), options.dtype or PARTS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
