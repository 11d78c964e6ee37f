// Which of the library's names the samples have reached.

import { nn } from '../../lib/index.js'
import { camelCase } from '../../lib/torch/camel.js'
import { torch } from '../../lib/torch/index.js'
import { Tensor } from '../../lib/torch/tensor.js'
import type { Sample } from './recording.js'

/** Functions of a namespace, and those of them that were called. */
export interface Coverage {
  readonly namespace: string
  readonly called: readonly string[]
  readonly missed: readonly string[]
}

const NAMESPACES: Readonly<Record<string, object>> = {
  torch,
  Tensor: Tensor.prototype,
  'nn.functional': nn.functional,
  'torch.linalg': torch.linalg,
  'torch.fft': torch.fft,
  'torch.special': torch.special,
}

const functionsOf = (namespace: object): string[] =>
  Object.entries(Object.getOwnPropertyDescriptors(namespace))
    .filter(([name, { value }]) => typeof value === 'function' && name !== 'constructor')
    .map(([name]) => name)
    .sort()

/** PyTorch's names of everything that a sample calls. */
export const namesOf = ({ calls = [], after = [], forms = [] }: Sample): string[] => [
  ...[...calls, ...after].map((call) => call.f),
  ...forms,
]

/** Sorts PyTorch's names that were called by namespace of this library. */
export function coverage(names: ReadonlySet<string>): Coverage[] {
  const called = new Map<string, Set<string>>()
  for (const name of names) {
    const path = name.replace(/^(x|get|torch\.Tensor)\./, 'Tensor.').split('.')
    const last = camelCase(path.pop() as string)
    const namespace = path.join('.').replace('torch.nn.functional', 'nn.functional')
    called.set(namespace, (called.get(namespace) ?? new Set()).add(last))
  }
  return Object.entries(NAMESPACES).map(([namespace, holder]) => {
    const all = functionsOf(holder)
    const isCalled = (name: string): boolean => called.get(namespace)?.has(name) ?? false
    return {
      namespace,
      called: all.filter(isCalled),
      missed: all.filter((name) => !isCalled(name)),
    }
  })
}
