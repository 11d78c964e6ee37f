// Debug mode: where tensors were made and disposed.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import test from 'ava'
import { TensorDisposedError } from '../../lib/errors.js'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

test.afterEach.always(() => torch.debug({ creationStacks: false }))

function makeOnes(): Tensor {
  return torch.ones([1000])
}

function disposeIt(tensor: Tensor): void {
  tensor.dispose()
}

/** The functions that a stack names in this file. */
const named = (text: string): string[] =>
  [...text.matchAll(/at (\w+) \(.*debug\.test\.ts/g)].map((match) => match[1] as string)

test.serial('without debug mode the error says how to learn more', (t) => {
  const x = makeOnes()
  x.dispose()
  const error = t.throws(() => x.add(1), { instanceOf: TensorDisposedError })
  t.is(
    error?.message,
    'this tensor has been disposed; set NODE_LIBTORCH_DEBUG=1 or call torch.debug({ creationStacks: true }) to ' +
      'learn where',
  )
  t.throws(() => torch.liveTensors(), { message: /needs debug mode/ })
})

test.serial('a disposed tensor says where it was made and where it was disposed', (t) => {
  t.deepEqual(torch.debug({ creationStacks: true }), { creationStacks: true })
  const x = makeOnes()
  disposeIt(x)
  const error = t.throws(() => x.add(1), { instanceOf: TensorDisposedError })
  const [before, after] = (error?.message ?? '').split('and disposed')
  t.regex(before as string, /^this tensor has been disposed\nIt was made\n/)
  t.deepEqual(named(before as string), ['makeOnes'])
  t.deepEqual(named(after as string), ['disposeIt'])
  t.notRegex(error?.message ?? '', /lib\/torch/)
})

test.serial('so does one that a scope has freed', (t) => {
  torch.debug({ creationStacks: true })
  let inner: Tensor | undefined
  const inScope = (): void => {
    torch.scope(() => {
      inner = makeOnes()
    })
  }
  inScope()
  const error = t.throws(() => inner?.add(1), { instanceOf: TensorDisposedError })
  const [before, after] = (error?.message ?? '').split('and disposed')
  t.deepEqual(named(before as string), ['makeOnes', 'inScope'])
  t.deepEqual(named(after as string), ['inScope'])
})

test.serial('live tensors are listed by where they were made', (t) => {
  const early = makeOnes()
  torch.debug({ creationStacks: true })
  const held = Array.from({ length: 5 }, makeOnes)
  const base = torch.zeros([10])
  const views = [base.view(2, 5), base.view(5, 2)]
  const [first, ...others] = torch.liveTensors()
  t.is(first?.count, 5)
  t.is(first?.bytes, 20_000)
  t.deepEqual(named(first?.stack ?? '').slice(0, 1), ['makeOnes'])
  t.is(
    others.reduce((sum, { count }) => sum + count, 0),
    3,
  )
  for (const { bytes } of others) t.is(bytes, 40)
  t.is(torch.memory().tensors - 9, 0)
  for (const tensor of [...held, base, ...views, early]) tensor.dispose()
  t.deepEqual(torch.liveTensors(), [])
})

test.serial('the list keeps nothing alive', (t) => {
  torch.debug({ creationStacks: true })
  ;(() => {
    for (let i = 0; i < 20; i++) makeOnes()
  })()
  globalThis.gc?.()
  t.true(torch.liveTensors().reduce((sum, { count }) => sum + count, 0) <= 1)
})

test.serial('the environment variable turns it on from the start', async (t) => {
  const program = `
    import { torch } from ${JSON.stringify(new URL('../../lib/index.ts', import.meta.url).href)}
    console.log(torch.debug().creationStacks)`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import=tsx', '--input-type=module', '--eval', program],
    { env: { ...process.env, NODE_LIBTORCH_DEBUG: '1' } },
  )
  t.is(stdout.trim(), 'true')
})

test.serial('options are checked', (t) => {
  t.throws(() => torch.debug({ creationStacks: 1 } as never), {
    message: /a boolean for creationStacks/,
  })
  t.throws(() => torch.debug({ stacks: true } as never), { message: /unknown option "stacks"/ })
  t.throws(() => torch.setMemoryBudget('1' as never), {
    message: /for bytes, got "1"|cannot be used/,
  })
  t.throws(() => torch.setMemoryBudget(-1, { device: 'cpu' }), {
    message: /of at least 0 for bytes/,
  })
  t.throws(() => torch.setMemoryBudget(1, { device: 'gpu' as never }), {
    message: /a device such as/,
  })
})
