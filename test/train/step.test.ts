// trainStep and evalStep: the loop that one would write, off the JS thread.

import test, { type ExecutionContext } from 'ava'
import { evalStep, lr, nn, optim, trainStep } from '../../lib/index.js'
import type { Optimizer } from '../../lib/optim/optimizer.js'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import type { TrainStepOptions } from '../../lib/train/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

/** A net with dropout, which draws random numbers, and batch normalization, which has buffers. */
function makeNet() {
  torch.manualSeed(3)
  return nn.sequential(
    nn.conv2d(1, 4, 3),
    nn.batchNorm2d(4),
    nn.relu({ inplace: true }),
    nn.dropout(0.3),
    nn.flatten(),
    nn.linear(4 * 6 * 6, 3),
  )
}

type Net = ReturnType<typeof makeNet>

/** The same net with a module in TypeScript around it. */
class Wrapped extends nn.Module {
  net = makeNet()
  override forward(x: Tensor): Tensor {
    return this.net(x)
  }
}

const BATCHES = 6

function batch(i: number): [x: Tensor, y: Tensor] {
  const x = torch
    .arange(5 * 64, { dtype: 'float32' })
    .add(17 * i)
    .sin()
    .reshape(5, 1, 8, 8)
  return [x, torch.tensor([0, 1, 2, 1, i % 3], { dtype: 'int64' })]
}

/** Everything that training changes. */
function stateOf(net: nn.Module, optimizer: Optimizer): unknown {
  const { state, param_groups } = optimizer.stateDict()
  return {
    net: [...net.stateDict()].map(([name, tensor]) => [name, tensor.toArray()]),
    optimizer: [...state].map(([i, record]) => [
      i,
      Object.entries(record).map(([name, value]) => [name, (value as Tensor).toArray()]),
    ]),
    param_groups,
    random: torch.rand([2]).toArray(),
  }
}

interface Recipe {
  make(net: nn.Module): Optimizer
  schedule?(optimizer: Optimizer): { step(): void }
  options?: Partial<TrainStepOptions>
}

const sgd: Recipe = {
  make: (net) => optim.sgd(net.parameters(), { lr: 0.1, momentum: 0.9 }),
  schedule: (optimizer) => lr.oneCycle(optimizer, { maxLr: 0.2, totalSteps: BATCHES }),
}

const adamw: Recipe = { make: (net) => optim.adamw(net.parameters(), { lr: 0.01, amsgrad: true }) }

/** The loop that PyTorch's users write. */
function trainSync(net: Net, { make, schedule, options = {} }: Recipe): unknown {
  const criterion = nn.crossEntropyLoss()
  const optimizer = make(net)
  const scheduler = schedule?.(optimizer)
  const { accumulate = 1, clipGradNorm, clipGradValue, scaler, autocast } = options
  const losses: unknown[] = []
  torch.manualSeed(11)
  for (let i = 0; i < BATCHES; i++) {
    const [x, y] = batch(i)
    if (i % accumulate === 0) optimizer.zeroGrad()
    const forward = (): Tensor => criterion(net(x), y)
    const loss =
      autocast === undefined || autocast === null
        ? forward()
        : torch.autocast('cpu', autocast, forward)
    losses.push(loss.item())
    const part = accumulate === 1 ? loss : loss.div(accumulate)
    ;(scaler?.scale(part) ?? part).backward()
    if ((i + 1) % accumulate !== 0) continue
    if (clipGradNorm || clipGradValue) scaler?.unscale_(optimizer)
    if (typeof clipGradNorm === 'number') {
      nn.utils.clipGradNorm_(net.parameters(), clipGradNorm)
    }
    if (typeof clipGradValue === 'number') {
      nn.utils.clipGradValue_(net.parameters(), clipGradValue)
    }
    if (scaler) {
      scaler.step(optimizer)
      scaler.update()
    } else {
      optimizer.step()
    }
    scheduler?.step()
  }
  return { losses, ...(stateOf(net, optimizer) as object) }
}

/** The same by trainStep; all steps are called before the first has ended. */
async function trainAsync(
  net: Net | Wrapped,
  { make, schedule, options = {} }: Recipe,
): Promise<unknown> {
  const optimizer = make(net)
  const scheduler = schedule?.(optimizer) ?? null
  const criterion = nn.crossEntropyLoss()
  const step = trainStep({
    model: net,
    criterion,
    optimizer,
    scheduler,
    ...options,
  } as TrainStepOptions & {
    withOutput?: false
  })
  torch.manualSeed(11)
  const losses = await Promise.all(
    Array.from({ length: BATCHES }, async (_, i) => {
      const [x, y] = batch(i)
      const loss = step(x, y)
      // What the step has been given stays alive for it.
      x.dispose()
      y.dispose()
      return (await loss).item()
    }),
  )
  return { losses, ...(stateOf(net instanceof Wrapped ? net.net : net, optimizer) as object) }
}

async function compare(t: ExecutionContext, recipe: () => Recipe): Promise<void> {
  const expected = trainSync(makeNet(), recipe())
  t.deepEqual(await trainAsync(makeNet(), recipe()), expected)
}

test.serial('steps equal the loop on the JS thread: momentum, one-cycle, dropout, buffers', (t) =>
  compare(t, () => sgd),
)

test.serial('and with AdamW', (t) => compare(t, () => adamw))

test.serial('and with clipping by norm', (t) =>
  compare(t, () => ({ ...sgd, options: { clipGradNorm: 0.05 } })),
)

test.serial('and with clipping by value', (t) =>
  compare(t, () => ({ ...adamw, options: { clipGradValue: 0.01 } })),
)

test.serial('and with gradients of several batches', (t) =>
  compare(t, () => ({ ...adamw, options: { accumulate: 3, clipGradNorm: 0.05 } })),
)

test.serial('and with autocast', (t) =>
  compare(t, () => ({ ...sgd, options: { autocast: 'bfloat16' } })),
)

test.serial('and with a scaler', (t) =>
  compare(t, () => ({
    ...adamw,
    options: { scaler: torch.amp.gradScaler({ device: 'cpu', initScale: 64, growthInterval: 2 }) },
  })),
)

test.serial('and with a scaler and clipping', (t) =>
  compare(t, () => ({
    ...sgd,
    options: { scaler: torch.amp.gradScaler({ device: 'cpu' }), clipGradNorm: 0.05 },
  })),
)

test.serial('a model in TypeScript takes the same steps on the JS thread', async (t) => {
  for (const recipe of [
    { ...sgd, options: { clipGradNorm: 0.05 } },
    { ...adamw, options: { accumulate: 2, autocast: 'bfloat16' } },
  ] as Recipe[]) {
    const expected = trainSync(makeNet(), recipe) as Record<string, unknown>
    const found = (await trainAsync(new Wrapped(), recipe)) as Record<string, unknown>
    t.deepEqual(found, expected)
  }
})

test.serial('hooks and functions as criteria are heard', async (t) => {
  const net = nn.linear(2, 1)
  const optimizer = optim.sgd(net.parameters(), { lr: 0.1 })
  const heard: string[] = []
  net.registerForwardHook(() => {
    heard.push('forward')
  })
  net.weight.registerHook(() => {
    heard.push('gradient')
  })
  optimizer.registerStepPostHook(() => {
    heard.push('step')
  })
  const criterion = (output: Tensor, target: Tensor): Tensor => {
    heard.push('criterion')
    return output.sub(target).pow(2).sum()
  }
  const loss = await trainStep({ model: net, criterion, optimizer })(
    torch.ones([1, 2]),
    torch.ones([1, 1]),
  )
  t.false(loss.requiresGrad)
  t.deepEqual(heard, ['forward', 'criterion', 'gradient', 'step'])
  heard.length = 0
  const native = nn.linear(2, 1)
  const steps = trainStep({
    model: native,
    criterion: nn.mseLoss(),
    optimizer: optim.sgd(native.parameters(), { lr: 0.1 }),
  })
  native.bias?.registerPostAccumulateGradHook(() => {
    heard.push('accumulated')
  })
  await steps(torch.ones([1, 2]), torch.ones([1, 1]))
  t.deepEqual(heard, ['accumulated'])
})

test.serial('LBFGS gets its closure', async (t) => {
  const train = async (withStep: boolean): Promise<unknown> => {
    torch.manualSeed(0)
    const net = nn.linear(2, 1)
    const optimizer = optim.lbfgs(net.parameters(), { maxIter: 4 })
    const criterion = nn.mseLoss()
    const [x, y] = [torch.eye(2), torch.ones([2, 1])]
    const step = trainStep({ model: net, criterion, optimizer })
    const loss = withStep
      ? await step(x, y)
      : optimizer.step(() => {
          optimizer.zeroGrad()
          const value = criterion(net(x), y)
          value.backward()
          return value
        })
    return [loss.item(), net.weight.toArray()]
  }
  t.deepEqual(await train(true), await train(false))
  const net = nn.linear(1, 1)
  const optimizer = optim.lbfgs(net.parameters())
  t.throws(() => trainStep({ model: net, criterion: nn.mseLoss(), optimizer, accumulate: 2 }), {
    instanceOf: TypeError,
    message: /LBFGS/,
  })
  const x = torch.ones([1, 1])
  const step = trainStep({ model: net, criterion: nn.mseLoss(), optimizer })
  await t.throwsAsync((async () => await step(x, x, { update: false }))(), {
    instanceOf: TypeError,
    message: /LBFGS.*update must be true/,
  })
})

test.serial('the last batches of an epoch can be made a step of their own', async (t) => {
  const net = nn.linear(1, 1, { bias: false })
  nn.init.constant_(net.weight, 0)
  const optimizer = optim.sgd(net.parameters(), { lr: 1 })
  const step = trainStep({ model: net, criterion: nn.mseLoss(), optimizer, accumulate: 4 })
  const x = torch.ones([1, 1])
  await step(x, x)
  t.is(net.weight.item(), 0)
  // Each of the two batches has the gradient 2·(0 − 1), of which a quarter counts.
  await step(x, x, { update: true })
  t.is(net.weight.item(), 1)
  await step(x, x)
  t.is(net.weight.grad?.item(), 0)
})

test.serial(
  'gradients of the step before are forgotten although the first batch fails',
  async (t) => {
    const net = nn.linear(1, 1, { bias: false })
    nn.init.constant_(net.weight, 0)
    const optimizer = optim.sgd(net.parameters(), { lr: 1 })
    const step = trainStep({ model: net, criterion: nn.mseLoss(), optimizer, accumulate: 2 })
    const x = torch.ones([1, 1])
    await step(x, x)
    await step(x, x)
    t.is(net.weight.item(), 2)
    Reflect.set(optimizer, 'zeroGrad', () => {
      throw new Error('mine')
    })
    const failing = (async () => await step(x, x))()
    await t.throwsAsync(failing, { message: 'mine' })
    Reflect.deleteProperty(optimizer, 'zeroGrad')
    // The second batch alone: 2·(2 − 1), of which a half counts.
    await step(x, x)
    t.is(net.weight.item(), 1)
  },
)

test.serial('evalStep gives the loss without a graph, and the output if wanted', async (t) => {
  const net = makeNet().eval()
  const criterion = nn.crossEntropyLoss()
  const [x, y] = batch(0)
  const output = net(x)
  const loss = await evalStep({ model: net, criterion })(x, y)
  t.is(loss.item(), criterion(output, y).item())
  t.false(loss.requiresGrad)
  const both = await evalStep({ model: net, criterion, withOutput: true })(x, y)
  t.deepEqual(both.output.toArray(), output.toArray())
  t.false(both.output.requiresGrad)
  t.is(both.loss.item(), loss.item())
  for (const parameter of net.parameters()) t.is(parameter.grad, null)
})

test.serial('several inputs and targets', async (t) => {
  const model = nn.bilinear(2, 3, 1)
  const criterion = nn.cosineEmbeddingLoss()
  const inputs = [torch.ones([4, 2]), torch.ones([4, 3])] as const
  const targets = [torch.ones([4, 1]), torch.ones([4])] as const
  const expected = criterion(model(...inputs), ...targets)
  const step = evalStep({ model: model as never, criterion: criterion as never })
  t.is((await step(inputs, targets)).item(), expected.item())
})

test.serial('an error rejects with its class, and the next step goes on', async (t) => {
  const net = nn.linear(2, 3)
  const optimizer = optim.sgd(net.parameters(), { lr: 0.1 })
  const step = trainStep({ model: net, criterion: nn.crossEntropyLoss(), optimizer })
  const [x, y] = [torch.ones([1, 2]), torch.tensor([0], { dtype: 'int64' })]
  const [wide, outside, good] = await Promise.allSettled([
    (async () => await step(torch.ones([1, 5]), y))(),
    step(x, torch.tensor([7], { dtype: 'int64' })),
    step(x, y),
  ])
  const { reason } = wide as PromiseRejectedResult
  t.is(reason.name, 'TorchError')
  t.regex(reason.message, /mat1 and mat2/)
  t.regex(reason.stack, /step\.test\.ts/)
  const refused = (outside as PromiseRejectedResult).reason
  t.true(refused instanceof RangeError)
  t.regex(refused.message, /Target 7 is out of bounds/)
  t.true(Number.isFinite((good as PromiseFulfilledResult<Tensor>).value.item()))
  await t.throwsAsync(step(1 as never, y), {
    instanceOf: TypeError,
    message: 'trainStep: expected a Tensor for inputs, got 1',
  })
  x.dispose()
  await t.throwsAsync(step(x, y), { name: 'TensorDisposedError' })
})

test.serial('what is wrong with the options is said at once', (t) => {
  const model = nn.linear(1, 1)
  const criterion = nn.mseLoss()
  const optimizer = optim.sgd(model.parameters(), { lr: 0.1 })
  const options = { model, criterion, optimizer }
  for (const [wrong, message] of [
    [{ model: {} }, /a module for model/],
    [{ criterion: 1 }, /a function for criterion/],
    [{ optimizer: {} }, /an optimizer for optimizer/],
    [{ scheduler: {} }, /a scheduler for scheduler/],
    [{ scaler: {} }, /a GradScaler for scaler/],
    [{ autocast: 'half' }, /a dtype/],
    [{ clipGradNorm: 'x' }, /clipGradNorm/],
    [{ lr: 1 }, /unknown option "lr"/],
  ] as const) {
    t.throws(() => trainStep({ ...options, ...wrong } as never), { instanceOf: TypeError, message })
  }
  t.throws(() => trainStep({ ...options, accumulate: 0 }), { instanceOf: RangeError })
})
