// Handing a tensor to another thread.

import { type SharedTensor, type ShareOptions, share } from '../share.js'
import type { Tensor } from '../tensor.js'

export interface SharingMembers {
  /**
   * A token by which another thread of this process adopts the tensor without a copy: post it, and there call
   * `torch.fromShared(token)`, once. Until then the memory stays; tokens that nobody has adopted when this thread ends
   * are dropped unless `outlivesThread`, and `torch.dropShared(token)` takes one back.
   *
   * Memory of a JavaScript buffer dies with its thread. If this tensor lies in one (`torch.tensor`,
   * `torch.fromTypedArray`), its values move to memory of libtorch's first, for all its views too, and from then on the
   * buffer is no longer connected with them. A shared tensor cannot grow in place.
   *
   * As Python's `torch.multiprocessing` for processes.
   *
   * @throws TorchError for the result of a recorded operation (share `x.detach()`)
   */
  share(options?: ShareOptions): SharedTensor
}

export const sharingMembers: SharingMembers & ThisType<Tensor> = {
  share(options) {
    return share(this, options)
  },
}
