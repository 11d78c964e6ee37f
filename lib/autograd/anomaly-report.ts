// What the error of a failed backward says about the forward call.

import { TorchError } from '../errors.js'
import { native } from '../native.js'
import { stackHere } from '../torch/debug.js'

native.onAnomaly(stackHere)

/** The call that recorded a node in which backward has failed: the `cause` of that error, with the call's stack. */
function forwardCall([step, ...parents]: [string, string | null][]): Error {
  const [node, stack] = step as [string, string | null]
  const message =
    stack === null
      ? `${node} was recorded outside detectAnomaly, so that its forward call is not known`
      : `${node} was recorded by this forward call`
  // The backward that has recorded a node belongs to a node itself.
  const error = new Error(message, parents.length > 0 ? { cause: forwardCall(parents) } : undefined)
  error.name = 'ForwardCall'
  error.stack = `ForwardCall: ${message}${stack === null ? '' : `:\n${stack}`}`
  return error
}

/** Runs a backward; a native error gets the forward call as its `cause` where anomaly detection knows it. */
export function withForwardTrace<T>(fn: () => T): T {
  try {
    return fn()
  } catch (error) {
    const report = native.takeAnomalyReport()
    // What a hook or a function has thrown stays as it is.
    if (report.length > 0 && error instanceof TorchError && error.cause === undefined) {
      Object.defineProperty(error, 'cause', { value: forwardCall(report), configurable: true })
    }
    throw error
  }
}
