// The programs of the native loader give torchvision's numbers, bit for bit.

import test from 'ava'
import { native, type TensorHandle } from '../../../lib/native.js'
import { torch } from '../../../lib/torch/index.js'
import { access } from '../../../lib/torch/tensor-access.js'
import { digest, type GoldenDigest, golden } from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

interface Case {
  readonly width: number
  readonly height: number
  readonly seed: number
  readonly mask: number
  readonly program: readonly number[]
  readonly result: GoldenDigest
}

const { cases } = golden<{ cases: readonly Case[] }>('loader')

/** Pixels [height, width, 3] by the formula of the goldens. */
function picture({ width, height, seed, mask }: Case): Uint8Array {
  const byte = (_: unknown, i: number) => (Math.imul(seed + i, 2654435761) >>> 24) & mask
  return Uint8Array.from({ length: width * height * 3 }, byte)
}

const SETTINGS = [0, 0, 2 ** 31, 2 ** 31, 1, 0, 0]
const PLACE = [0, 0]

for (const layout of ['contiguous_format', 'channels_last'] as const) {
  test(`fuzzed boxes, sizes, flips, colours and normalizations, ${layout}`, async (t) => {
    for (const [i, one] of cases.entries()) {
      const [channels, height, width] = one.result.shape as [number, number, number]
      const out = torch.empty([1, channels, height, width], {
        dtype: one.result.dtype,
        memoryFormat: layout,
      })
      const { outcomes } = await native.loadImages(
        access.handleOf(out) as TensorHandle,
        Float64Array.from(one.program),
        [[picture(one), one.width, one.height]],
        Float64Array.from([...SETTINGS, ...PLACE]),
      )
      t.deepEqual(outcomes, [null])
      const made = torch.scope(() => digest(out.select(0, 0).contiguous()))
      t.deepEqual(made, one.result, `case ${i}: ${one.program.join(' ')}`)
      out.dispose()
    }
  })
}
