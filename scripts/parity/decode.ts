// Encoded values (scripts/parity/encode.py) as arguments of this library.

import { nn } from '../../lib/index.js'
import { camelCase } from '../../lib/torch/camel.js'
import { float } from '../../lib/torch/float.js'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { find, maker } from './library.js'
import type {
  Encoded,
  Holder,
  SparseDescription,
  StridedDescription,
  TensorDescription,
} from './recording.js'

/** What references in encoded values stand for. */
export interface Context {
  /** The inputs of the sample. */
  readonly tensors: readonly Tensor[]
  /** What each call has returned so far. */
  readonly results: readonly unknown[]
}

/** A number that Python wrote as float; non-finite ones and -0 are text. */
function floatOf(value: Encoded): number {
  if (typeof value === 'number') return value
  return Number(String(value).replace('inf', 'Infinity'))
}

/** The argument that an encoded value stands for. */
export function decode(value: Encoded, context: Context): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((element) => decode(element, context))
  const [[kind, content] = ['', null]] = Object.entries(value as Record<string, Encoded>)
  switch (kind) {
    case 'tensor':
      return context.tensors[content as number]
    case 'result': {
      const [call, ...path] = content as number[]
      return path.reduce((part, step) => (part as unknown[])[step], context.results[call as number])
    }
    case 'int':
      return BigInt(content as string)
    case 'float':
      // 2.0 is no integer to type promotion.
      return Number.isInteger(floatOf(content)) ? float(floatOf(content)) : floatOf(content)
    case 'complex': {
      const [re, im] = content as Encoded[]
      return { re: floatOf(re as Encoded), im: floatOf(im as Encoded) }
    }
    case 'dict':
      return decodeKeywords(content as Record<string, Encoded>, context)
    case 'dtype':
    case 'device':
    case 'layout':
    case 'format':
      return content
    case 'slice': {
      const [start, stop, step] = (content as Encoded[]).map((part) => decode(part, context))
      return torch.slice(start as number | null, stop as number | null, step as number | undefined)
    }
    case 'positions':
      return torch.tensor(content as number[], { dtype: 'int64' })
    case 'ellipsis':
      return '...'
    case 'generator':
      return new torch.Generator().manualSeed(content as number)
    case 'function':
      return find(content as string)
    case 'module': {
      const [cls, args, keywords] = content as [string, Encoded[], Record<string, Encoded>]
      return maker(nn, cls)(...decodeCall(args, keywords, context))
    }
    default:
      throw new Error(`the recording holds a value of unknown kind '${kind}'`)
  }
}

/** Keyword arguments, with this library's names. */
export function decodeKeywords(
  keywords: { readonly [name: string]: Encoded },
  context: Context,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(keywords).map(([name, value]) => [
      // `_random_samples` is private by its name only: the documentation has it.
      camelCase(name.replace(/^_/, '')),
      decode(value, context),
    ]),
  )
}

/** The arguments of a call: keyword arguments, if there are any, in a last object. */
export function decodeCall(
  args: readonly Encoded[],
  keywords: { readonly [name: string]: Encoded },
  context: Context,
): unknown[] {
  const decoded = args.map((value) => decode(value, context))
  if (Object.keys(keywords).length > 0) decoded.push(decodeKeywords(keywords, context))
  return decoded
}

/** Memory that tensors of one sample share, by its place in the payload. */
export type SharedMemory = Map<number, Tensor>

/** A new tensor with the recorded values and strides. */
export function tensorOf(
  description: TensorDescription,
  frame: Holder,
  shared: SharedMemory = new Map(),
): Tensor {
  if ('parts' in description) return sparse(description, frame)
  const { dtype, shape, stride = contiguous(shape), offset, device, conj, neg } = description
  if (device !== undefined) return torch.emptyStrided(shape, stride, { dtype, device })
  const memory = shared.get(description.at) ?? elements(description, frame)
  // Only tensors with an offset can share: all others begin where their memory does.
  if (offset !== undefined) shared.set(description.at, memory)
  let tensor = memory.asStrided(shape, stride, offset ?? 0)
  if (neg === true) tensor = torch.ops.aten?._neg_view?.default?.(tensor) as Tensor
  if (conj === true) tensor = tensor.conj()
  return tensor.detach()
}

function elements({ dtype, at, bytes }: StridedDescription, { payload }: Holder): Tensor {
  // A copy in libtorch's own memory: calls may write to their arguments, and some resize them.
  return torch.fromBuffer(payload.subarray(at, at + bytes), dtype).clone()
}

function contiguous(shape: readonly number[]): number[] {
  const stride: number[] = []
  let step = 1
  for (const size of shape.toReversed()) {
    stride.unshift(step)
    step *= Math.max(size, 1)
  }
  return stride
}

function sparse(
  { layout, dtype, shape, parts, coalesced }: SparseDescription,
  frame: Holder,
): Tensor {
  const tensors = parts.map((part) => tensorOf(part, frame))
  if (layout === 'sparse_coo') {
    const [indices, values] = tensors as [Tensor, Tensor]
    return torch.sparseCooTensor(indices, values, shape, { isCoalesced: coalesced ?? false })
  }
  const [compressed, plain, values] = tensors as [Tensor, Tensor, Tensor]
  return torch.sparseCompressedTensor(compressed, plain, values, shape, { layout, dtype })
}
