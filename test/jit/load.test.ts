// TorchScript programs that Python has written, and what we write of them.

import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import test from 'ava'
import { nn, optim, type Tensor, torch } from '../../lib/index.js'
import { formulaTensor, tensorOf } from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'
import { archive, goldens, temporaryFolder } from './support.js'

expectNoLiveTensors(test)

const input = () => formulaTensor([5, 4], 200)
const isClose = (a: Tensor, b: Tensor) => torch.allclose(a, b, { rtol: 1e-5, atol: 1e-6 })

for (const name of ['net', 'traced', 'frozen'] as const) {
  test(`a program computes what Python computes: ${name}`, async (t) => {
    const model = await torch.jit.load(archive(name))
    t.false(model.training)
    t.true(isClose(model(input()), tensorOf(goldens.net.forward)))
  })
}

test('a file, its extra files, its names and settings', async (t) => {
  const file = path.join(await temporaryFolder(t), 'net.pt')
  await writeFile(file, archive('net'))
  const model = await torch.jit.load(file, { device: 'cpu' })
  t.is(Buffer.from(model.extraFiles.get('notes.txt') ?? []).toString(), 'grüße')
  t.deepEqual([...model.stateDict().keys()], goldens.net.keys)
  t.deepEqual(model.methods(), ['forward', 'encode'])
  t.true(model.attributes().includes('sizes'))
  t.deepEqual(model.attribute('sizes'), [4, 3])
  t.is(model.attribute('greeting'), 'grüße')
  t.throws(() => model.attribute('colour'), { instanceOf: TypeError, message: /attribute/ })
  t.regex(model.schema('encode'), /^encode\(.* self, Tensor x, int times=1, Tensor\? bias=None\)/)
  t.regex(model.code(), /torch\.add/)
  t.regex(model.graph('forward', { inlined: true }), /aten::batch_norm/)
  t.notRegex(model.graph(), /aten::batch_norm/)
  t.regex(String(model), /^ScriptModule\(\n {2}original_name=Net\n {2}\(fc\): ScriptModule\(/)
})

test('shared weights are one parameter', async (t) => {
  const model = await torch.jit.load(archive('net'))
  t.deepEqual(
    model.namedParameters().map(([name]) => name),
    ['fc.weight', 'fc.bias', 'norm.weight', 'norm.bias'],
  )
})

test('another method, by position and by name', async (t) => {
  const model = await torch.jit.load(archive('net'))
  const expected = tensorOf(goldens.net.encode)
  const one = torch.tensor(1)
  const results = [
    model.runMethod<Tensor>('encode', input(), 3, one),
    model.runMethod<Tensor>('encode', input(), { bias: one, times: 3 }),
    model.runMethod<Tensor>('encode', { x: input(), times: 3n, bias: one }),
  ]
  for (const result of results) t.true(isClose(result, expected))
  t.throws(() => model.runMethod('decode', input()), {
    instanceOf: TypeError,
    message: /one of forward, encode, got 'decode'/,
  })
  t.throws(() => model.runMethod('encode', input(), { time: 3 }), {
    message: /unknown option "time"/,
  })
  t.throws(() => model.runMethod('encode', input(), 1.5), { message: /an integer for times/ })
  t.throws(() => model.runMethod('encode', input(), 1, one, 2), { message: /at most 3 arguments/ })
})

test('gradients flow, an optimizer trains, modes are honoured', async (t) => {
  const model = await torch.jit.load(archive('net'))
  model(input()).pow(2).sum().backward()
  const [weight] = model.parameters()
  t.true(isClose(weight?.grad as Tensor, tensorOf(goldens.net.grad)))
  t.false(torch.noGrad(() => model(input())).requiresGrad)
  t.true(torch.inferenceMode(() => model(input())).isInference())
  const before = weight?.detach().clone() as Tensor
  optim.sgd(model.parameters(), { lr: 0.1 }).step()
  t.false(torch.equal(weight as Tensor, before))
  // The program sees the trained weights.
  t.false(isClose(model(input()), tensorOf(goldens.net.forward)))
})

test('autocast', async (t) => {
  const model = await torch.jit.load(archive('net'))
  const encode = () => torch.noGrad(() => model.runMethod<Tensor>('encode', input()))
  const expected = tensorOf(goldens.net.bfloat16)
  t.true(torch.equal(torch.autocast('cpu', 'bfloat16', encode), expected))
  t.false(torch.equal(encode(), expected))
})

test('training mode reaches the program, and moving its tensors', async (t) => {
  const model = await torch.jit.load(archive('net'))
  model.train()
  t.true(model.training)
  t.is(model.attribute('training'), true)
  torch.manualSeed(0)
  const dropped = model(input())
  t.true((dropped.eq(0.5).sum().item() as number) > 0, 'dropout and shift leave 0.5')
  model.eval().to('float64')
  t.is(model.attribute('training'), false)
  t.is(model(input().to('float64')).dtype, 'float64')
})

test('a program in a tree of modules', async (t) => {
  const inner = await torch.jit.load(archive('net'))
  const model = nn.sequential(nn.identity(), inner, nn.relu())
  t.true(isClose(model.eval()(input()), tensorOf(goldens.net.forward).relu()))
  t.is(model.parameters().length, 4)
  model.train()
  t.true(inner.training)
})

test('parameters can be replaced, modules cannot', async (t) => {
  const model = await torch.jit.load(archive('net'))
  const fc = model.getSubmodule('fc') as unknown as { bias: Tensor }
  fc.bias = nn.parameter(torch.zeros([3]))
  const shifted = model.runMethod<Tensor>('encode', torch.zeros([1, 4]))
  t.true(torch.equal(shifted, torch.zeros([1, 3])))
  t.throws(() => Object.assign(model, { fc: nn.linear(4, 3) }), { message: /part of a program/ })
})

test('a state dict goes in and out, and a clone shares nothing', async (t) => {
  const model = await torch.jit.load(archive('net'))
  const copy = model.clone()
  torch.noGrad(() => {
    for (const parameter of model.parameters()) parameter.zero_()
  })
  t.true(isClose(copy(input()), tensorOf(goldens.net.forward)))
  model.loadStateDict(copy.stateDict())
  t.true(torch.equal(copy(input()), model(input())))
})

test('frozen and optimized', async (t) => {
  const model = await torch.jit.load(archive('net'))
  for (const made of [torch.jit.freeze(model), torch.jit.optimizeForInference(model)]) {
    t.is(made.parameters().length, 0)
    t.true(isClose(made(input()), tensorOf(goldens.net.forward)))
  }
  const kept = torch.jit.freeze(model, { preservedAttrs: ['encode', 'sizes'] })
  t.deepEqual(kept.attribute('sizes'), [4, 3])
  t.deepEqual(kept.methods().sort(), ['encode', 'forward'])
  t.throws(() => torch.jit.freeze(model.train()), { message: /eval/ })
})

test('what is saved is loaded again', async (t) => {
  const model = await torch.jit.load(archive('net'))
  const file = path.join(await temporaryFolder(t), 'again.pt')
  await model.save(file, { extraFiles: { 'a.json': '{}', 'b.bin': new Uint8Array([0, 255]) } })
  const again = await torch.jit.load(file)
  t.true(torch.equal(again(input()), model(input())))
  t.deepEqual([...(again.extraFiles.get('b.bin') ?? [])], [0, 255])
  t.deepEqual(
    await readFile(file),
    Buffer.from(
      model.saveToBuffer({ extraFiles: { 'a.json': '{}', 'b.bin': new Uint8Array([0, 255]) } }),
    ),
  )
  await t.throwsAsync(model.save(path.join(file, 'below')), { message: /save: .*below/ })
})

test('off the JS thread: the same result, in order, errors included', async (t) => {
  const model = await torch.jit.load(archive('net'))
  const running = model.runMethodAsync<Tensor>('encode', input(), 1)
  t.throws(() => model(input()), { message: /ScriptModule: the module is in use/ })
  await running
  const order: number[] = []
  const calls = [1, 2, 3].map(async (times) => {
    const result = await model.runMethodAsync<Tensor>('encode', input(), { times })
    order.push(times)
    return result
  })
  const results = await Promise.all(calls)
  t.deepEqual(order, [1, 2, 3])
  results.forEach((result, i) => {
    t.true(torch.equal(result, model.runMethod<Tensor>('encode', input(), i + 1)))
  })
  t.true(torch.equal(await model.callAsync(input()), model(input())))
  // On the JS thread, with the tensors of the call.
  const x = input()
  const detecting = torch.autograd.detectAnomaly(() =>
    model.runMethodAsync<Tensor>('encode', x, { times: 2 }),
  )
  x.dispose()
  t.true(torch.equal(await detecting, model.runMethod<Tensor>('encode', input(), 2)))
  await t.throwsAsync(model.callAsync(torch.ones([2, 3])), {
    instanceOf: Error,
    message: /shape|size/,
  })
  await t.throwsAsync(model.callAsync(3), { instanceOf: TypeError, message: /a Tensor for x/ })
})

test('a quantized tensor is read', async (t) => {
  const model = await torch.jit.load(archive('quantized'))
  t.true(torch.equal(model(), tensorOf(goldens.quantized.forward)))
})
