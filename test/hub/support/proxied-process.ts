// Run by proxy.test.ts with proxies in the environment: downloads a file, and says how it went.
import { download } from '../../../lib/hub/download.js'

const [url = '', target = '', sha256 = ''] = process.argv.slice(2)
const message = await download(url, target, { sha256, retryDelay: 1, retries: 1 }).then(
  () => 'done',
  (error) => String(error),
)
process.send?.(message, () => process.disconnect())
