// Run by extract.test.ts under a limit: unpacks an archive, and prints what went wrong.
import { extractArchive } from '../../../lib/archive/index.js'

const [archive = '', folder = ''] = process.argv.slice(2)
await extractArchive(archive, folder).catch((error) => console.log(String(error)))
