// npm runs this after `npm install` in a checkout and before packing: compiles lib/ to dist/ unless that was done already.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ROOT } from './addon/paths.mjs'
import { log } from './report.mjs'

const STAMP = join(ROOT, 'dist', '.stamp')

/** A hash over everything that the output depends on. */
function hashSources() {
  const files = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join('lib', name))
  const sum = createHash('sha256')
  for (const file of ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', ...files]) {
    const path = join(ROOT, file)
    sum
      .update(`${file}\0`)
      .update(existsSync(path) ? readFileSync(path) : '')
      .update('\0')
  }
  return sum.digest('hex')
}

function compiler() {
  try {
    return createRequire(import.meta.url).resolve('typescript/bin/tsc')
  } catch {
    return undefined
  }
}

const sources = hashSources()
const tsc = compiler()
if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources) {
  log('lib is compiled already')
} else if (tsc === undefined) {
  log('lib was not compiled: TypeScript is not installed (npm install --include=dev)')
} else {
  log('compiling lib')
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true }) // files of deleted sources must not be packed
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  if (status === 0) writeFileSync(STAMP, sources)
  process.exitCode = status ?? 1
}
