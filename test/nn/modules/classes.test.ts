// Which classes of torch.nn are here: the list in test/goldens/layers.json comes from Python.

import test from 'ava'
import { nn } from '../../../lib/index.js'
import { golden } from '../../helpers/goldens.js'

/** Classes of torch.nn that are not here, and why. */
const ABSENT: Record<string, string> = {
  Buffer: 'registerBuffer says the same',
  Container: 'deprecated: Module',
  CrossMapLRN2d:
    'left from Lua Torch, with a window that forgets to drop channel 0: LocalResponseNorm',
  DataParallel: 'deprecated: one process for each device',
  LinearCrossEntropyOptions: 'options of chunks, which are not here',
  NLLLoss2d: 'deprecated: NLLLoss',
  RNNBase: 'what RNN, LSTM and GRU have in common, not to be made',
  RNNCellBase: 'what the cells have in common, not to be made',
  SyncBatchNorm: 'needs a process group; distributed training is not here',
  UninitializedBuffer: 'lazy modules are not here',
  UninitializedParameter: 'lazy modules are not here',
}

/** Classes without numbers of their own. */
const WITHOUT_NUMBERS =
  /^(Module|ModuleDict|ModuleList|Parameter|ParameterDict|ParameterList|Sequential)$/

const { classes, layers } = golden<{ classes: { name: string }[]; layers: { module: string }[] }>(
  'layers',
)
const names = classes.map(({ name }) => name).filter((name) => !name.startsWith('Lazy'))
const all = nn as unknown as Record<string, unknown>

test('every public class of torch.nn is here, or absent for a reason', (t) => {
  const missing = names.filter((name) => typeof all[name] !== 'function' && !(name in ABSENT))
  t.deepEqual(missing, [])
  const needless = Object.keys(ABSENT).filter((name) => name in all || !names.includes(name))
  t.deepEqual(needless, [])
})

test('each has a function that makes it', (t) => {
  // Their names differ in the case of letters alone.
  const count = (name: string): number =>
    Object.keys(nn).filter((key) => key.toLowerCase() === name.toLowerCase()).length
  t.deepEqual(
    names.filter((name) => name in all && count(name) !== 2),
    [],
  )
})

test('each has numbers from PyTorch', (t) => {
  const tested = new Set(layers.map(({ module }) => module.toLowerCase()))
  const untested = names.filter(
    (name) => !(name in ABSENT) && !WITHOUT_NUMBERS.test(name) && !tested.has(name.toLowerCase()),
  )
  t.deepEqual(untested, [])
})
