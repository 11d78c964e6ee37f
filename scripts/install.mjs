// npm runs this on `npm install`, both in a checkout and where the package is a dependency.
import { chooseLibtorch, ensureAddon, isDependency } from './addon/ensure.mjs'
import { describe, log } from './report.mjs'

// npm prepares a dependency from git in a temporary folder first; the build there would be thrown away.
if (!process.env._PACOTE_NO_PREPARE_) {
  try {
    ensureAddon(await chooseLibtorch())
  } catch (error) {
    log(describe(error))
    if (isDependency()) {
      // The application may not need this package on this computer: its installation must not fail.
      log('the native addon was not built. Once the reason is removed: npx node-libtorch install')
    } else {
      process.exitCode = 1
    }
  }
}
