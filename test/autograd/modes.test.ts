import { setTimeout as sleep } from 'node:timers/promises'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import test from 'ava'
import { nn, optim, slice, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

/** Whether an operation on a leaf is recorded right now. */
function recorded(): boolean {
  using x = torch.ones([1], { requiresGrad: true })
  using y = x.mul(2)
  return y.requiresGrad
}

test.afterEach((t) => {
  t.true(torch.isGradEnabled())
  t.false(torch.isInferenceModeEnabled())
  t.true(recorded())
})

test.serial('synchronous modes nest and end with an exception', (t) => {
  torch.noGrad(() => {
    t.false(torch.isGradEnabled())
    t.false(recorded())
    torch.enableGrad(() => {
      t.true(recorded())
      torch.setGradEnabled(false, () => t.false(recorded()))
      t.true(recorded())
    })
    t.false(recorded())
  })
  const mine = new Error('mine')
  const thrown = t.throws(() =>
    torch.noGrad(() => {
      throw mine
    }),
  )
  t.is(thrown, mine)
  t.is(
    torch.noGrad(() => 7),
    7,
  )
})

test.serial('wrong arguments', (t) => {
  t.throws(() => torch.noGrad(1 as never), { message: /^noGrad: expected a function for fn/ })
  t.throws(() => torch.setGradEnabled('no' as never, () => 1), {
    message: /^setGradEnabled: expected a boolean for enabled/,
  })
  t.throws(() => torch.inferenceMode(() => 1, { mod: true } as never), {
    message: /^inferenceMode: unknown option "mod"/,
  })
})

test.serial(
  'a mode follows an async function through await, and no other task sees it',
  async (t) => {
    const seen: string[] = []
    const loop = async (name: string, expected: boolean): Promise<void> => {
      for (let i = 0; i < 20; i++) {
        if (recorded() !== expected || torch.isGradEnabled() !== expected) seen.push(name)
        await (i % 3 === 0 ? sleep(1) : i % 3 === 1 ? null : new Promise(setImmediate))
      }
    }
    await Promise.all([
      torch.noGrad(() => loop('noGrad', false)),
      loop('plain', true),
      torch.noGrad(async () => {
        await sleep(1)
        await torch.enableGrad(() => loop('enableGrad in noGrad', true))
        await loop('noGrad after enableGrad', false)
      }),
      torch.inferenceMode(() => loop('inferenceMode', false)),
      loop('another', true),
    ])
    t.deepEqual(seen, [])
  },
)

test.serial(
  'a mode ends with its promise: what it has left running goes on without it',
  async (t) => {
    let background: Promise<boolean[]> | undefined
    await torch.noGrad(async () => {
      background = (async () => {
        const before = recorded()
        await sleep(20)
        return [before, recorded()]
      })()
      await sleep(1)
    })
    // Another async mode is live meanwhile, so that tasks are told apart.
    await torch.noGrad(() => sleep(40))
    t.deepEqual(await background, [false, true])
  },
)

test.serial('an async function that throws ends its mode', async (t) => {
  const mine = new Error('mine')
  const thrown = await t.throwsAsync(
    torch.noGrad(async () => {
      await null
      throw mine
    }),
  )
  t.is(thrown, mine)
})

test.serial('sync modes inside async ones, and async ones begun inside sync ones', async (t) => {
  let pending: Promise<boolean> | undefined
  torch.noGrad(() => {
    pending = torch.enableGrad(async () => {
      await null
      return recorded()
    })
    t.false(recorded())
  })
  t.true(recorded())
  t.true(await pending)
  await torch.noGrad(async () => {
    await null
    t.true(torch.enableGrad(recorded))
    t.false(recorded())
    await null
    t.false(recorded())
  })
})

test.serial('thenables are followed too', async (t) => {
  const result = torch.noGrad(() => ({
    // biome-ignore lint/suspicious/noThenProperty: that is the test
    then(resolve: (value: number) => void) {
      setImmediate(() => resolve(3))
    },
  }))
  t.true(recorded())
  t.is(await (result as unknown as Promise<number>), 3)
})

test.serial('every entry obeys the mode of its task', async (t) => {
  const x = torch.ones([2, 2], { requiresGrad: true })
  const layer = nn.linear(2, 2)
  const optimizer = optim.sgd(layer.parameters(), { lr: 0.1, momentum: 0.9 })
  let running = true
  // Leaves the thread in inference mode at the end of each of its turns.
  const other = torch.inferenceMode(async () => {
    while (running) {
      x.add(1)
      await new Promise(setImmediate)
    }
  })
  const outside: Record<string, () => boolean> = {
    isGradEnabled: () => torch.isGradEnabled(),
    'an operator': () => x.add(1).requiresGrad,
    'a module': () => layer(x).requiresGrad,
    index: () => x.index([0, slice(0, 1)]).requiresGrad,
    indexPut_: () => torch.zeros([2, 2]).indexPut_([0], x.index(0)).requiresGrad,
    tensor: () => !torch.tensor([1, 2]).isInference(),
    fromTypedArray: () => !torch.fromTypedArray(new Float32Array(2), [2]).isInference(),
    'a new layer': () => !nn.linear(2, 2).weight.isInference(),
    'to of a module': () => !nn.linear(2, 2).to('float64').weight.isInference(),
    'a custom function': () =>
      torch.autograd.function({
        forward: (_ctx, y: typeof x) => y.mul(2),
        backward: (_ctx, grad) => grad.mul(2),
      })(x).requiresGrad,
  }
  for (const [name, holds] of Object.entries(outside)) {
    await new Promise(setImmediate)
    t.true(holds(), name)
  }
  for (let step = 0; step < 3; step++) {
    const loss = layer(x).sum()
    await new Promise(setImmediate)
    loss.backward()
    t.false(layer.weight.grad?.isInference())
    await new Promise(setImmediate)
    optimizer.step()
    await new Promise(setImmediate)
    optimizer.zeroGrad({ setToNone: false })
  }
  running = false
  await other
})

test.serial('inferenceMode marks its tensors, and mixes with the other modes', (t) => {
  const w = torch.ones([2], { requiresGrad: true })
  const made = torch.inferenceMode(() => {
    t.true(torch.isInferenceModeEnabled())
    t.false(torch.isGradEnabled())
    const y = w.mul(2)
    t.true(y.isInference())
    t.false(y.requiresGrad)
    torch.inferenceMode(
      () => {
        t.false(torch.isInferenceModeEnabled())
        t.true(w.mul(2).requiresGrad)
        t.false(w.mul(2).isInference())
      },
      { mode: false },
    )
    t.true(w.mul(2).isInference())
    torch.enableGrad(() => {
      t.true(torch.isGradEnabled())
      t.true(w.mul(2).isInference())
    })
    return y
  })
  t.false(w.mul(2).isInference())
  t.throws(() => made.add_(1), { message: /Inplace update to inference tensor outside/ })
  t.throws(() => w.mul(made), { message: /Inference tensors cannot be saved for backward/ })
  t.true(w.mul(made.clone()).requiresGrad)
  // An ordinary tensor may be changed in place in inference mode, and autograd notices.
  const saved = torch.ones([2])
  const product = w.mul(saved).sum()
  torch.inferenceMode(() => saved.add_(1))
  t.throws(() => product.backward(), { message: /modified by an inplace operation/ })
})

/** Runs code that is cut off as Ctrl-C in the REPL does it: without its `finally` blocks. */
async function cutOff(code: string): Promise<void> {
  const forever = (): void => {
    for (;;) torch.zeros([1]).dispose()
  }
  try {
    runInNewContext(
      code,
      { torch, forever, x: torch.ones([1], { requiresGrad: true }) },
      { timeout: 30 },
    )
  } catch {}
  await null
}

test.serial('modes end with functions that are cut off', async (t) => {
  for (const code of [
    'torch.noGrad(forever)',
    'torch.noGrad(() => torch.enableGrad(() => torch.inferenceMode(forever)))',
    'torch.withDevice("meta", forever)',
    'torch.autograd.function({ forward: (_, x) => x.exp(), backward: forever })(x).backward()',
    'const y = x.exp(); y.registerHook(forever); y.backward()',
    'torch.utils.checkpoint(forever, x)',
    'torch.autograd.savedTensorsHooks(forever, forever, () => x.exp())',
  ]) {
    await cutOff(code)
    t.true(torch.isGradEnabled(), code)
    t.false(torch.isInferenceModeEnabled(), code)
    t.true(recorded(), code)
    t.is(String(torch.zeros([1]).device), 'cpu', code)
    torch.autograd.setDetectAnomaly(false)
  }
  await torch.noGrad(async () => {
    await sleep(1)
    await cutOff('torch.enableGrad(forever)')
    t.false(recorded())
  })
})

test.serial('collections while a mode is on do no harm', (t) => {
  torch.inferenceMode(() => {
    for (let i = 0; i < 2000; i++) torch.ones([64])
    globalThis.gc?.()
  })
  const x = torch.ones([1], { requiresGrad: true })
  for (let i = 0; i < 2000; i++) torch.noGrad(() => x.mul(2))
  globalThis.gc?.()
  t.true(x.mul(2).requiresGrad)
})

test.serial('modes of workers are their own', async (t) => {
  const worker = new Worker(new URL('support/start.mjs', import.meta.url))
  const answer = new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  await torch.noGrad(async () => {
    t.deepEqual(await answer, { outside: true, inside: false, after: true })
    t.false(recorded())
  })
  await worker.terminate()
})
