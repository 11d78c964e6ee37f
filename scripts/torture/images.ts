// Hostile pictures: those of a folder, damaged JPEG files for the native code under sanitizers, and damaged JPEG and PNG
// files for the whole loader.
//
//   npm run torture -- images [--folder DIR] [--native N] [--loader N] [--seed N]
//
// DIR (also the variable NODE_LIBTORCH_TORTURE) has a MANIFEST.tsv that says what Pillow makes of each file. The native
// code is compiled with $CXX (c++) and AddressSanitizer, with libjpeg-turbo of the system, or of the folder LIBJPEG:
// one that was built with -fsanitize=address -DWITH_SIMD=0 shows what happens in there, too.

import { parseArgs } from 'node:util'
import { torment } from './images/loader.js'
import { runHarness } from './images/native.js'
import { readFolder } from './images/read-folder.js'

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: process.env.NODE_LIBTORCH_TORTURE ?? '' },
    native: { type: 'string', default: '200000' },
    loader: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
  },
})
const seed = Number(values.seed)

let faults = 0
if (values.folder !== '') faults += await readFolder(values.folder)
if (Number(values.native) > 0) faults += await runHarness(Number(values.native), seed)
if (Number(values.loader) > 0) {
  const { decoded, refused, faults: found } = await torment(Number(values.loader), seed)
  for (const fault of found) console.log(`FAULT ${fault}`)
  console.log(`damaged files through the loader: ${decoded} decoded, ${refused} refused`)
  faults += found.length
}
console.log(faults === 0 ? 'nothing died, hung or lied' : `${faults} faults`)
process.exitCode = faults === 0 ? 0 : 1
