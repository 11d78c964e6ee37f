// callAsync: the forward of a module off the JS thread.

import test from 'ava'
import { nn, optim } from '../../lib/index.js'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

const makeNet = () => nn.sequential(nn.linear(4, 64), nn.dropout(0.5), nn.relu(), nn.linear(64, 2))

class Scripted extends nn.Module {
  fc = nn.linear(4, 2)
  override forward(x: Tensor): [Tensor, number] {
    return [this.fc(x), x.dim()]
  }
}

test.serial('the output is that of a call, with the same random numbers', async (t) => {
  const net = makeNet()
  const x = torch.randn([8, 4])
  torch.manualSeed(5)
  const expected = net(x)
  torch.manualSeed(5)
  const promise = net.callAsync(x)
  x.dispose()
  const output = await promise
  t.deepEqual(output.toArray(), expected.toArray())
  t.is(output.gradFn?.name, expected.gradFn?.name)
  output.sum().backward()
  t.truthy(net.parameters()[0]?.grad)
})

test.serial('the modes of the call hold, whatever holds when the module runs', async (t) => {
  const net = makeNet().eval()
  const x = torch.ones([1, 4])
  const [recorded, plain, inferred, cast] = await Promise.all([
    net.callAsync(x),
    torch.noGrad(() => net.callAsync(x)),
    torch.inferenceMode(() => net.callAsync(x)),
    torch.autocast('cpu', 'bfloat16', () => net.callAsync(x)),
  ])
  t.true(recorded.requiresGrad)
  t.false(plain.requiresGrad)
  t.true(inferred.isInference())
  t.is(cast.dtype, 'bfloat16')
  t.deepEqual(
    cast.float().toArray(),
    torch
      .autocast('cpu', 'bfloat16', () => net(x))
      .float()
      .toArray(),
  )
  t.true(net(x).requiresGrad)
})

test.serial('calls are served in order, those that need JavaScript among them', async (t) => {
  const net = makeNet()
  const scripted = new Scripted()
  const x = torch.ones([1, 4])
  const order: number[] = []
  const calls = [net, scripted, net, scripted, net].map(async (module, i) => {
    await module.callAsync(x)
    order.push(i)
  })
  t.deepEqual(order, [])
  await Promise.all(calls)
  t.deepEqual(order, [0, 1, 2, 3, 4])
})

test.serial('a module in TypeScript, or with hooks, gives what it gives', async (t) => {
  const scripted = new Scripted()
  const x = torch.ones([1, 4])
  const promise = torch.noGrad(() => scripted.callAsync(x))
  x.dispose()
  const [output, dim] = await promise
  t.is(dim, 2)
  t.false(output.requiresGrad)
  t.deepEqual(output.toArray(), scripted(torch.ones([1, 4]))[0].toArray())

  const net = makeNet()
  const seen: number[] = []
  net.getSubmodule('0').registerForwardHook(() => {
    seen.push(0)
  })
  await net.callAsync(torch.ones([1, 4]))
  t.deepEqual(seen, [0])
})

class Nested extends nn.Module {
  net = makeNet().eval()
  scripted = new Scripted()
  override async forward(x: Tensor): Promise<Tensor> {
    const [a, [b]] = await Promise.all([this.net.callAsync(x), this.scripted.callAsync(x)])
    const c = await this.net.callAsync(x)
    return a.add(b).add(c)
  }
}

test.serial('a forward that awaits calls of its own does not wait for itself', async (t) => {
  const nested = new Nested()
  const x = torch.ones([1, 4])
  const order: string[] = []
  const outer = nested.callAsync(x).then((output) => {
    order.push('outer')
    return output
  })
  const next = nested.net.callAsync(x).then(() => {
    order.push('next')
  })
  const expected = nested.net(x).mul(2).add(nested.scripted(x)[0])
  t.true(torch.allclose(await outer, expected))
  await next
  t.deepEqual(order, ['outer', 'next'])
})

test.serial('errors reject with the classes of the call', async (t) => {
  const net = makeNet()
  const x = torch.ones([1, 4])
  const error = await t.throwsAsync(async () => await net.callAsync(torch.ones([1, 5])), {
    name: 'TorchError',
    message: /mat1 and mat2 shapes cannot be multiplied/,
  })
  t.regex(error?.stack ?? '', /async\.test\.ts/)
  const index = torch.tensor([9], { dtype: 'int64' })
  await t.throwsAsync(nn.embedding(3, 2).callAsync(index), { instanceOf: RangeError })
  await t.throwsAsync(nn.mseLoss().callAsync(x), { instanceOf: TypeError })
  x.dispose()
  await t.throwsAsync(net.callAsync(x), { name: 'TensorDisposedError' })
})

test.serial('what a call relies on cannot be changed under it', async (t) => {
  const net = makeNet()
  const optimizer = optim.sgd(net.parameters(), { lr: 0.1 })
  const x = torch.ones([2, 4])
  const busy = { name: 'TorchError', message: /is in use by work off the JS thread/ }
  const [weight] = net.parameters()
  const refused = [
    () => net.to('float64'),
    () => net.eval(),
    () => optimizer.step(),
    () => optimizer.zeroGrad(),
    () => weight?.grad,
    () => net.getSubmodule('0').requiresGrad_(false),
    () => net.loadStateDict(net.stateDict()),
    () => net(x).sum().backward(),
    () => Reflect.set(net.getSubmodule('0'), 'bias', null),
    () => x.resize_([100, 4]),
    () => x.unsqueeze_(0),
    () => x.detach().resize_([1000, 4]),
  ]
  const call = net.callAsync(x)
  for (const change of refused) t.throws(change, busy, String(change))
  t.is(net(x).shape[1], 2)
  weight?.dispose()
  torch.ones([1]).unsqueeze_(0).resize_([5])
  await call
  for (const change of refused.slice(1, 4)) t.notThrows(change)
})

test.serial('backwardAsync adds what backward adds', async (t) => {
  const w = torch.tensor([1, 2, 3], { requiresGrad: true })
  await w.pow(2).sum().backwardAsync()
  t.deepEqual(w.grad?.toArray(), [2, 4, 6])
  await torch.autograd.backwardAsync([w.mul(2)], [torch.ones([3])])
  t.deepEqual(w.grad?.toArray(), [4, 6, 8])
  const v = torch.ones([3], { requiresGrad: true })
  await w.mul(v).sum().backwardAsync(null, { inputs: v })
  t.deepEqual(v.grad?.toArray(), [1, 2, 3])
  t.deepEqual(w.grad?.toArray(), [4, 6, 8])
  await t.throwsAsync(w.mul(2).backwardAsync(), {
    message: /grad can be implicitly created only for scalar outputs/,
  })
  const freed = w.pow(2).sum()
  freed.backward()
  await t.throwsAsync(freed.backwardAsync(), {
    name: 'TorchError',
    message: /a second time/,
  })
})

test.serial('backwardAsync runs hooks and custom functions on this thread', async (t) => {
  const seen: unknown[] = []
  const w = torch.ones([2], { requiresGrad: true })
  const h = w.mul(3)
  h.registerHook((grad) => {
    seen.push(grad.toArray())
  })
  await h.sum().backwardAsync()
  t.deepEqual(seen, [[1, 1]])
  const double = torch.autograd.function({
    name: 'Double',
    forward: (_, x: Tensor) => x.mul(2),
    backward: (_, grad: Tensor) => {
      seen.push('backward')
      return [grad.mul(2)]
    },
  })
  await double(w).sum().backwardAsync()
  t.is(seen[1], 'backward')
  t.deepEqual(w.grad?.toArray(), [5, 5])
  const packed = torch.autograd.savedTensorsHooks(
    (x) => x.clone(),
    (x) => {
      seen.push('unpacked')
      return x as Tensor
    },
    () => w.pow(2).sum(),
  )
  await packed.backwardAsync()
  t.is(seen[2], 'unpacked')
  const failing = w.mul(1)
  failing.registerHook(() => {
    throw new RangeError('mine')
  })
  await t.throwsAsync(failing.sum().backwardAsync(), { instanceOf: RangeError, message: 'mine' })
})

test.serial('anomaly detection names the forward call', async (t) => {
  const w = torch.tensor([-1], { requiresGrad: true })
  const error = await t.throwsAsync(
    torch.autograd.detectAnomaly(() => w.sqrt().sum().backwardAsync()),
    { message: /SqrtBackward0/ },
  )
  t.regex(String((error?.cause as Error)?.message), /SqrtBackward0 was recorded/)
})
