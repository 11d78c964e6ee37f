// Folders of pictures, and what native code makes of boxes of them.

import { mkdtempSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type ImageInput, native, type TensorHandle } from '../../../lib/native.js'
import { torch } from '../../../lib/torch/index.js'
import { access } from '../../../lib/torch/tensor-access.js'
import { golden } from '../../helpers/goldens.js'

/** A JPEG file of the goldens. */
export interface JpegFile {
  readonly kind: string
  readonly width: number
  readonly height: number
  /** In base64. */
  readonly file: string
}

export const jpegs = golden<{ files: readonly JpegFile[] }>('jpegs').files

export const bytesOf = ({ file }: JpegFile): Buffer => Buffer.from(file, 'base64')

/** A name for new files, in a folder of its own. */
export const scratch = (name: string): string => join(mkdtempSync(join(tmpdir(), 'pack-')), name)

/** A new folder with files by their paths. */
export async function folderOf(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const root = scratch('pictures')
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), bytes)
  }
  return root
}

/** A rectangle of pixels: top, left, height, width. */
export type Box = readonly [number, number, number, number]

const CROP = 3
const LARGE = 2 ** 31

/** The bytes of a box of each picture that native code reads from `inputs`, or why there are none. */
export async function crops(
  inputs: readonly ImageInput[],
  box: Box,
  { exif = false } = {},
): Promise<(string | Buffer)[]> {
  const [, , height, width] = box
  const out = torch.zeros([inputs.length, 3, height, width], { dtype: 'uint8' })
  const settings = [0, 0, LARGE, LARGE, 2, Number(exif), 0]
  const { outcomes } = await native.loadImages(
    access.handleOf(out) as TensorHandle,
    Float64Array.of(CROP, ...box),
    inputs,
    Float64Array.from([...settings, ...inputs.flatMap((_, i) => [i, i])]),
  )
  const bytes = Buffer.from(out.toBytes())
  out.dispose()
  const size = 3 * height * width
  return outcomes.map((outcome, i) =>
    outcome === null ? bytes.subarray(i * size, (i + 1) * size) : String(outcome),
  )
}
