import test from 'ava'
import { optim, type Tensor, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

function parameter(): Tensor {
  const param = torch.ones([2]).requiresGrad_()
  param.grad = torch.ones([2])
  return param
}

test.serial('hooks run around each step, the global ones outermost', (t) => {
  const seen: string[] = []
  const note = (what: string) => (of: optim.Optimizer, args: optim.StepArguments) => {
    seen.push(
      `${what} ${of === optimizer} ${args.length} ${of.paramGroups[0]?.params[0]?.toArray()}`,
    )
  }
  const optimizer = optim.sgd([parameter()], { lr: 0.5 })
  const handles = [
    optim.registerOptimizerStepPreHook(note('global pre')),
    optimizer.registerStepPreHook(note('pre')),
    optimizer.registerStepPostHook(note('post')),
    optim.registerOptimizerStepPostHook(note('global post')),
  ]
  optimizer.step()
  t.deepEqual(seen, [
    'global pre true 1 1,1',
    'pre true 1 1,1',
    'post true 1 0.5,0.5',
    'global post true 1 0.5,0.5',
  ])
  for (const handle of handles) handle.remove()
  optimizer.step()
  t.is(seen.length, 4)
})

test('a hook before the step may replace the closure', (t) => {
  const optimizer = optim.sgd([parameter()], { lr: 0.5 })
  optimizer.registerStepPreHook(() => [() => 'mine'])
  t.is(
    optimizer.step((): string => 'yours'),
    'mine',
  )
  optimizer.registerStepPreHook(() => 3 as never)
  t.throws(() => optimizer.step(), { message: /^SGD.step: expected the hook to return .* got 3/ })
  const param = parameter()
  const lbfgs = optim.lbfgs([param])
  const seen: string[] = []
  lbfgs.registerStepPostHook(() => {
    seen.push('post')
  })
  const loss = lbfgs.step(() => {
    lbfgs.zeroGrad()
    const sum = param.square().sum()
    sum.backward()
    return sum
  })
  t.is(loss.item(), 2)
  t.deepEqual(seen, ['post'])
})

test('hooks of state dicts see, change and replace them', (t) => {
  const optimizer = optim.sgd([parameter()], { lr: 0.5 })
  const seen: string[] = []
  optimizer.registerStateDictPreHook(() => {
    seen.push('before')
  })
  optimizer.registerStateDictPostHook((_, stateDict) => ({ ...stateDict, note: 'second' }) as never)
  optimizer.registerStateDictPostHook(
    (_, stateDict) => {
      Object.assign(stateDict, { first: true })
    },
    { prepend: true },
  )
  const stateDict = optimizer.stateDict() as unknown as Record<string, unknown>
  t.deepEqual(Object.keys(stateDict), ['state', 'param_groups', 'first', 'note'])
  t.deepEqual(seen, ['before'])

  const other = optim.sgd([parameter()], { lr: 1 })
  other.registerLoadStateDictPreHook((_, given) => {
    const [group] = given.param_groups
    return { ...given, param_groups: [{ ...group, lr: -0.25 } as typeof group & object] }
  })
  other.registerLoadStateDictPostHook((loaded) => {
    seen.push(`after ${(loaded as optim.Sgd).paramGroups[0]?.lr}`)
  })
  other.loadStateDict(optimizer.stateDict())
  t.deepEqual(seen, ['before', 'before', 'after -0.25'])
  t.throws(() => optimizer.registerStateDictPreHook(3 as never), { message: /function for hook/ })
})
