// Formats the C++ sources with clang-format; `--check` only reports what is not formatted.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ROOT } from './addon/paths.mjs'

const mode = process.argv.includes('--check') ? ['--dry-run', '--Werror'] : ['-i']
const files = ['native', 'scripts/torture'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(cc|h)$/.test(name))
    .map((name) => join(folder, name)),
)
const binary = createRequire(import.meta.url)('clang-format').getNativeBinary()
const { status, error } = spawnSync(binary, [...mode, '--style=file', ...files], {
  cwd: ROOT,
  stdio: 'inherit',
})
if (error) throw error
process.exitCode = status ?? 1
