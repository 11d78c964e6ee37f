// Builds the native addon for developers and for binding.gyp; incremental. `node scripts/build.mjs --help` lists options.
import { parseArgs } from 'node:util'
import { build } from './addon/build.mjs'
import { chooseLibtorch } from './addon/ensure.mjs'
import { describe, log } from './report.mjs'

const HELP = `Usage: npm run build:native -- [options]
  --debug            without optimisation, with debug symbols
  --symbols          with optimisation and debug symbols
  --sanitize         with AddressSanitizer and UBSan
  --each-file        each file by itself, to prove that it includes what it uses
  --clean            from nothing
  --out DIR          CMake's folder (default build)
  --library-dir DIR  folder for the modules (default build/Release)`

try {
  const { values } = parseArgs({
    options: {
      debug: { type: 'boolean' },
      symbols: { type: 'boolean' },
      sanitize: { type: 'boolean' },
      'each-file': { type: 'boolean' },
      clean: { type: 'boolean' },
      out: { type: 'string' },
      'library-dir': { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) {
    console.log(HELP)
  } else {
    build(await chooseLibtorch(), {
      buildType: values.debug ? 'Debug' : values.symbols ? 'RelWithDebInfo' : 'Release',
      sanitize: values.sanitize,
      shareHeaders: !values['each-file'],
      clean: values.clean,
      out: values.out,
      libraryDir: values['library-dir'],
    })
  }
} catch (error) {
  log(describe(error))
  process.exitCode = 1
}
