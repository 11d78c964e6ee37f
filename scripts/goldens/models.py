"""models.json: every network of torchvision.models that this library has, after manual_seed(0)."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable

import torch

from .common import JsonObject, encode, environment, formula_tensor, raw_bytes
from .torchvision_import import torchvision
from torchvision.models.convnext import CNBlockConfig
from torchvision.models.efficientnet import FusedMBConvConfig, MBConvConfig
from torchvision.models.regnet import BlockParams

# Networks that this library does not have.
ABSENT = ("googlenet", "inception_v3", "maxvit_t", "swin_b", "swin_s", "swin_t", "swin_v2_b", "swin_v2_s", "swin_v2_t")
LOGITS = 4


def names() -> list[str]:
    return [name for name in torchvision.models.list_models(module=torchvision.models) if name not in ABSENT]


def _sha256(*parts: bytes) -> str:
    result = hashlib.sha256()
    for part in parts:
        result.update(part)
    return result.hexdigest()


def _make_telling(model: torch.nn.Module) -> None:
    """Some networks start with a classifier of zeros, or branches that count for a millionth: nothing would be seen."""
    torch.manual_seed(1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("layer_scale"):
                parameter.fill_(0.1)
            elif name.endswith("head.weight"):
                parameter.normal_(0, 0.02)


def measure(name: str) -> JsonObject:
    """A network of the list."""
    return _measure(name, lambda: torchvision.models.get_model(name, weights=None), 224 if name.startswith("vit_") else 64)


def _measure(name: str, make_model: Callable[[], torch.nn.Module], size: int = 64) -> JsonObject:
    """What decides whether a network is the same: names, layers, first weights, outputs and gradients."""
    torch.manual_seed(0)
    model = make_model()
    state = model.state_dict()
    row: JsonObject = {
        "name": name,
        "numParameters": sum(parameter.numel() for parameter in model.parameters()),
        "keys": _sha256("".join(f"{key} {list(value.shape)}\n" for key, value in state.items()).encode()),
        "layers": _sha256(repr(model).encode()),
        "weights": _sha256(*(raw_bytes(value) for value in state.values())),
    }
    _make_telling(model)
    inputs = formula_tensor([2, 3, size, size])
    with torch.no_grad():
        logits = model.eval()(inputs)
    row["size"] = size
    row["eval"] = encode(logits[:, :LOGITS])
    row["evalLargest"] = logits.abs().max().item()
    torch.manual_seed(2)
    trained = model.train()(inputs)
    row["train"] = encode(trained[:, :LOGITS])
    row["trainLargest"] = trained.abs().max().item()
    torch.nn.functional.cross_entropy(trained, torch.tensor([3, 7])).backward()
    norms = [parameter.grad.double().norm() for parameter in model.parameters()]
    row["gradientNorm"] = torch.stack(norms).norm().item()
    row["random"] = torch.rand(1).item()
    del model, state, logits, trained
    gc.collect()
    return row


def _variants() -> dict[str, tuple[Callable[[], torch.nn.Module], int]]:
    """Small networks that use the options; test/vision/models/variants.ts makes the same ones."""
    nn, models = torch.nn, torchvision.models
    vit = {"image_size": 32, "patch_size": 8, "num_layers": 2, "num_heads": 4, "hidden_dim": 32, "mlp_dim": 64}
    stages = [CNBlockConfig(8, 16, 1), CNBlockConfig(16, 32, 2), CNBlockConfig(32, None, 1)]
    blocks = [FusedMBConvConfig(1, 3, 1, 8, 8, 2), FusedMBConvConfig(4, 3, 2, 8, 16, 2), MBConvConfig(4, 5, 2, 16, 24, 3)]
    regnet = BlockParams.from_init_params(
        depth=5, w_0=16, w_a=8.5, w_m=2.0, group_width=8, bottleneck_multiplier=0.5, se_ratio=0.3
    )
    return {
        "vit": (
            lambda: models.VisionTransformer(
                **vit, dropout=0.1, attention_dropout=0.2, num_classes=10, representation_size=16
            ),
            32,
        ),
        "convnext": (lambda: models.ConvNeXt(stages, stochastic_depth_prob=0.3, layer_scale=0.5, num_classes=10), 64),
        "densenet": (lambda: models.DenseNet(8, (2, 3), 16, bn_size=2, drop_rate=0.2, num_classes=10), 64),
        "efficientnet": (
            lambda: models.EfficientNet(blocks, 0.1, stochastic_depth_prob=0.5, num_classes=10, last_channel=64),
            64,
        ),
        "regnet": (lambda: models.RegNet(regnet, num_classes=10, stem_width=8, activation=nn.SiLU), 64),
        "mobilenet_v2": (lambda: models.mobilenet_v2(width_mult=0.35, num_classes=10, dropout=0.5), 64),
        "mobilenet_v3": (
            lambda: models.mobilenet_v3_small(width_mult=0.5, reduced_tail=True, dilated=True, num_classes=10),
            64,
        ),
        "dilated": (
            lambda: models.resnet50(
                replace_stride_with_dilation=[False, True, True], zero_init_residual=True, num_classes=10
            ),
            32,
        ),
        "group_norm": (
            lambda: models.resnet18(
                norm_layer=lambda channels: nn.GroupNorm(8, channels), zero_init_residual=True, num_classes=10
            ),
            64,
        ),
    }


def make() -> JsonObject:
    return {
        "environment": environment(torchvision=torchvision.__version__),
        "about": "`models`: torchvision.models.<name>(weights=None) after manual_seed(0): sha256 of `keys` (`name "
        "[shape]\\n` of each entry of the state dict), of `layers` (repr), and of `weights` (the bytes of all entries). "
        "Then, with layer_scale at 0.1 and ViT's classifier drawn with manual_seed(1), the first logits of the formula "
        "input [2, 3, size, size] in eval mode, and in train mode after manual_seed(2); the largest of all; the norm of "
        "all gradients of the cross entropy with [3, 7]; the next random number. `variants`: the same of small networks "
        "that use the options. The weights are the same bits on every CPU with AVX2 or better, and so is `random`; "
        "logits are within 1e-4 of the largest, in train mode 1e-2 (statistics of few values), norms within 1e-2.",
        "models": [measure(name) for name in names()],
        "variants": [_measure(name, *variant) for name, variant in _variants().items()],
    }
