// Loads the addon in a process of its own, for the doctor: a crash there is a result, not an accident. Prints one JSON
// object per step, so that the last line shows how far it came.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { MODULES, RELEASE, ROOT } from './paths.mjs'

const require = createRequire(import.meta.url)

/**
 * @param {string} name
 * @param {() => unknown} step
 */
async function attempt(name, step) {
  try {
    console.log(JSON.stringify({ name, value: await step() }))
  } catch (error) {
    console.log(
      JSON.stringify({ name, error: error instanceof Error ? error.message : String(error) }),
    )
  }
}

await attempt('sharp', async () => (await import('sharp')).default.versions)
await attempt('addon', () => {
  const [addon] = MODULES.map((file) => require(join(ROOT, RELEASE, file)))
  return {
    ...addon.versions(),
    jpeg: addon.decodesJpeg(),
    cudaReason: addon.cudaReason(),
    cudaDevices: addon.cudaDeviceCount(),
  }
})
const entry = join(ROOT, 'dist', 'lib', 'index.js')
if (existsSync(entry)) {
  await attempt('tensor', async () => {
    const { torch } = await import(pathToFileURL(entry).href)
    return torch.ones([2, 3]).sum().item()
  })
}
