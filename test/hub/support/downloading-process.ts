// Run by download.test.ts: downloads a file, and says so when the first bytes are there.
import { download } from '../../../lib/hub/index.js'

const [url = '', target = '', sha256 = ''] = process.argv.slice(2)
let isTold = false
await download(url, target, {
  sha256,
  onProgress: ({ received }) => {
    if (received < 200_000 || isTold) return
    isTold = true
    process.send?.('bytes')
  },
})
process.disconnect()
