"""test/jit/data/linear.pt2 and linear.json: a small model compiled by AOTInductor, and what it computes.

    cd scripts && python3 -m goldens.jit_aoti          (needs a C++ compiler and binutils)

Not one of the goldens that --check makes again: a compiler's output is not the same twice. The package holds native
code for x86-64 Linux and one minor version of libtorch, so that the test looks at its metadata before it runs it. It
is made small and portable: no code for this very CPU, no symbols, no sources, deflated.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import warnings
import zipfile
from pathlib import Path

import torch
from torch._inductor.runtime.cache_dir_utils import cache_dir

from .common import REPOSITORY, encode, environment, fix_environment, formula_tensor

DATA = REPOSITORY / "test" / "jit" / "data"

CONFIG = {
    "aot_inductor.metadata": {"torch": ".".join(torch.__version__.split(".")[:2])},
    "cpp.simdlen": 1,
    "cpp.march": "x86-64",
}


class Classifier(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = torch.nn.Linear(4, 3)
        self.hidden.load_state_dict({"weight": formula_tensor([3, 4]), "bias": formula_tensor([3], 12)})

    def forward(self, x: torch.Tensor, *, scale: torch.Tensor) -> dict:
        hidden = self.hidden(x).relu()
        return {"logits": hidden * scale, "parts": [hidden.sum(1), (x + 1,)]}


def without_paths(library: bytes) -> bytes:
    """The names of this machine's folders, in the messages of checks, give way to others of the same length."""
    folders = {str(Path(torch.__file__).parent): "torch", cache_dir(): "cache"}
    for folder, name in folders.items():
        library = library.replace(folder.encode(), name.rjust(len(folder), "/").encode())
    return library


def shrink(source: Path, target: Path) -> None:
    """Repacks a package without what only a reader of its sources wants."""
    with zipfile.ZipFile(source) as package, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name in package.namelist():
            if name.endswith(".cpp"):
                continue
            content = package.read(name)
            if name.endswith(".so"):
                with tempfile.NamedTemporaryFile(suffix=".so") as library:
                    library.write(content)
                    library.flush()
                    subprocess.run(["strip", library.name], check=True)
                    content = without_paths(Path(library.name).read_bytes())
            # The folder is named after the file that it was packed in.
            entry = zipfile.ZipInfo("linear/" + name.split("/", 1)[1], (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, content)


def main() -> None:
    fix_environment()
    warnings.simplefilter("ignore")
    model, x, scale = Classifier().eval(), formula_tensor([2, 4], 100), torch.tensor(2.0)
    batch = torch.export.Dim("batch", min=1, max=64)
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        program = torch.export.export(model, (x,), {"scale": scale}, dynamic_shapes={"x": {0: batch}, "scale": None})
        made = torch._inductor.aoti_compile_and_package(
            program, package_path=f"{folder}/linear.pt2", inductor_configs=CONFIG
        )
        shrink(Path(made), DATA / "linear.pt2")
        result = torch._inductor.aoti_load_package(str(DATA / "linear.pt2"))(x, scale=scale)
    logits, (sums, (more,)) = result["logits"], result["parts"]
    content = {
        "about": "What linear.pt2 gives for x = formula data of shape [2, 4] from 100 on and scale 2.",
        "environment": environment(),
        "logits": encode(logits),
        "sums": encode(sums),
        "more": encode(more),
    }
    (DATA / "linear.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
