"""Measures networks of torchvision, one for each line of standard input: a name in, a line of JSON out."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from goldens.common import fix_environment  # noqa: E402


def main() -> None:
    from goldens import models

    fix_environment()
    print(json.dumps(models.names()), flush=True)
    for line in sys.stdin:
        print(json.dumps(models.measure(line.strip())), flush=True)


if __name__ == "__main__":
    main()
