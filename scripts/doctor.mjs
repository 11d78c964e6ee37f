import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MODULES, RELEASE, ROOT } from './addon/paths.mjs'
import { readRecord } from './addon/record.mjs'
import { nvidiaDriver } from './libtorch/device.mjs'
import { inspect } from './libtorch/version.mjs'
import { describe } from './report.mjs'

const INSTALL = 'npx node-libtorch install'

/**
 * One line of the report.
 * @typedef {object} Finding
 * @property {'ok' | 'note' | 'fail'} mark
 * @property {string} text
 * @property {string[]} [solutions]
 */

/**
 * Examines each link of the chain from Node.js to a first tensor and prints what it finds.
 * @returns {boolean} whether node-libtorch works here
 */
export function doctor() {
  const findings = [...computer(), ...installed()]
  if (findings.every(({ mark }) => mark !== 'fail')) findings.push(...loaded())

  for (const { mark, text } of findings) console.log(`  ${mark.padEnd(5)} ${text}`)
  const failures = findings.filter(({ mark }) => mark === 'fail')
  if (failures.length === 0) {
    console.log('Result: node-libtorch works on this computer.')
    return true
  }
  console.log('Result: node-libtorch does not work on this computer.')
  const solutions = new Set(failures.flatMap((failure) => failure.solutions ?? []))
  console.log(`Possible solutions:\n${[...solutions].map((text) => `  - ${text}`).join('\n')}`)
  return false
}

/** @returns {Finding[]} */
function computer() {
  const { name, version, engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const recent = major > 20 || (major === 20 && minor >= 19)
  /** @type {any} */
  const report = process.report?.getReport()
  const glibc = report?.header?.glibcVersionRuntime
  const system = `${process.platform} ${process.arch}${glibc ? `, glibc ${glibc}` : ''}`
  const driver = nvidiaDriver()
  return [
    { mark: 'note', text: `${name} ${version} in ${ROOT}` },
    {
      mark: recent ? 'ok' : 'fail',
      text: `Node.js ${process.versions.node} (${system})`,
      solutions: [`use Node.js ${engines.node}`],
    },
    { mark: 'note', text: driver ? `NVIDIA driver ${driver}` : 'no NVIDIA driver' },
  ]
}

/** The build and the libtorch it was made with. @returns {Finding[]} */
function installed() {
  const folder = join(ROOT, RELEASE)
  const missing = MODULES.filter((name) => !existsSync(join(folder, name)))
  if (missing.length > 0) {
    return [
      {
        mark: 'fail',
        text: `addon: ${missing.join(' and ')} missing in ${folder}`,
        solutions: [
          `build it: ${INSTALL}`,
          'where npm skips install scripts: npm install-scripts approve node-libtorch && npm rebuild node-libtorch',
        ],
      },
    ]
  }
  const findings = /** @type {Finding[]} */ ([{ mark: 'ok', text: `addon in ${folder}` }])
  const record = readRecord(folder)
  if (record === undefined) {
    findings.push({ mark: 'note', text: 'no record of the libtorch it was built with' })
    return findings
  }
  const built = `libtorch ${record.version} ${record.flavour}`
  try {
    const found = inspect(record.path)
    const same = found.version === record.version
    findings.push({
      mark: same ? 'ok' : 'fail',
      text: same
        ? `${built} in ${found.path} (from ${record.origin})`
        : `built for ${built}, but ${found.path} holds ${found.version}`,
      solutions: [`build again: ${INSTALL}`],
    })
  } catch (error) {
    findings.push({
      mark: 'fail',
      text: `built for ${built}: ${describe(error)}`,
      solutions: [`find or download libtorch and build again: ${INSTALL}`],
    })
  }
  return findings
}

/** What a child process sees that loads everything. @returns {Finding[]} */
function loaded() {
  const probe = fileURLToPath(new URL('addon/probe.mjs', import.meta.url))
  const child = spawnSync(process.execPath, [probe], { encoding: 'utf8', timeout: 120_000 })
  const steps = new Map()
  for (const line of child.stdout.split('\n')) {
    if (!line.startsWith('{"name"')) continue
    const step = JSON.parse(line)
    steps.set(step.name, step)
  }
  const findings = [...describeAddon(steps.get('addon'), child), describeSharp(steps.get('sharp'))]
  const tensor = steps.get('tensor')
  if (tensor) {
    findings.push({
      mark: tensor.value === 6 ? 'ok' : 'fail',
      text: tensor.error ? `first tensor: ${tensor.error}` : 'a first tensor computes',
      solutions: [`build again: ${INSTALL} --clean`],
    })
  }
  return findings
}

/**
 * @param {{ value?: any, error?: string } | undefined} step
 * @param {import('node:child_process').SpawnSyncReturns<string>} child
 * @returns {Finding[]}
 */
function describeAddon(step, child) {
  if (step?.value) {
    const { libtorch, folder, cpuCapability, jpeg, cudaReason, cudaDevices } = step.value
    return [
      { mark: 'ok', text: `addon loads, with libtorch ${libtorch} from ${folder}` },
      { mark: 'ok', text: `CPU capability ${cpuCapability}` },
      jpeg
        ? { mark: 'ok', text: 'pictures: JPEG is decoded by libjpeg-turbo' }
        : {
            mark: 'note',
            text: `pictures: built without libjpeg-turbo, sharp decodes JPEG, several times slower (Debian, Ubuntu: apt install libjpeg-dev, then ${INSTALL} --clean)`,
          },
      cudaReason
        ? { mark: 'note', text: `CUDA is not available: ${cudaReason}` }
        : { mark: 'ok', text: `CUDA is available, devices: ${cudaDevices}` },
    ]
  }
  const why = step?.error ?? `the process ended with ${child.signal ?? `exit code ${child.status}`}`
  return [{ mark: 'fail', text: `addon does not load: ${why}`, solutions: remedies(why) }]
}

/** @param {string} why */
function remedies(why) {
  if (/GLIBC(XX)?_/.test(why)) {
    return [
      'this computer’s C++ runtime is older than the one the addon was built with: build here',
      INSTALL,
    ]
  }
  if (/libtorch|libc10|libcud|libnv/.test(why)) {
    return [
      `a library is missing or was moved: ${INSTALL}`,
      'unset LD_LIBRARY_PATH if it names another libtorch',
    ]
  }
  return [`build again: ${INSTALL} --clean`]
}

/** @param {{ value?: any, error?: string } | undefined} step @returns {Finding} */
function describeSharp(step) {
  if (step?.value) {
    return { mark: 'ok', text: `sharp ${step.value.sharp} (libvips ${step.value.vips})` }
  }
  return {
    mark: 'fail',
    text: `sharp does not load: ${step?.error?.split('\n')[0] ?? 'the process ended'}`,
    solutions: ['npm install --include=optional sharp'],
  }
}
