"""The layers and losses of layers.json, with their arguments and inputs."""

from __future__ import annotations

from torch import nn

S1, S2, S3 = [2, 4, 9], [2, 4, 7, 6], [1, 4, 5, 4, 6]
IMAGE = [S2]
ATTENTION = [["small", 3, 2, 4], ["small", 5, 2, 4], ["small", 5, 2, 4]]
DECODER = {"tgt_mask": ["causal", 3], "memory_mask": ["mask", 3, 5], "tgt_key_padding_mask": ["mask", 2, 3],
           "memory_key_padding_mask": ["mask", 2, 5]}


def LAYER(name: str, **options: object) -> list:
    return ["module", name, [4, 2, 6], options]


# (class, arguments, options, inputs, and options of the call). What they may be beside plain values is written in
# layers.py: an input is a shape, or a list of a kind and its numbers.
Row = tuple[type[nn.Module], list, dict, list] | tuple[type[nn.Module], list, dict, list, dict]
LAYERS: list[Row] = [
    *[(cls, [], {}, [[3, 4]]) for cls in (
        nn.ReLU, nn.ReLU6, nn.SELU, nn.SiLU, nn.Mish, nn.Hardswish, nn.Hardsigmoid, nn.ELU, nn.CELU, nn.GELU, nn.GLU,
        nn.Hardshrink, nn.Softshrink, nn.Hardtanh, nn.LeakyReLU, nn.PReLU, nn.Softplus, nn.Sigmoid, nn.LogSigmoid,
        nn.Tanh, nn.Tanhshrink, nn.Softsign, nn.Identity)],
    (nn.ELU, [0.5], {"inplace": False}, [[3, 4]]),
    (nn.CELU, [0.5], {}, [[3, 4]]),
    (nn.GELU, ["tanh"], {}, [[3, 4]]),
    (nn.GLU, [0], {}, [[4, 3]]),
    (nn.Hardshrink, [0.2], {}, [[3, 4]]),
    (nn.Softshrink, [0.2], {}, [[3, 4]]),
    (nn.Softshrink, [1], {}, [[3, 4]]),
    (nn.Hardtanh, [-0.5], {"max_val": 0.25}, [[3, 4]]),
    (nn.LeakyReLU, [0.2], {}, [[3, 4]]),
    (nn.PReLU, [4], {"init": 0.1}, [[3, 4, 2]]),
    (nn.RReLU, [], {}, [[3, 4]]),
    (nn.Softplus, [2.0], {"threshold": 1.0}, [[3, 4]]),
    (nn.Threshold, [0.1, 20.0], {}, [[3, 4]]),
    *[(cls, [1], {}, [[3, 4]]) for cls in (nn.Softmax, nn.Softmin, nn.LogSoftmax)],
    (nn.Softmax2d, [], {}, IMAGE),
    # Linear maps
    (nn.Linear, [4, 3], {}, [[2, 4]]),
    (nn.Bilinear, [4, 3, 5], {}, [[6, 4], [6, 3]]),
    (nn.Bilinear, [4, 3, 5], {"bias": False}, [[6, 4], [6, 3]]),
    (nn.Flatten, [], {}, [[2, 3, 4]]),
    (nn.Unflatten, [1, [2, 3]], {}, [[2, 6, 4]]),
    (nn.CosineSimilarity, [], {}, [[3, 5], [3, 5]]),
    (nn.CosineSimilarity, [0], {"eps": 1e-6}, [[3, 5], [3, 5]]),
    (nn.PairwiseDistance, [], {}, [[3, 5], [3, 5]]),
    (nn.PairwiseDistance, [1.0], {"keepdim": True}, [[3, 5], [3, 5]]),
    (nn.Embedding, [7, 3], {}, [["index", 7, 2, 4]]),
    (nn.Embedding, [7, 3], {"padding_idx": 2}, [["index", 7, 2, 4]]),
    (nn.Embedding, [7, 3], {"max_norm": 1.0, "norm_type": 1.0}, [["index", 7, 2, 4]]),
    (nn.EmbeddingBag, [7, 3], {"include_last_offset": True, "max_norm": 1.0},
     [["index", 7, 6], ["offsets", 0, 2, 2, 6]]),
    (nn.EmbeddingBag, [7, 3], {}, [["index", 7, 2, 4]]),
    (nn.EmbeddingBag, [7, 3], {"mode": "sum", "padding_idx": 2}, [["index", 7, 2, 4]]),
    (nn.EmbeddingBag, [7, 3], {"mode": "max"}, [["index", 7, 2, 4]]),
    # Convolutions
    (nn.Conv1d, [4, 6, 3], {}, [S1]),
    (nn.Conv1d, [4, 6, 3], {"stride": 2, "padding": 1, "groups": 2, "bias": False}, [S1]),
    (nn.Conv1d, [4, 6, 3], {"padding": "same", "padding_mode": "circular"}, [S1]),
    (nn.Conv2d, [4, 6, [3, 2]], {"padding": [1, 0], "dilation": [1, 2]}, IMAGE),
    (nn.Conv2d, [4, 6, 3], {"padding": "same"}, IMAGE),
    (nn.Conv2d, [4, 6, 3], {"padding": "valid"}, IMAGE),
    *[(nn.Conv2d, [4, 2, 3], {"padding": 2, "padding_mode": mode}, IMAGE)
      for mode in ("reflect", "replicate", "circular")],
    (nn.Conv3d, [4, 3, 2], {}, [S3]),
    (nn.Conv3d, [4, 2, [2, 1, 3]], {"stride": [1, 2, 1], "padding_mode": "replicate", "padding": 1}, [S3]),
    (nn.ConvTranspose1d, [4, 6, 3], {"stride": 2, "output_padding": 1}, [S1]),
    (nn.ConvTranspose2d, [4, 6, 3], {}, IMAGE),
    (nn.ConvTranspose2d, [4, 6, [3, 2]], {"stride": 2, "padding": 1, "groups": 2, "bias": False}, IMAGE),
    (nn.ConvTranspose3d, [4, 2, 2], {"dilation": 2}, [S3]),
    # Pooling
    *[(cls, [2], {}, [shape]) for cls, shape in (
        (nn.MaxPool1d, S1), (nn.MaxPool2d, S2), (nn.MaxPool3d, S3), (nn.AvgPool1d, S1), (nn.AvgPool2d, S2),
        (nn.AvgPool3d, S3))],
    (nn.MaxPool1d, [3], {"stride": 2, "padding": 1, "ceil_mode": True}, [S1]),
    (nn.MaxPool2d, [[3, 2]], {"stride": [2, 1], "dilation": [1, 2]}, IMAGE),
    *[(cls, [2], {"return_indices": True}, [shape]) for cls, shape in (
        (nn.MaxPool1d, S1), (nn.MaxPool2d, S2), (nn.MaxPool3d, S3), (nn.AdaptiveMaxPool2d, S2))],
    (nn.AvgPool2d, [[3, 2]], {"stride": 2, "padding": 1, "count_include_pad": False}, IMAGE),
    (nn.AvgPool2d, [3], {"divisor_override": 2, "ceil_mode": True}, IMAGE),
    (nn.LPPool1d, [2.0, 3], {"stride": 2}, [S1]),
    (nn.LPPool2d, [2.0, [3, 2]], {"stride": 2}, IMAGE),
    (nn.LPPool2d, [2, 3], {}, IMAGE),
    (nn.LPPool3d, [1.0, 2], {"stride": [1, 2, 1], "ceil_mode": True}, [S3]),
    *[(cls, [size], {}, [shape]) for cls, size, shape in (
        (nn.AdaptiveAvgPool1d, 4, S1), (nn.AdaptiveAvgPool2d, [3, None], S2), (nn.AdaptiveAvgPool3d, 2, S3),
        (nn.AdaptiveAvgPool2d, 1, S2), (nn.AdaptiveMaxPool1d, 4, S1), (nn.AdaptiveMaxPool2d, [3, 2], S2),
        (nn.AdaptiveMaxPool3d, [2, 3, 1], S3))],
    (nn.FractionalMaxPool2d, [2], {"output_size": [3, 4]}, IMAGE),
    (nn.FractionalMaxPool2d, [2], {"output_size": 3, "_random_samples": ["samples", 2, 4, 2]}, IMAGE),
    (nn.FractionalMaxPool3d, [2], {"output_size": 2, "return_indices": True, "_random_samples": ["samples", 1, 4, 3]},
     [S3]),
    (nn.FractionalMaxPool2d, [[2, 3]], {"output_ratio": [0.5, 0.5]}, IMAGE),
    (nn.FractionalMaxPool3d, [2], {"output_ratio": 0.5}, [S3]),
    (nn.MaxUnpool1d, [2], {}, [["pooled", *S1]]),
    (nn.MaxUnpool2d, [2], {"stride": 2}, [["pooled", 2, 4, 6, 6]]),
    (nn.MaxUnpool3d, [2], {}, [["pooled", 1, 4, 4, 4, 6]]),
    # Padding
    *[(getattr(nn, f"{kind}Pad{d}d"), [padding], {}, [shape])
      for kind in ("Zero", "Reflection", "Replication", "Circular")
      for d, padding, shape in ((1, [2, 1], S1), (2, 1, S2), (2, [1, 2, 0, 3], S2), (3, [1, 2, 0, 1, 2, 1], S3))],
    (nn.ConstantPad1d, [[3, 0], 2.5], {}, [S1]),
    (nn.ConstantPad2d, [1, -1.0], {}, IMAGE),
    (nn.ConstantPad3d, [1, 0.5], {}, [S3]),
    # Normalization
    *[(cls, [4], options, [shape]) for cls, shape in ((nn.BatchNorm1d, S1), (nn.BatchNorm2d, S2), (nn.BatchNorm3d, S3))
      for options in ({}, {"eps": 1e-3, "momentum": None, "bias": False}, {"affine": False, "momentum": 0.3})],
    *[(cls, [4], options, [shape]) for cls, shape in (
        (nn.InstanceNorm1d, S1), (nn.InstanceNorm2d, S2), (nn.InstanceNorm3d, S3))
      for options in ({}, {"affine": True, "track_running_stats": True, "momentum": 0.3})],
    (nn.LayerNorm, [6], {}, IMAGE),
    (nn.LayerNorm, [[7, 6]], {"eps": 1e-3, "bias": False}, IMAGE),
    (nn.LayerNorm, [6], {"elementwise_affine": False}, IMAGE),
    (nn.RMSNorm, [6], {}, IMAGE),
    (nn.RMSNorm, [[7, 6]], {"eps": 0.5, "elementwise_affine": False}, IMAGE),
    (nn.GroupNorm, [2, 4], {}, IMAGE),
    (nn.GroupNorm, [4, 4], {"affine": False, "eps": 0.5}, IMAGE),
    (nn.LocalResponseNorm, [3], {}, IMAGE),
    (nn.LocalResponseNorm, [2], {"alpha": 0.5, "beta": 0.5, "k": 2.0}, IMAGE),
    # Dropout: the seed is set right before the call
    *[(cls, [p], {}, [shape]) for p in (0.5, 0.2) for cls, shape in (
        (nn.Dropout, S1), (nn.Dropout1d, S1), (nn.Dropout2d, S2), (nn.Dropout3d, S3), (nn.AlphaDropout, S1),
        (nn.FeatureAlphaDropout, S2))],
    # Images
    (nn.PixelShuffle, [2], {}, [S2]),
    (nn.PixelUnshuffle, [2], {}, [[1, 2, 4, 6]]),
    (nn.ChannelShuffle, [2], {}, [S2]),
    (nn.Unfold, [2], {"padding": 1, "stride": [2, 1]}, [S2]),
    (nn.Fold, [[4, 5], 2], {"stride": 1}, [[2, 8, 12]]),
    (nn.Upsample, [[3, 5]], {}, [S2]),
    (nn.Upsample, [], {"scale_factor": 2.0, "mode": "bilinear", "align_corners": True}, [S2]),
    (nn.Upsample, [], {"scale_factor": [1.5, 2.0], "mode": "bicubic"}, [S2]),
    (nn.Upsample, [], {"scale_factor": 2.0, "mode": "nearest-exact"}, [S1]),
    (nn.Upsample, [4], {"mode": "linear"}, [S1]),
    (nn.UpsamplingNearest2d, [], {"scale_factor": 2.0}, [S2]),
    (nn.UpsamplingBilinear2d, [[3, 9]], {}, [S2]),
    # Losses
    *[(cls, [], {"reduction": reduction}, [[4, 5], [4, 5]]) for reduction in ("none", "mean", "sum")
      for cls in (nn.L1Loss, nn.MSELoss, nn.SmoothL1Loss, nn.HuberLoss, nn.PoissonNLLLoss)],
    (nn.SmoothL1Loss, [], {"beta": 0.1}, [[4, 5], [4, 5]]),
    (nn.SmoothL1Loss, [], {"beta": 0.0}, [[4, 5], [4, 5]]),
    (nn.HuberLoss, [], {"delta": 0.1}, [[4, 5], [4, 5]]),
    (nn.PoissonNLLLoss, [], {"log_input": False, "full": True}, [["probability", 4, 5], ["probability", 4, 5]]),
    *[(nn.KLDivLoss, [], {"reduction": reduction, "log_target": log}, [[4, 5], ["probability", 4, 5]])
      for reduction in ("none", "mean", "sum", "batchmean") for log in (False, True)],
    *[(cls, [], {"reduction": reduction}, [["probability", 4, 5], ["probability", 4, 5]])
      for cls in (nn.BCELoss, nn.BCEWithLogitsLoss, nn.MultiLabelSoftMarginLoss) for reduction in ("none", "mean")],
    (nn.BCELoss, [], {"weight": "tensor 5"}, [["probability", 4, 5], ["probability", 4, 5]]),
    (nn.BCEWithLogitsLoss, [], {"weight": "tensor 5", "pos_weight": "tensor 5"}, [[4, 5], ["probability", 4, 5]]),
    (nn.MultiLabelSoftMarginLoss, [], {"weight": "tensor 5"}, [[4, 5], ["probability", 4, 5]]),
    *[(cls, [], options, [[4, 5], ["index", 5, 4]]) for cls in (nn.NLLLoss, nn.CrossEntropyLoss, nn.MultiMarginLoss)
      for options in ({}, {"weight": "tensor 5", "reduction": "none"}, {"reduction": "sum"})],
    (nn.CrossEntropyLoss, [], {"label_smoothing": 0.1, "weight": "tensor 5"}, [[4, 5], ["index", 5, 4]]),
    (nn.MultiMarginLoss, [2], {"margin": 0.5}, [[4, 5], ["index", 5, 4]]),
    (nn.MultiLabelMarginLoss, [], {}, [[4, 5], ["labels", 4, 5]]),
    (nn.SoftMarginLoss, [], {}, [[4, 5], ["sign", 4, 5]]),
    (nn.HingeEmbeddingLoss, [], {"margin": 0.5}, [[4, 5], ["sign", 4, 5]]),
    (nn.MarginRankingLoss, [0.1], {}, [[4], [4], ["sign", 4]]),
    (nn.CosineEmbeddingLoss, [], {"margin": 0.1}, [[4, 5], [4, 5], ["sign", 4]]),
    (nn.TripletMarginLoss, [], {}, [[4, 5], [4, 5], [4, 5]]),
    (nn.TripletMarginLoss, [0.5], {"p": 1.0, "swap": True, "reduction": "none"}, [[4, 5], [4, 5], [4, 5]]),
    (nn.TripletMarginWithDistanceLoss, [], {"swap": True}, [[4, 5], [4, 5], [4, 5]]),
    (nn.GaussianNLLLoss, [], {"full": True}, [[4, 5], [4, 5], ["probability", 4, 5]]),
    (nn.CTCLoss, [], {"blank": 1}, [["log", 6, 2, 5], ["index", 1, 2, 3], ["full", 6, 2], ["full", 3, 2]]),
    (nn.AdaptiveLogSoftmaxWithLoss, [8, 12, [3, 7]], {"div_value": 2.0, "head_bias": True},
     [[6, 8], ["index", 12, 6]]),
    (nn.AdaptiveLogSoftmaxWithLoss, [8, 12, [5]], {}, [[8], ["index", 12]]),
    (nn.LinearCrossEntropyLoss, [4, 5], {}, [[3, 4], ["index", 5, 3]]),
    (nn.LinearCrossEntropyLoss, [4, 5],
     {"out_features": [2], "bias": True, "weight": "tensor 5", "label_smoothing": 0.1, "reduction": "none"},
     [[3, 4], ["index", 5, 3, 2]]),
    # Recurrent networks
    *[(cls, [3, 4], options, [["small", 5, 2, 3]]) for cls in (nn.RNN, nn.GRU, nn.LSTM)
      for options in ({}, {"num_layers": 2, "bidirectional": True}, {"bias": False, "num_layers": 2, "dropout": 0.5})],
    (nn.RNN, [3, 4], {"nonlinearity": "relu", "batch_first": True}, [["small", 2, 5, 3], ["small", 1, 2, 4]]),
    (nn.GRU, [3, 4], {"batch_first": True}, [["small", 5, 3], ["small", 1, 4]]),
    (nn.LSTM, [3, 4], {"proj_size": 2, "bidirectional": True}, [["small", 5, 2, 3]]),
    (nn.LSTM, [3, 4], {"batch_first": True}, [["small", 2, 5, 3], ["pair", [1, 2, 4], [1, 2, 4]]]),
    *[(cls, [3, 4], {}, [["small", 2, 3]]) for cls in (nn.RNNCell, nn.GRUCell, nn.LSTMCell)],
    (nn.RNNCell, [3, 4], {"nonlinearity": "relu", "bias": False}, [["small", 3], ["small", 4]]),
    (nn.LSTMCell, [3, 4], {"bias": False}, [["small", 2, 3], ["pair", [2, 4], [2, 4]]]),
    # Attention
    (nn.MultiheadAttention, [4, 2], {}, ATTENTION),
    (nn.MultiheadAttention, [4, 2], {}, ATTENTION, {"need_weights": False, "attn_mask": ["mask", 3, 5]}),
    (nn.MultiheadAttention, [4, 2], {"dropout": 0.5}, ATTENTION,
     {"average_attn_weights": False, "key_padding_mask": ["mask", 2, 5], "attn_mask": ["mask", 4, 3, 5]}),
    (nn.MultiheadAttention, [4, 2], {}, [["small", 3, 2, 4]] * 3, {"attn_mask": ["causal", 3], "is_causal": True}),
    (nn.MultiheadAttention, [4, 2], {"batch_first": True, "bias": False, "add_zero_attn": True},
     [["small", 2, 3, 4], ["small", 2, 5, 4], ["small", 2, 5, 4]]),
    (nn.MultiheadAttention, [4, 2], {"kdim": 3, "vdim": 6, "add_bias_kv": True},
     [["small", 3, 4], ["small", 5, 3], ["small", 5, 6]]),
    (nn.MultiheadAttention, [4, 2], {"add_bias_kv": True, "add_zero_attn": True}, ATTENTION,
     {"key_padding_mask": ["mask", 2, 5], "attn_mask": ["mask", 3, 5]}),
    # Transformers
    *[(nn.TransformerEncoderLayer, [4, 2, 6], options, [["small", 3, 2, 4]])
      for options in ({}, {"norm_first": True, "batch_first": True, "activation": "gelu"}, {"bias": False})],
    (nn.TransformerEncoderLayer, [4, 2, 6], {"batch_first": True}, [["small", 2, 3, 4]],
     {"src_mask": ["causal", 3], "src_key_padding_mask": ["mask", 2, 3], "is_causal": True}),
    *[(nn.TransformerDecoderLayer, [4, 2, 6], options, [["small", 3, 2, 4], ["small", 5, 2, 4]])
      for options in ({}, {"norm_first": True})],
    (nn.TransformerDecoderLayer, [4, 2, 6], {"batch_first": True}, [["small", 2, 3, 4], ["small", 2, 5, 4]], DECODER),
    (nn.TransformerEncoder, [LAYER("transformerEncoderLayer"), 2], {}, [["small", 3, 2, 4]]),
    (nn.TransformerEncoder, [LAYER("transformerEncoderLayer", batch_first=True), 2, ["module", "layerNorm", [4], {}]],
     {}, [["small", 2, 3, 4]], {"mask": ["causal", 3], "src_key_padding_mask": ["mask", 2, 3]}),
    (nn.TransformerDecoder, [LAYER("transformerDecoderLayer"), 2, ["module", "layerNorm", [4], {}]], {},
     [["small", 3, 2, 4], ["small", 5, 2, 4]], {"tgt_mask": ["causal", 3]}),
    *[(nn.Transformer, [4, 2], {"num_encoder_layers": 1, "num_decoder_layers": 2, "dim_feedforward": 6, **options},
       [["small", 2, 5, 4], ["small", 2, 3, 4]],
       {"src_mask": ["causal", 5], "src_key_padding_mask": ["mask", 2, 5], **DECODER})
      for options in ({"batch_first": True}, {"batch_first": True, "norm_first": True, "bias": False})],
    (nn.Transformer, [4, 2], {"num_encoder_layers": 2, "num_decoder_layers": 1, "dim_feedforward": 6, "dropout": 0.0},
     [["small", 5, 4], ["small", 3, 4]]),
]
