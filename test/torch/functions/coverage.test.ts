// docs/coverage.md against the library: every name that it claims is there, and every name that is there is in it.

import { readFileSync } from 'node:fs'
import test from 'ava'
import { nn, Tensor, torch } from '../../../lib/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const text = readFileSync(new URL('../../../docs/coverage.md', import.meta.url), 'utf8')

/** The names under a heading of a namespace's section. */
function names(namespace: string, heading: string): string[] {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${namespace}\n`)) ?? ''
  const list = section.split(/^### /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
  return [...list.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string)
}

const NAMESPACES: [string, object][] = [
  ['torch', torch],
  ['torch.Tensor', Tensor.prototype],
  ['torch.nn.functional', nn.functional],
  ['torch.linalg', torch.linalg],
  ['torch.fft', torch.fft],
  ['torch.special', torch.special],
]

for (const [namespace, object] of NAMESPACES) {
  test(`docs/coverage.md tells the names of ${namespace}`, (t) => {
    const claimed = [
      ...names(namespace, 'Generated'),
      ...names(namespace, 'Written'),
      ...names(namespace, 'Beyond PyTorch'),
    ]
    const found = Object.getOwnPropertyNames(object).filter((name) => name !== 'constructor')
    t.true(claimed.length > 20)
    t.deepEqual(claimed.toSorted(), found.toSorted())
  })

  test(`what docs/coverage.md calls generated in ${namespace} are functions`, (t) => {
    const descriptors = Object.getOwnPropertyDescriptors(object) as PropertyDescriptorMap
    const odd = names(namespace, 'Generated').filter(
      (name) => typeof descriptors[name]?.value !== 'function',
    )
    t.deepEqual(odd, [])
  })
}
