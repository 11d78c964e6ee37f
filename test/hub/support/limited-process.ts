// Run by disk.test.ts under a limit: downloads a file, and prints what went wrong.
import { download } from '../../../lib/hub/download.js'

const [url = '', target = ''] = process.argv.slice(2)
await download(url, target).catch((error) => console.log(String(error)))
