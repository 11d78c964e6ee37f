// The error classes of the library. Native code throws these same classes: lib/native.ts hands them over.

/** Any failure reported by libtorch that has no closer class; PyTorch's RuntimeError. */
export class TorchError extends Error {
  override name = 'TorchError'
}

/** Memory of a device, or of the computer, is exhausted. */
export class OutOfMemoryError extends TorchError {
  override name = 'OutOfMemoryError'
}

/** A matrix has no decomposition or solution of the kind asked for. */
export class LinAlgError extends TorchError {
  override name = 'LinAlgError'
}

/** No kernel exists for this operator with this dtype, layout or device. */
export class NotImplementedError extends TorchError {
  override name = 'NotImplementedError'
}

/** A tensor was used after `dispose()`, `using` or `torch.scope` had freed it. */
export class TensorDisposedError extends TorchError {
  override name = 'TensorDisposedError'
}
