// `npx node-libtorch pack`.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import sharp from 'sharp'
import { native } from '../../../lib/native.js'
import * as vision from '../../../lib/vision/index.js'
import { PACK_HELP, pack } from '../../../scripts/pack.mjs'
import { expectNoLiveTensors } from '../../helpers/live.js'
import { bytesOf, folderOf, jpegs, scratch } from './support.js'

expectNoLiveTensors(test)

const withJpeg = native.decodesJpeg() ? test : test.skip

const jpeg = bytesOf(jpegs[0] as (typeof jpegs)[0])

/** What a run of the command prints, and on a terminal draws; and whether all was well. */
async function run(...args: string[]) {
  const lines: string[] = []
  const drawn: string[] = []
  const terminal = { isTTY: true, write: (text: string) => drawn.push(text) }
  const well = await pack(args, vision, { print: (line) => lines.push(line), terminal })
  return { lines, drawn, well }
}

withJpeg('a folder becomes a pack; counts and sizes are printed', async (t) => {
  const png = await sharp(jpeg).png().toBuffer()
  const root = await folderOf({ 'a/1.jpg': jpeg, 'b/2.png': png })
  const target = scratch('x.pack')
  const { lines, drawn, well } = await run(root, target, '--verify', '--workers', '1')
  t.true(well)
  t.is(lines[0], `${root}: 2 pictures in 2 classes`)
  t.true(lines[1]?.startsWith(`${target}: 2 pictures, 1 of them in tiles; `))
  t.regex(lines[1] ?? '', /\d+\.\d MB became \d+\.\d MB, \d+\.\d %; \d+\.\d s; compared/)
  t.regex(drawn[0] ?? '', /1 of 2 pictures/)
  t.is(drawn.at(-1), '\r\x1b[K')
  const verified = await run('--verify', target)
  t.deepEqual(verified.lines, [`${target}: every picture is as it was packed`])
  await t.throwsAsync(run(root, target), { message: /exists; set force/ })
  t.true((await run(root, target, '--force')).well)
})

withJpeg('damaged pictures', async (t) => {
  const root = await folderOf({ 'a/1.jpg': jpeg, 'a/2.jpg': jpeg.subarray(0, 900) })
  const target = scratch('x.pack')
  const bad = join(root, 'a/2.jpg')
  await t.throwsAsync(run(root, target), { message: new RegExp(`could not decode '${bad}'`) })
  const { lines, well } = await run(root, target, '--on-error', 'skip')
  t.false(well)
  t.true(lines[1]?.startsWith(`left out: ${bad}: the file is damaged`))
  t.is(lines.at(-1), '1 damaged pictures were left out')
  const bytes = await readFile(target)
  bytes[400] = (bytes[400] as number) ^ 1
  await writeFile(target, bytes)
  const verified = await run('--verify', target)
  t.false(verified.well)
  t.is(
    verified.lines[0],
    `${join(target, 'a/1.jpg')}: it is damaged in the pack (its checksum differs)`,
  )
})

test('wrong arguments, and help', async (t) => {
  const refuse = (args: string[], message: RegExp) => t.throwsAsync(run(...args), { message })
  await refuse([], /expected a folder and a file, got 0 names/)
  await refuse(['a', 'b', 'c'], /got 3 names/)
  await refuse(['a', 'b', '--on-error', 'ignore'], /--on-error is throw or skip, not 'ignore'/)
  await refuse(['a', 'b', '--workers', 'many'], /from 1 to 256, not 'many'/)
  await refuse(['a', 'b', '--what'], /Unknown option '--what'/)
  t.deepEqual((await run('--help')).lines, [PACK_HELP])
})
