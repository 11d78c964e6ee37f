// Warnings about what a trace cannot follow.

import { native } from '../native.js'
import { warnOnce } from '../warn.js'

function warn(): void {
  warnOnce(
    'jit.trace: the values of a tensor were read while it was traced (item, toArray and their kin). The program cannot ' +
      'follow what JavaScript makes of them: it is fixed as it was for the example inputs',
  )
}

/** Runs a trace, and warns if it reads values out of tensors. */
export function warnOfReading<T>(trace: () => T): T {
  const { item, copyTo } = native
  // Only while a trace runs, which costs nothing at other times: a trace is synchronous and is never inside another.
  native.item = (tensor) => {
    warn()
    return item(tensor)
  }
  native.copyTo = (tensor, buffer) => {
    warn()
    copyTo(tensor, buffer)
  }
  try {
    return trace()
  } finally {
    native.item = item
    native.copyTo = copyTo
  }
}
