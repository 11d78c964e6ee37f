#!/usr/bin/env python3
"""Reads files that this library has saved, in PyTorch, and says what differs from what PyTorch has itself.

    python3 scripts/parity/verify.py SECTION

Takes a line of JSON for each file, {"op", "dtype", "path"}, from standard input: a dict of values by the index of their
sample. Answers with a line for each value, {"op", "dtype", "index", "variant", "differs"}.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch  # noqa: E402

from parity.sections import section_module  # noqa: E402


def main() -> int:
    standard_output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    torch.set_num_threads(1)
    module = section_module(sys.argv[1])
    for line in sys.stdin:
        file = json.loads(line)
        values = torch.load(file["path"], weights_only=True)
        os.remove(file["path"])
        verify = module.Verifier(file["op"], file["dtype"])
        variant = getattr(verify, "variant", lambda _: "")
        for index, value in values.items():
            try:
                differs = verify(index, value)
            except Exception as error:  # noqa: BLE001: PyTorch refuses what this library has saved
                differs = f"{type(error).__name__}: {str(error).splitlines()[0]}"
            answer = {"op": file["op"], "dtype": file["dtype"], "index": index, "variant": variant(index),
                      "differs": differs}
            standard_output.write(json.dumps(answer) + "\n")
            standard_output.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
