// Reads a recording (scripts/parity/container.py writes it): the samples of PyTorch's operators and their results.

import type { DType, Layout } from '../../lib/torch/types.js'

/** A value as scripts/parity/encode.py writes it. */
export type Encoded =
  | null
  | boolean
  | number
  | string
  | readonly Encoded[]
  | { readonly [key: string]: Encoded }

/** A strided tensor: its bytes lie in the frame's payload from `at` on, all that `stride` spans of them. */
export interface StridedDescription {
  readonly dtype: DType
  readonly shape: readonly number[]
  /** Absent where the tensor is contiguous. */
  readonly stride?: readonly number[]
  /** First element within the bytes, which other inputs of the sample may share; 0 where absent. */
  readonly offset?: number
  readonly at: number
  readonly bytes: number
  readonly device?: 'meta'
  readonly conj?: boolean
  readonly neg?: boolean
}

/** A sparse tensor: indices and values, or compressed indices, plain indices and values. */
export interface SparseDescription {
  readonly layout: Layout
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly parts: readonly StridedDescription[]
  readonly coalesced?: boolean
}

export type TensorDescription = StridedDescription | SparseDescription

/** An input of a sample; `grad` where autograd records it, `parameter` where it is a `nn.Parameter`. */
export type Input = TensorDescription & { readonly grad?: boolean; readonly parameter?: boolean }

/** A call of a PyTorch function, `torch.linalg.svd`, or of a property, `get.T`. */
export interface Call {
  readonly f: string
  readonly a: readonly Encoded[]
  readonly k: { readonly [name: string]: Encoded }
}

/** One sample: what was called, and what came out. */
export interface Sample {
  /** Position among the samples of its operator and dtype. */
  readonly index: number
  /** Why Python's sample could not be recorded; nothing else is there then. */
  readonly unrecorded?: string
  readonly tensors: readonly Input[]
  readonly calls: readonly Call[]
  /** The result, as references to what the calls returned. */
  readonly result: Encoded
  /** The values of the result. */
  readonly out: Encoded
  /** The result holds whatever was in memory. */
  readonly uninitialized?: boolean
  /** Inputs that the call has changed, and what they were then. */
  readonly changed?: readonly (readonly [number, TensorDescription])[]
  /** Other names that compute the same: `x.add_`, `torch.absolute`. */
  readonly forms?: readonly string[]
  /** Calls between the result and the `outputs` whose gradients are taken. */
  readonly after?: readonly Call[]
  readonly outputs?: readonly Encoded[]
  /** Gradients by input; null where the output does not depend on it. */
  readonly gradients?: readonly (readonly [number, TensorDescription | null])[]
  /** The Python class of the error that taking the gradients raises. */
  readonly gradientRaises?: string
  /** The Python class of the error that the last call raises. */
  readonly raises?: string
}

/** What the bytes of tensors lie in. */
export type Holder = Pick<Frame, 'payload'>

/** Where something lies in the payload of a frame. */
export interface Extent {
  readonly at: number
  readonly bytes: number
}

/** The samples of one operator and dtype (or the calls of an operator that must raise), with their tensors' bytes. */
export interface Frame<S = Sample> {
  readonly op: string
  readonly dtype: string
  readonly samples: readonly S[]
  readonly payload: Uint8Array
  /** A file that Python has saved: a dict of what samples begin with, by their index. */
  readonly file?: Extent
}

const MAGIC = 'PARITY1\n'
const HEAD = 8

/** The frames in the parts of a file as they arrive. Throws for anything but a whole recording. */
export async function* readRecording(
  parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Frame> {
  const queue = new ByteQueue()
  let isBegun = false
  for await (const part of parts) {
    queue.push(part)
    if (!isBegun) {
      if (queue.length < MAGIC.length) continue
      if (queue.take(MAGIC.length).toString('latin1') !== MAGIC) {
        throw new Error('this is no recording of the parity suite')
      }
      isBegun = true
    }
    yield* takeFrames(queue)
  }
  if (!isBegun || queue.length > 0) throw new Error('the recording ends in the middle')
}

function* takeFrames(queue: ByteQueue): Generator<Frame> {
  while (queue.length >= HEAD) {
    const head = queue.peek(HEAD)
    const text = head.readUInt32LE(0)
    const payload = head.readUInt32LE(4)
    if (queue.length < HEAD + text + payload) return
    queue.take(HEAD)
    const header = JSON.parse(queue.take(text).toString('utf8')) as Omit<Frame, 'payload'>
    yield { ...header, payload: queue.take(payload) }
  }
}

/** Bytes that arrive in parts of any size. */
class ByteQueue {
  #parts: Uint8Array[] = []
  length = 0

  push(part: Uint8Array): void {
    this.#parts.push(part)
    this.length += part.length
  }

  /** The next `count` bytes, which stay. */
  peek(count: number): Buffer {
    const first = this.#parts[0]
    if (first === undefined || first.length < count) this.#parts = [Buffer.concat(this.#parts)]
    const bytes = this.#parts[0] ?? new Uint8Array(0)
    return Buffer.from(bytes.buffer, bytes.byteOffset, count)
  }

  /** The next `count` bytes, which leave. */
  take(count: number): Buffer {
    const bytes = this.peek(count)
    if (count > 0) this.#parts[0] = (this.#parts[0] as Uint8Array).subarray(count)
    this.length -= count
    return bytes
  }
}
