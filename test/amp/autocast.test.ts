import test from 'ava'
import { nn, optim, type Tensor, torch } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import type { DType } from '../../lib/torch/types.js'
import {
  digest,
  formulaTensor,
  type GoldenDigest,
  type GoldenTensor,
  golden,
  tensorOf,
} from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

const { autocast: cases, environment } = golden<{
  environment: { cpuCapability: string }
  autocast: {
    dtype: 'bfloat16' | 'float16'
    dtypes: DType[]
    losses: number[]
    results: GoldenDigest[]
    probabilities: GoldenTensor
    gradients: Record<string, GoldenDigest>
    stateDict: Record<string, GoldenDigest>
  }[]
}>('amp')

/** The dtype of a product, which tells whether autocast is on. */
function productDtype(): DType {
  using x = torch.ones([2, 2])
  using y = x.matmul(x)
  return y.dtype
}

/** A promise, and what keeps it. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

test.afterEach((t) => {
  t.false(torch.isAutocastEnabled('cpu'))
  t.is(torch.getAutocastDtype('cpu'), 'bfloat16')
  t.true(torch.isAutocastCacheEnabled())
  t.is(productDtype(), 'float32')
})

class Net extends nn.Module {
  conv = nn.conv2d(3, 8, 3, { padding: 1 })
  bn = nn.batchNorm2d(8)
  fc = nn.linear(8 * 6 * 6, 5)

  override forward(x: Tensor): Tensor {
    return this.results(x)[3] as Tensor
  }

  results(x: Tensor): Tensor[] {
    const a = this.conv(x)
    const b = this.bn(a)
    const c = this.fc(b.relu().flatten(1))
    return [a, b, c, c.softmax(1)]
  }
}

for (const each of cases) {
  test.serial(`a convolutional net trains in ${each.dtype} as in PyTorch`, (t) => {
    torch.manualSeed(0)
    const net = new Net()
    const optimizer = optim.sgd(net.parameters(), { lr: 0.1 })
    const target = torch.tensor([0, 1, 2, 3], { dtype: 'int64' })
    const losses: number[] = []
    let results: Tensor[] = []
    let loss = target
    for (let step = 0; step < each.losses.length; step++) {
      if (step > 0) optimizer.step()
      optimizer.zeroGrad()
      torch.autocast('cpu', each.dtype, () => {
        results = net.results(formulaTensor([4, 3, 6, 6], 1000 * step))
        loss = nn.functional.nllLoss((results[3] as Tensor).log(), target)
      })
      loss.backward()
      losses.push(loss.item() as number)
    }
    t.deepEqual(
      [...results, loss].map(({ dtype }) => dtype),
      each.dtypes,
    )
    const expected = tensorOf(each.probabilities).float()
    t.true(torch.allclose((results[3] as Tensor).float(), expected, 0, 0.02))
    // Products of low precision differ in the last bits from one kind of CPU to the next.
    if (native.versions().cpuCapability !== environment.cpuCapability) return
    t.deepEqual(losses, each.losses)
    t.deepEqual(
      results.map((result) => digest(result)),
      each.results,
    )
    const named = [...net.namedParameters()]
    t.deepEqual(
      Object.fromEntries(named.map(([name, param]) => [name, digest(param.grad as Tensor)])),
      each.gradients,
    )
    optimizer.step()
    t.deepEqual(
      Object.fromEntries([...net.stateDict()].map(([name, value]) => [name, digest(value)])),
      each.stateDict,
    )
  })
}

test.serial('regions nest, can be left for a while, and end with an exception', (t) => {
  torch.autocast('cpu', 'float16', () => {
    t.true(torch.isAutocastEnabled('cpu'))
    t.is(torch.getAutocastDtype('cpu'), 'float16')
    t.is(productDtype(), 'float16')
    torch.autocast('cpu', { enabled: false }, () => {
      t.false(torch.isAutocastEnabled('cpu'))
      t.is(productDtype(), 'float32')
      torch.autocast('cpu', 'bfloat16', { cacheEnabled: false }, () => {
        t.is(productDtype(), 'bfloat16')
        t.false(torch.isAutocastCacheEnabled())
      })
    })
    // No dtype given: the one in force, as in Python.
    torch.autocast('cpu', () => t.is(productDtype(), 'float16'))
    torch.noGrad(() => t.is(productDtype(), 'float16'))
    t.is(productDtype(), 'float16')
  })
  const mine = new Error('mine')
  const thrown = t.throws(() =>
    torch.autocast('cpu', () => {
      throw mine
    }),
  )
  t.is(thrown, mine)
  t.is(
    torch.autocast('cpu', () => 7),
    7,
  )
})

test.serial('autocast follows an async function, and no other task sees it', async (t) => {
  const seen: string[] = []
  const [first, second] = [gate(), gate()]
  const task = torch.autocast('cpu', 'bfloat16', async () => {
    seen.push(`inside ${productDtype()} ${torch.isAutocastEnabled('cpu')}`)
    await first.opened
    seen.push(`inside ${productDtype()} ${torch.isAutocastEnabled('cpu')}`)
    await torch.autocast('cpu', 'float16', async () => {
      await second.opened
      seen.push(`deeper ${productDtype()}`)
    })
    seen.push(`inside ${productDtype()}`)
    return 'result'
  })
  seen.push(`outside ${productDtype()} ${torch.isAutocastEnabled('cpu')}`)
  first.open()
  await new Promise((resolve) => setImmediate(resolve))
  seen.push(`outside ${productDtype()} ${torch.getAutocastDtype('cpu')}`)
  second.open()
  t.is(await task, 'result')
  t.deepEqual(seen, [
    'inside bfloat16 true',
    'outside float32 false',
    'inside bfloat16 true',
    'outside float32 bfloat16',
    'deeper float16',
    'inside bfloat16',
  ])
  await t.throwsAsync(
    torch.autocast('cpu', async () => {
      await Promise.resolve()
      throw new Error('late')
    }),
    { message: 'late' },
  )
})

test.serial('casts of weights are kept until the outermost region ends', (t) => {
  const w = torch.ones([2, 2], { requiresGrad: true })
  const x = torch.ones([2, 2])
  const product = (): number => x.matmul(w).sum().item() as number
  torch.autocast('cpu', () => {
    t.is(product(), 8)
    torch.autocast('cpu', () => torch.noGrad(() => w.fill_(2)))
    // As in PyTorch: weights are not to change inside a region.
    t.is(product(), 8)
    torch.clearAutocastCache()
    t.is(product(), 16)
  })
  torch.noGrad(() => w.fill_(3))
  torch.autocast('cpu', () => t.is(product(), 24))
  torch.autocast('cpu', { cacheEnabled: false }, () => {
    t.is(product(), 24)
    torch.noGrad(() => w.fill_(1))
    t.is(product(), 8)
  })
})

test.serial('a task that changes weights is seen by one that waits in its region', async (t) => {
  const w = torch.ones([2, 2], { requiresGrad: true })
  const x = torch.ones([2, 2])
  const sums: unknown[] = []
  const changed = gate()
  const reader = torch.autocast('cpu', async () => {
    sums.push(x.matmul(w).sum().item())
    await changed.opened
    sums.push(x.matmul(w).sum().item())
  })
  await torch.autocast('cpu', async () => {
    await new Promise((resolve) => setImmediate(resolve))
    torch.noGrad(() => w.fill_(2))
  })
  changed.open()
  await reader
  t.deepEqual(sums, [8, 16])
})

test.serial('a checkpointed function runs again with the autocast it had', (t) => {
  const gradient = (run: (fn: (x: Tensor) => Tensor, x: Tensor) => Tensor): number[] => {
    const w = formulaTensor([8, 8]).requiresGrad_()
    const loss = torch.autocast('cpu', () =>
      run((x) => x.matmul(w).relu().matmul(w), formulaTensor([4, 8], 100)).sum(),
    )
    loss.backward()
    // Nothing of the second run may be left: the next region is to see the new weights.
    torch.noGrad(() => w.fill_(1))
    torch.autocast('cpu', () => t.is(torch.ones([1, 8]).matmul(w).sum().item(), 64))
    return (w.grad as Tensor).toTypedArray() as unknown as number[]
  }
  t.deepEqual(
    gradient((fn, x) => torch.utils.checkpoint(fn, x)),
    gradient((fn, x) => fn(x)),
  )
})

test.serial('custom functions: customFwd and customBwd', (t) => {
  const seen: string[] = []
  const make = (castInputs: DType | null) =>
    torch.autograd.function({
      name: 'Product',
      forward: torch.amp.customFwd(
        (ctx, a: Tensor, b: Tensor) => {
          seen.push(`${a.dtype} ${torch.isAutocastEnabled('cpu')}`)
          ctx.saveForBackward(a, b)
          return a.matmul(b)
        },
        { deviceType: 'cpu', castInputs },
      ),
      backward: torch.amp.customBwd(
        (ctx, grad: Tensor) => {
          const [a, b] = ctx.savedTensors as [Tensor, Tensor]
          seen.push(`${torch.isAutocastEnabled('cpu')} ${grad.dtype}`)
          return [grad.matmul(b.t()), a.t().matmul(grad)]
        },
        { deviceType: 'cpu' },
      ),
    })
  const a = torch.ones([2, 2], { dtype: 'bfloat16', requiresGrad: true })
  const b = torch.ones([2, 2], { dtype: 'bfloat16', requiresGrad: true })
  const run = (castInputs: DType | null): void =>
    torch.autocast('cpu', () => make(castInputs)(a, b).sum()).backward()
  run(null)
  run('float32')
  make('float32')(a, b).sum().backward()
  t.deepEqual(seen, [
    'bfloat16 true',
    'true bfloat16',
    'float32 false',
    'false float32',
    // Outside a region nothing is cast.
    'bfloat16 false',
    'false bfloat16',
  ])
})

test.serial('hooks see autocast as libtorch has it where they run', (t) => {
  const seen: string[] = []
  const x = torch.ones([2, 2], { requiresGrad: true })
  const y = torch.autocast('cpu', () => {
    const product = torch.autograd.savedTensorsHooks(
      (saved) => {
        // Inside an operator that autocast has cast for, it is off, as in Python.
        seen.push(`pack ${torch.isAutocastEnabled('cpu')} ${productDtype()}`)
        torch.autocast('cpu', 'float16', () => seen.push(productDtype()))
        seen.push(productDtype())
        return saved
      },
      (saved: Tensor) => saved,
      () => x.matmul(torch.ones([2, 2])),
    )
    seen.push(`after ${productDtype()}`)
    return product
  })
  const hook = x.registerHook(() => {
    seen.push(`backward ${torch.isAutocastEnabled('cpu')} ${productDtype()}`)
  })
  torch.autocast('cpu', () => y.sum().backward())
  hook.remove()
  t.deepEqual(seen, [
    'pack false float32',
    'float16',
    'float32',
    'after bfloat16',
    'backward true bfloat16',
  ])
})

test.serial('what cannot be done', (t) => {
  const run = (...values: unknown[]) =>
    t.throws(() => (torch.autocast as (...all: unknown[]) => unknown)(...values))
  t.regex(run('gpu', () => 1)?.message ?? '', /^autocast: expected a kind of device/)
  t.regex(run('meta', () => 1)?.message ?? '', /there is no autocast for the device type 'meta'/)
  t.regex(run('cpu', 'half', () => 1)?.message ?? '', /^autocast: expected a dtype .* for dtype/)
  t.regex(run('cpu', { enable: true }, () => 1)?.message ?? '', /unknown option "enable"/)
  t.regex(run('cpu', 'bfloat16')?.message ?? '', /expected a function for fn/)
  t.regex(run('cpu', null, {}, 3, () => 1)?.message ?? '', /unexpected argument 3/)
  t.true(torch.amp.isAutocastAvailable('cuda'))
  t.false(torch.amp.isAutocastAvailable('meta'))
  // Python warns here, and goes on without.
  torch.autocast('cpu', 'float32', () => t.is(productDtype(), 'float32'))
})
