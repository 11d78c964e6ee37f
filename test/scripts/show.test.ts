import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { dataloader } from '../../lib/data/index.js'
import * as vision from '../../lib/vision/index.js'
import { SHOW_HELP, show } from '../../scripts/show.mjs'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

const repository = fileURLToPath(new URL('../..', import.meta.url))
const photos = join(repository, 'examples/photos/test')

async function run(...args: string[]): Promise<string[]> {
  const lines: string[] = []
  await show(args, { ...vision, dataloader }, (line: string) => lines.push(line))
  return lines
}

const outFile = async () => join(await mkdtemp(join(tmpdir(), 'show-')), 'sheet.png')

test('a sheet of pictures with names, and times of the stages of the native loader', async (t) => {
  const out = await outFile()
  const lines = await run(photos, '--size', '100', '--count', '5', '--out', out, '--measure', '20')
  t.regex(lines[0] ?? '', /photos\/test: \d+ pictures in \d+ classes/)
  // Three columns of pictures and two pixels around each; a line of letters below each.
  t.regex(lines[1] ?? '', /sheet\.png: 5 of them as \[3, 100, 100\], 308 x 226 pixels/)
  t.regex(
    lines[2] ?? '',
    /^transform: randomResizedCrop \(size \[100,100\], .* > toTensor > normalize/,
  )
  t.regex(lines[3] ?? '', /^loader: \d+ pictures a second \(20 timed\)/)
  t.regex(lines[4] ?? '', /^native stages: µs .*decode \d+.*; together \d+/)
  t.is(lines.length, 5)
  const sheet = await vision.decodeImage(out)
  t.deepEqual([...sheet.shape], [3, 226, 308])
})

test('without native code the steps are timed one by one; a seed repeats the sheet', async (t) => {
  const sheets: Uint8Array[] = []
  for (const seed of ['3', '3', '4']) {
    const out = await outFile()
    const lines = await run(
      photos,
      '--transform',
      'eval',
      '--size',
      '32',
      '--count',
      '4',
      '--workers',
      '0',
      '--measure',
      '4',
      '--seed',
      seed,
      '--out',
      out,
    )
    t.regex(
      lines.at(-1) ?? '',
      /^steps: µs for each picture: decode \d+, resize \d+, centerCrop \d+, toTensor \d+, normalize \d+; together/,
    )
    sheets.push((await vision.decodeImage(out)).toBytes())
  }
  t.deepEqual(sheets[0], sheets[1])
  t.notDeepEqual(sheets[0], sheets[2])
})

test('a pipeline of a module; damaged pictures are named', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'show-'))
  await mkdir(join(folder, 'data/fish'), { recursive: true })
  await copyFile(join(photos, 'fishes/fish9.jpg'), join(folder, 'data/fish/1.jpg'))
  await writeFile(join(folder, 'data/fish/2.jpg'), 'no picture')
  const module = join(folder, 'own.mts')
  const transforms = JSON.stringify(join(repository, 'lib/vision/transforms/index.ts'))
  await writeFile(
    module,
    `import { pipeline } from ${transforms}\nexport const transform = pipeline().centerCrop([40, 60])\n`,
  )
  const out = join(folder, 'sheet.png')
  const lines = await run(
    join(folder, 'data'),
    '--transform',
    module,
    '--out',
    out,
    '--measure',
    '0',
  )
  // Pictures of 40 rows are shown three times as large; a single one has no border.
  t.regex(lines[1] ?? '', /1 of them as \[3, 40, 60\], 180 x 140 pixels/)
  t.is(lines[2], 'transform: centerCrop (size [40,60])')
  t.regex(lines[3] ?? '', /^failed: .*fish\/2\.jpg: it is a text file/)
  const shown = (await vision.decodeImage(out)).select(1, 0).select(1, 0).toArray()
  const first = vision.transforms.centerCrop(
    await vision.decodeImage(join(folder, 'data/fish/1.jpg')),
    [40, 60],
  )
  t.deepEqual(shown, first.select(1, 0).select(1, 0).toArray())
})

test('help and wrong arguments', async (t) => {
  t.deepEqual(await run('--help'), [SHOW_HELP])
  const refuse = (args: string[], message: RegExp) => t.throwsAsync(run(...args), { message })
  await refuse([], /expected one folder, got 0/)
  await refuse(['a', 'b'], /expected one folder, got 2/)
  await refuse([photos, '--size', '0'], /at least 1 for --size, got '0'/)
  await refuse([photos, '--colour'], /Unknown option '--colour'/)
  await refuse([photos, '--transform', 'trian'], /--transform takes train, eval or a module/)
  await refuse([photos, '--transform', join(repository, 'lib/check.ts')], /exports no pipeline/)
  await refuse([join(photos, 'nowhere')], /there is no folder/)
})
