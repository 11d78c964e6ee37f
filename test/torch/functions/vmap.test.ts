// torch.vmap against the same function in a loop.

import test from 'ava'
import { type Tensor, TorchError, torch } from '../../../lib/index.js'
import { native } from '../../../lib/native.js'
import { formulaTensor } from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

test('a function of samples runs over a batch', (t) => {
  const [x, y] = [formulaTensor([4, 3]), formulaTensor([4, 3], 12)]
  const seen: unknown[] = []
  const dots = torch.vmap((a: Tensor, b: Tensor) => {
    seen.push(a.shape, b.dim())
    return a.dot(b)
  })(x, y)
  t.deepEqual(seen, [[3], 1])
  t.true(dots.allclose(x.mul(y).sum(1)))
})

test('inDims and outDims say where the mapped dimension is', (t) => {
  const [x, weight] = [formulaTensor([3, 5]), formulaTensor([3, 2], 15)]
  const product = torch.vmap((one: Tensor, w: Tensor) => one.matmul(w), {
    inDims: [1, null],
    outDims: -1,
  })(x, weight)
  t.deepEqual(product.shape, [2, 5])
  t.true(product.allclose(weight.t().matmul(x)))
})

test('arguments and results may be arrays, objects and named results', (t) => {
  const x = formulaTensor([4, 3])
  const mapped = torch.vmap(({ pair }: { pair: Tensor[] }) => {
    const [a, b] = pair as [Tensor, Tensor]
    return { best: a.max(0), sum: [a.add(b)] }
  })
  const { best, sum } = mapped({ pair: [x, x] })
  t.deepEqual((best.values as Tensor).toArray(), (x.max(1).values as Tensor).toArray())
  t.deepEqual(best.indices.toArray(), x.max(1).indices.toArray())
  t.deepEqual(sum[0]?.toArray(), x.mul(2).toArray())
})

test('levels nest', (t) => {
  const [x, y] = [formulaTensor([2, 3]), formulaTensor([4, 3], 6)]
  const all = torch.vmap((a: Tensor) => torch.vmap((b: Tensor) => a.dot(b))(y))(x)
  t.true(all.allclose(x.matmul(y.t())))
})

test('a result that no argument went into is repeated', (t) => {
  const one = torch.vmap((_: Tensor) => torch.ones([2]))(torch.zeros([3]))
  t.deepEqual(one.shape, [3, 2])
})

test('gradients flow through', (t) => {
  const x = formulaTensor([4, 3]).requiresGrad_()
  torch
    .vmap((one: Tensor) => one.pow(2).sum())(x)
    .sum()
    .backward()
  t.true((x.grad as Tensor).allclose(x.detach().mul(2)))
})

test('random functions are refused, shared or drawn for each sample', (t) => {
  const x = torch.zeros([3])
  const draw = (one: Tensor): Tensor => one.add(torch.rand([2]))
  t.throws(() => torch.vmap(draw)(x), { instanceOf: TorchError, message: /randomness/ })
  const shared = torch.vmap(draw, { randomness: 'same' })(x)
  t.true(shared.select(0, 0).equal(shared.select(0, 1)))
  const own = torch.vmap(draw, { randomness: 'different' })(x)
  t.false(own.select(0, 0).equal(own.select(0, 1)))
})

test('values of single samples cannot be read, and the level ends with an error', (t) => {
  const x = formulaTensor([4, 3])
  const reads: ((one: Tensor) => unknown)[] = [
    (one) => one.sum().item(),
    (one) => one.toArray(),
    (one) => one.toTypedArray(),
    (one) => one.toBytes(),
    (one) => one.share(),
  ]
  for (const read of reads) {
    t.throws(() => torch.vmap(read as (one: Tensor) => Tensor)(x), undefined, String(read))
  }
  t.throws(() => native.endVmap(), { message: /no level of vmap is open/ })
  t.is(
    torch
      .vmap((one: Tensor) => one.sum())(x)
      .dim(),
    1,
  )
})

test('a tensor that escapes can do no harm', (t) => {
  let escaped: Tensor | undefined
  torch.vmap((one: Tensor) => {
    escaped = one
    return one
  })(formulaTensor([4, 3]))
  const one = escaped as Tensor
  // Without values in the arguments: ava would try to print the tensor.
  const failure = (call: () => unknown): string => {
    try {
      call()
      return 'nothing'
    } catch (error) {
      return String(error)
    }
  }
  t.regex(
    failure(() => one.add(1)),
    /TorchError: .*escaped/,
  )
  t.not(
    failure(() => one.toArray()),
    'nothing',
  )
  t.not(
    failure(() => one.sum().item()),
    'nothing',
  )
  one.dispose()
})

const x = (): Tensor => torch.ones([2, 2])

test('wrong arguments are named', (t) => {
  const same = (one: Tensor): Tensor => one
  t.throws(() => torch.vmap(3 as never), { message: /a function for fn/ })
  t.throws(() => torch.vmap(same, { inDims: 5 })(x()), {
    message: /from -2 to 1 for inDims|inDims/,
  })
  t.throws(() => torch.vmap(same, { outDims: 9 })(x()), { message: /outDims/ })
  t.throws(() => torch.vmap(same, { inDims: [null] })(x()), { message: /all inDims are null/ })
  t.throws(() => torch.vmap(same, { inDims: [0, 0] })(x()), { message: /1 dimensions/ })
  t.throws(() => torch.vmap(same)(2 as never), { message: /a Tensor/ })
  t.throws(() => torch.vmap((_: Tensor) => 2)(x()), { message: /Tensors for the results|results/ })
  t.throws(() => torch.vmap((a: Tensor, b: Tensor) => a.add(b))(x(), torch.ones([3])), {
    instanceOf: RangeError,
    message: /of one size, got 2 and 3/,
  })
  t.throws(() => torch.vmap(same, { randomness: 'none' as never }), { message: /randomness/ })
})

test('levels inside each other without end are refused', (t) => {
  const endless = (_one: Tensor): Tensor => torch.vmap(endless)(x())
  t.throws(() => endless(x()), { instanceOf: RangeError, message: /at most 64 levels/ })
  t.deepEqual(
    torch
      .vmap((one: Tensor) => one.sum())(x())
      .toArray(),
    [2, 2],
  )
})
