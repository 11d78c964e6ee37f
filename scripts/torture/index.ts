// npm run torture -- NAME [options]: hostile inputs for one part of the library.

const NAMES = ['checkpoints', 'hostile', 'images', 'kills', 'workers']

const [name = ''] = process.argv.splice(2, 1)
if (NAMES.includes(name)) {
  await import(`./${name}.ts`)
} else {
  console.error(`usage: npm run torture -- ${NAMES.join('|')} [options]`)
  process.exitCode = 2
}
