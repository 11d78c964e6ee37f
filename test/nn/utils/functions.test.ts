// Which functions of torch.nn.utils are here: the list in test/goldens/layers_utils.json comes from Python.

import test from 'ava'
import { nn } from '../../../lib/index.js'
import { utils } from './goldens.js'

/** Functions that are not here, and why. */
const ABSENT: Record<string, string> = {
  clipGradNorm: 'deprecated: clipGradNorm_',
  convertConv2dWeightMemoryFormat: 'for tuning convolutions: to({ memoryFormat })',
  convertConv3dWeightMemoryFormat: 'for tuning convolutions: to({ memoryFormat })',
  removeSpectralNorm: 'deprecated with spectralNorm: parametrize.removeParametrizations',
  removeWeightNorm: 'deprecated with weightNorm: parametrize.removeParametrizations',
  skipInit: 'native layers are made with their first values, which loadStateDict replaces',
  spectralNorm: 'deprecated: parametrizations.spectralNorm',
  weightNorm: 'deprecated: parametrizations.weightNorm, which loads its state dicts',
}

test('every public function of torch.nn.utils is here, or absent for a reason', (t) => {
  const missing = utils.functions.filter(({ path, name }) => {
    const space = path === '' ? nn.utils : Reflect.get(nn.utils, path)
    return typeof Reflect.get(space as object, name) !== 'function'
  })
  t.deepEqual(missing.map(({ name }) => name).sort(), Object.keys(ABSENT).sort())
  t.true(missing.every(({ path }) => path === ''))
})
