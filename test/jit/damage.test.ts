// Files that are damaged, or of another kind, are errors.

import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import test from 'ava'
import { Pieces } from '../../lib/checkpoint/pieces.js'
import { MemorySource } from '../../lib/checkpoint/source.js'
import { readEntry, readZip } from '../../lib/checkpoint/zip.js'
import { ZipWriter } from '../../lib/checkpoint/zip-writer.js'
import { CheckpointError, load, save, saveSafetensors, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'
import { archive, temporaryFolder } from './support.js'

expectNoLiveTensors(test)

test('files of another kind are told so', async (t) => {
  const folder = await temporaryFolder(t)
  const file = (name: string) => path.join(folder, name)
  await save({ x: torch.ones([2]) }, file('weights.pth'))
  await saveSafetensors({ x: torch.ones([2]) }, file('weights.safetensors'))
  await writeFile(file('net.pt'), archive('net'))
  await writeFile(file('text.pt'), 'hello')
  const refused: [string, RegExp][] = [
    [
      'weights.pth',
      /jit\.load: .*weights\.pth: holds tensors and no TorchScript program; read it with load/,
    ],
    ['weights.safetensors', /read it with load/],
    ['text.pt', /neither/],
    ['none.pt', /ENOENT/],
  ]
  for (const [name, message] of refused) {
    await t.throwsAsync(torch.jit.load(file(name)), { instanceOf: CheckpointError, message })
  }
  await t.throwsAsync(load(file('net.pt')), { message: /torch\.jit\.load/ })
  await t.throwsAsync(torch.aoti.load(file('net.pt')), { message: /torch\.jit\.load/ })
  await t.throwsAsync(torch.jit.load(3 as never), { instanceOf: TypeError, message: /source/ })
  const badOptions = { device: 'mars' } as never
  await t.throwsAsync(torch.jit.load(file('net.pt'), badOptions), { message: /device/ })
  const package_ = new Uint8Array(await readFile(new URL('data/linear.pt2', import.meta.url)))
  await t.throwsAsync(torch.jit.load(package_), { message: /torch\.aoti\.load/ })
})

/** An archive with one of its entries replaced, stored and with checksums that fit. */
function withEntry(
  bytes: Uint8Array,
  name: string,
  change: (content: Buffer) => Uint8Array,
): Uint8Array {
  const source = new MemorySource(bytes)
  const file = new Pieces()
  const zip = new ZipWriter(file)
  for (const entry of readZip(source).values()) {
    const content = Buffer.from(readEntry(source, entry))
    zip.add(entry.name, entry.name.endsWith(`/${name}`) ? change(content) : content)
  }
  zip.finish()
  return new Uint8Array(Buffer.concat(file.list as Uint8Array[]))
}

/** Replaces the one occurrence of some bytes. */
const replacing = (from: number[], to: number[]) => (content: Buffer) => {
  const at = content.indexOf(Buffer.from(from))
  if (at < 0) throw new Error('the pickle has changed')
  content.set(to, at)
  return content
}

for (const [name, rows] of [
  ['net', 3],
  ['quantized', 2],
] as const) {
  test(`a tensor that reaches past its memory is refused: ${name}`, async (t) => {
    const columns = rows === 3 ? 4 : 3
    // MARK, BININT1 rows, BININT1 columns: the sizes of the first matrix.
    const sizes = (n: number) => [0x28, 0x4b, n, 0x4b, columns]
    const same = withEntry(archive(name), 'data.pkl', replacing(sizes(rows), sizes(rows)))
    await t.notThrowsAsync(torch.jit.load(same))
    const larger = withEntry(archive(name), 'data.pkl', replacing(sizes(rows), sizes(200)))
    await t.throwsAsync(torch.jit.load(larger), {
      instanceOf: CheckpointError,
      message: /reaches past/,
    })
  })
}

test('a record that is too short is refused', async (t) => {
  const bytes = withEntry(archive('net'), 'data/2', (content) => content.subarray(0, 8))
  await t.throwsAsync(torch.jit.load(bytes), {
    instanceOf: CheckpointError,
    message: /has \d+ bytes; its record has 8/,
  })
})

test('a damaged program is an error', async (t) => {
  const garbage = () => Buffer.from('class Net(Module):\n  def forward(')
  for (const name of ['data.pkl', 'constants.pkl', 'version', 'goldens/jit.py']) {
    const bytes = withEntry(archive('quantized'), name, garbage)
    await t.throwsAsync(torch.jit.load(bytes), { instanceOf: Error }, name)
  }
})

test('no cut and no flipped byte ends the process', async (t) => {
  const whole = archive('traced')
  for (const end of [0, 1, 21, 100, whole.length >> 1, whole.length - 1]) {
    await t.throwsAsync(torch.jit.load(whole.subarray(0, end)), { instanceOf: CheckpointError })
  }
  let state = 12345
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return state % below
  }
  let refused = 0
  for (let round = 0; round < 150; round++) {
    const bytes = whole.slice()
    bytes[random(bytes.length)] = random(256)
    try {
      await torch.jit.load(bytes)
    } catch (error) {
      t.true(error instanceof Error)
      refused++
    }
  }
  t.true(refused > 50)
})
