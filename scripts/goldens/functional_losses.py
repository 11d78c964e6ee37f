"""functional_losses.json: the losses."""

from __future__ import annotations

import torch

from .common import JsonObject
from .functional import I, Row, T, content

REDUCTIONS = ("mean", "sum", "none")
X, Y, W = T([3, 4]), T([3, 4]), T([3, 4], mul=1, add=1, grad=False)
UNIT, UNIT2 = T([3, 4], mul=0.9, add=0.5), T([3, 4], mul=1, add=0.5)
SIGNS = I([[1, -1, 1, 1], [-1, 1, -1, 1], [1, 1, -1, -1]], torch.float32)
LOGITS, CLASSES = T([4, 3], mul=6), I([0, 2, 1, 2])
PLACES = I([[[0, 1], [2, 0]], [[1, 1], [0, 2]]])
BY_CLASS = T([3], mul=1, add=1, grad=False)


def reduced(name: str, args: list, options: dict | None = None) -> list[Row]:
    """A row for each reduction, the default one without naming it."""
    rest = options or {}
    return [Row(name, args, rest if reduction == "mean" else {**rest, "reduction": reduction})
            for reduction in REDUCTIONS]


REGRESSION = [
    *[row for name in ("l1_loss", "mse_loss", "huber_loss") for row in reduced(name, [X, Y])],
    *[row for name in ("l1_loss", "mse_loss", "huber_loss") for row in reduced(name, [X, Y], {"weight": W})],
    *[Row(name, [X, T([4])], {"reduction": "none"}) for name in ("l1_loss", "mse_loss", "smooth_l1_loss")],
    Row("huber_loss", [X, Y], {"delta": 0.25}),
    *reduced("smooth_l1_loss", [X, Y]),
    *reduced("smooth_l1_loss", [X, Y], {"beta": 0.3}),
    Row("smooth_l1_loss", [X, Y], {"beta": 0.0}),
    *reduced("poisson_nll_loss", [X, T([3, 4], mul=3, add=2, grad=False)]),
    Row("poisson_nll_loss", [UNIT, T([3, 4], mul=3, add=2, grad=False), False]),
    Row("poisson_nll_loss", [UNIT, T([3, 4], mul=3, add=2, grad=False)],
        {"log_input": False, "full": True, "eps": 1e-3}),
    *reduced("gaussian_nll_loss", [X, Y, UNIT2]),
    Row("gaussian_nll_loss", [X, Y, T([3], mul=1, add=0.5)], {"full": True}),
    Row("gaussian_nll_loss", [X, Y, T([3, 1], mul=1, add=0.5)], {"eps": 0.5}),
    Row("gaussian_nll_loss", [X, Y, 0.75], {"reduction": "sum"}),
]  # fmt: skip

CLASSIFICATION = [
    *reduced("nll_loss", [T([4, 3], log=True), CLASSES]),
    *reduced("nll_loss", [T([4, 3], log=True), CLASSES], {"weight": BY_CLASS, "ignore_index": 2}),
    Row("nll_loss", [T([2, 3, 2, 2]), PLACES]),
    Row("nll_loss", [T([3], log=True), I(1)]),
    *reduced("cross_entropy", [LOGITS, CLASSES]),
    *reduced("cross_entropy", [LOGITS, CLASSES], {"weight": BY_CLASS, "label_smoothing": 0.2}),
    Row("cross_entropy", [LOGITS, I([0, -100, 1, 2])]),
    Row("cross_entropy", [LOGITS, CLASSES], {"ignore_index": 1, "weight": BY_CLASS}),
    Row("cross_entropy", [LOGITS, T([4, 3], mul=1, add=0.5)], {"label_smoothing": 0.1}),
    Row("cross_entropy", [T([2, 3, 2, 2]), PLACES], {"reduction": "none"}),
    Row("cross_entropy", [T([3]), I(1)]),
    *reduced("linear_cross_entropy", [X, T([5, 4]), I([0, 4, 2])]),
    Row("linear_cross_entropy", [X, T([5, 4]), I([0, 4, 2])],
        {"linear_bias": T([5]), "weight": T([5], mul=1, add=1, grad=False), "ignore_index": 4}),
    Row("linear_cross_entropy", [T([2, 4]), T([3, 2, 4]), I([[0, 1], [2, 2]])],
        {"linear_bias": T([3, 2]), "label_smoothing": 0.1}),
    Row("linear_cross_entropy", [T([4]), T([5, 4]), I(3)]),
    *reduced("binary_cross_entropy", [UNIT, UNIT2]),
    Row("binary_cross_entropy", [UNIT, UNIT2, T([4], mul=1, add=1, grad=False)]),
    *reduced("binary_cross_entropy_with_logits", [X, UNIT2]),
    Row("binary_cross_entropy_with_logits", [X, UNIT2], {"weight": W, "pos_weight": T([4], mul=1, add=1, grad=False)}),
    *[Row("kl_div", [T([3, 4], log=True), UNIT2], {"reduction": reduction})
      for reduction in (*REDUCTIONS, "batchmean")],
    Row("kl_div", [T([3, 4], log=True), T([3, 4], log=True)], {"reduction": "batchmean", "log_target": True}),
    *reduced("ctc_loss", [T([5, 2, 4], log=True), I([[1, 2], [3, 3]]), I([5, 4]), I([2, 1])]),
    Row("ctc_loss", [T([5, 2, 4], log=True), I([0, 2, 1]), [5, 4], [2, 1]], {"blank": 3}),
    Row("ctc_loss", [T([2, 1, 3], log=True), I([[1, 1]]), [2], [2]], {"zero_infinity": True}),
    *reduced("multilabel_soft_margin_loss", [X, I([[1, 0, 1, 1], [0, 0, 1, 0], [1, 1, 0, 0]])]),
    Row("multilabel_soft_margin_loss", [X, UNIT2], {"weight": T([4], mul=1, add=1, grad=False)}),
]  # fmt: skip

VECTORS = [T([3, 4]), T([3, 4])]
PAIR_SIGNS = I([1, -1, 1])

MARGIN = [
    *reduced("margin_ranking_loss", [T([4]), T([4]), I([1, -1, -1, 1])]),
    Row("margin_ranking_loss", [T([4]), T([4]), I([1, -1, -1, 1]), 0.5]),
    *reduced("cosine_embedding_loss", [*VECTORS, PAIR_SIGNS]),
    Row("cosine_embedding_loss", [*VECTORS, PAIR_SIGNS], {"margin": 0.25}),
    Row("cosine_embedding_loss", [T([4]), T([4]), I(-1)]),
    *reduced("hinge_embedding_loss", [X, SIGNS]),
    Row("hinge_embedding_loss", [X, SIGNS, 0.5]),
    *reduced("soft_margin_loss", [X, SIGNS]),
    *reduced("multilabel_margin_loss", [X, I([[3, 0, -1, 1], [1, -1, 2, 0], [0, 1, 2, 3]])]),
    *reduced("multi_margin_loss", [LOGITS, CLASSES]),
    Row("multi_margin_loss", [LOGITS, CLASSES], {"p": 2, "margin": 0.5, "weight": BY_CLASS}),
    *reduced("triplet_margin_loss", [*VECTORS, T([3, 4])]),
    Row("triplet_margin_loss", [*VECTORS, T([3, 4]), 2.0], {"p": 1.0, "eps": 1e-3, "swap": True}),
    *reduced("triplet_margin_with_distance_loss", [*VECTORS, T([3, 4])]),
    Row("triplet_margin_with_distance_loss", [*VECTORS, T([3, 4])], {"margin": 2.0, "swap": True}),
]


def make() -> JsonObject:
    return content([*REGRESSION, *CLASSIFICATION, *MARGIN])
