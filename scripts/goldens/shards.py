"""A model in several safetensors files with an index, as Hugging Face's libraries write it, and parts of its tensors as
safetensors' `get_slice` reads them."""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from .common import JsonObject, encode, environment

LIMIT = 600  # bytes in one file


def tensors() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(4)
    weight = torch.randn(12, 8, generator=generator)
    return {
        "embed.weight": weight,
        "embed.half": weight[:4].to(torch.bfloat16),
        "layer.0.float8": weight[:, :3].contiguous().to(torch.float8_e4m3fn),
        "layer.0.complex": torch.complex(weight[:2], weight[2:4]),
        "layer.0.cube": torch.arange(60, dtype=torch.int64).reshape(3, 4, 5),
        "layer.1.flags": weight.flatten()[:10] > 0,
        "layer.1.scalar": torch.tensor(7, dtype=torch.uint16),
        "layer.1.none": torch.zeros(0, 3),
        "head": weight[5:9].to(torch.float64),
    }


def split(state: dict[str, torch.Tensor]) -> list[dict[str, torch.Tensor]]:
    """In order, as many as fit (huggingface_hub `split_torch_state_dict_into_shards`)."""
    shards: list[dict[str, torch.Tensor]] = [{}]
    filled = 0
    for name, tensor in state.items():
        if filled > 0 and filled + tensor.nbytes > LIMIT:
            shards.append({})
            filled = 0
        shards[-1][name] = tensor
        filled += tensor.nbytes
    return shards


# None stands for a dimension that is taken whole, a number for a position, a pair for start and stop.
SLICES = [
    ("embed.weight", [[2, 5]]),
    ("embed.weight", [None, [3, 6]]),
    ("embed.weight", [[-4, -1], [0, 100]]),
    ("embed.weight", [[1, 11], [7, 8]]),
    ("embed.half", [[1, 2], [2, 8]]),
    ("layer.0.float8", [[3, 9], [1, 3]]),
    ("layer.0.cube", [None, [1, 3]]),
    ("layer.0.cube", [[1, 3], [0, 4], [2, 5]]),
    ("layer.0.cube", [None, None, [4, 5]]),
    ("layer.0.cube", [[2, 2]]),
    ("layer.0.cube", [1]),
    ("layer.0.cube", [None, 2, [1, 3]]),
    ("layer.1.flags", [[4, 9]]),
]


def sliced(folder: Path, file: str, name: str, ranges: list) -> JsonObject:
    index = tuple(
        slice(None) if r is None else slice(*r) if isinstance(r, list) else r for r in ranges
    )
    with safe_open(folder / file, framework="pt") as opened:
        return {"name": name, "ranges": ranges, "expected": encode(opened.get_slice(name)[index])}


def make() -> JsonObject:
    state = tensors()
    shards = split(state)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        weight_map = {}
        for i, shard in enumerate(shards):
            file = f"model-{i + 1:05d}-of-{len(shards):05d}.safetensors"
            save_file(shard, folder / file, metadata={"format": "pt"})
            weight_map |= dict.fromkeys(shard, file)
        index = {
            "metadata": {"total_size": sum(tensor.nbytes for tensor in state.values())},
            "weight_map": weight_map,
        }
        text = json.dumps(index, indent=2, sort_keys=True) + "\n"
        (folder / "model.safetensors.index.json").write_text(text)
        return {
            "about": "Python's safetensors wrote these files; ours must be the same bytes.",
            "environment": environment(),
            "limit": LIMIT,
            "files": [
                {"name": file.name, "data": base64.b64encode(file.read_bytes()).decode("ascii")}
                for file in sorted(folder.iterdir())
            ],
            "tensors": [{"name": name, **encode(tensor)} for name, tensor in state.items()],
            "slices": [sliced(folder, weight_map[name], name, ranges) for name, ranges in SLICES],
        }
