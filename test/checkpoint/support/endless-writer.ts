// Run by atomic.test.ts, which kills it: writes 1 MiB of equal bytes, again and again.
import { writeAtomically } from '../../../lib/checkpoint/atomic.js'

const [file = ''] = process.argv.slice(2)
for (let round = 1; ; round = (round % 255) + 1) {
  await writeAtomically(file, async (writer) => {
    for (let i = 0; i < 16; i++) await writer.write(Buffer.alloc(1 << 16, round))
  })
  process.stdout.write('.')
}
