"""resnet.json: the ResNet family after manual_seed(0)."""

from __future__ import annotations

import torch

from .common import JsonObject, digest, encode, environment, formula_tensor
from .torchvision_import import torchvision

SHAPE = [2, 3, 224, 224]
TARGET = [3, 7]
GRADIENTS = ("conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight", "layer4.0.bn2.weight",
             "fc.weight", "fc.bias")


def _state_dict(model: torch.nn.Module) -> list[JsonObject]:
    return [{"name": name, **digest(value)} for name, value in model.state_dict().items()]


def _model(name: str, inputs: torch.Tensor) -> JsonObject:
    torch.manual_seed(0)
    model = getattr(torchvision.models, name)(weights=None)
    result: JsonObject = {
        "seed": 0,
        "numParameters": sum(p.numel() for p in model.parameters()),
        "stateDict": _state_dict(model),
    }
    with torch.no_grad():
        result["logitsEval"] = encode(model.eval()(inputs))
    logits = model.train()(inputs)
    result["logitsTrain"] = encode(logits)
    result["runningMeanAfter"] = encode(model.bn1.running_mean)
    result["runningVarAfter"] = encode(model.bn1.running_var)

    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(TARGET))
    loss.backward()
    gradients = dict(model.named_parameters())
    result["target"] = TARGET
    result["loss"] = loss.item()
    result["gradientNorms"] = {
        key: gradients[key].grad.double().norm().item() for key in GRADIENTS if key in gradients
    }
    return result


def make() -> JsonObject:
    inputs = formula_tensor(SHAPE)
    return {
        "environment": environment(torchvision=torchvision.__version__),
        "about": "torchvision.models.<name>(weights=None) after torch.manual_seed(0). First the eval logits, "
        "then one forward and backward in train mode (cross entropy, mean); runningMeanAfter and runningVarAfter "
        "are bn1's after it. The weights are the same bits on every CPU with AVX2 or better; the rest depends on the "
        "convolution kernels that oneDNN picks for a CPU: logits within 1e-5 of the largest (ResNet50 in train mode 5e-5), "
        "gradient norms within 1e-3 relative (ResNet50 1e-2).",
        "input": {"offset": 0, **digest(inputs)},
        "models": {name: _model(name, inputs) for name in ("resnet18", "resnet34", "resnet50")},
    }
