import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import { torch } from '../../../lib/torch/index.js'
import { decodeImage } from '../../../lib/vision/image/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

setFlagsFromString('--expose_gc')
const collectGarbage = runInNewContext('gc') as () => void

const photo = new URL('../../../examples/photos/test/fishes/fish9.jpg', import.meta.url)

test('the bytes of a picture are freed with its tensor', async (t) => {
  const bytes = await readFile(photo)
  const external = async (count: number): Promise<number> => {
    for (let i = 0; i < count; i++) {
      const image = await decodeImage(bytes)
      image.dispose()
    }
    // References are dropped at the next native call, finalizers of buffers run after the collection.
    for (let round = 0; round < 3; round++) {
      torch.memory()
      collectGarbage()
      await sleep(10)
    }
    return process.memoryUsage().external
  }
  const before = await external(20)
  const after = await external(200)
  // 200 pictures of 256 x 192 are 29 MB.
  t.true(after - before < 5e6, `${after - before} bytes`)
})
