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
  test(`fuzzed boxes, sizes, flips, colours, tones and normalizations, ${layout}`, async (t) => {
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

test('numbers that are no program are refused', async (t) => {
  const out = torch.empty([1, 3, 4, 4], { dtype: 'uint8' })
  const run = (program: readonly number[]) =>
    native.loadImages(
      access.handleOf(out) as TensorHandle,
      Float64Array.from(program),
      [[new Uint8Array(48), 4, 4]],
      Float64Array.from([...SETTINGS, ...PLACE]),
    )
  const refused: Readonly<Record<string, readonly (readonly number[])[]>> = {
    'an operation that does not exist': [[0], [26], [-1], [Number.NaN], [1e300]],
    'a program that breaks off': [[2, 4], [20], [19, 1, 0, 1, 1, 1, 0, 0]],
    'a number out of range': [
      [21, -1, 2 ** 25],
      [25, 1, Number.NaN],
      [20, Number.POSITIVE_INFINITY],
    ],
    'bits that a byte does not have': [
      [22, -1, 9],
      [22, -1, -1],
    ],
    'a fill that is no byte': [[16, 1, 1, 1, 1, 0, 256, 0, 0]],
    'a scale that does not exist': [[14, 3]],
  }
  for (const [message, programs] of Object.entries(refused)) {
    for (const program of programs) {
      await t.throwsAsync(async () => run(program), { message: new RegExp(message) })
    }
  }
  out.dispose()
})
