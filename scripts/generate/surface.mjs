// Prints, as JSON, the names that lib/ offers where PyTorch's namespaces have theirs, read off the types:
//   { "torch": { "add": "generated", "einsum": "written", … }, "Tensor": …, …, "members": ["norm", …] }
// `members` are those of class Tensor that nobody generates.

import path from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

/** @type {ts.ParseConfigFileHost} */
const host = {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
    throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'))
  },
}
const config = ts.getParsedCommandLineOfConfigFile(path.join(ROOT, 'tsconfig.json'), {}, host)
if (config === undefined) throw new Error('tsconfig.json cannot be read')
const program = ts.createProgram([path.join(ROOT, 'lib/index.ts')], config.options)
const checker = program.getTypeChecker()

/** @param {string} file @returns {ReadonlyMap<string, ts.Symbol>} */
function exportsOf(file) {
  const source = program.getSourceFile(path.join(ROOT, file))
  const symbol = source && checker.getSymbolAtLocation(source)
  if (symbol === undefined) throw new Error(`${file} exports nothing`)
  return new Map(checker.getExportsOfModule(symbol).map((one) => [one.name, one]))
}

/** @param {ts.Symbol | undefined} symbol @returns {ts.Symbol} */
function resolve(symbol) {
  if (symbol === undefined) throw new Error('an export is missing')
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/** @param {ts.Symbol} symbol */
const isGenerated = (symbol) =>
  (symbol.declarations ?? []).some((one) => one.getSourceFile().fileName.endsWith('.generated.ts'))

/** @param {string} name */
const isPublic = (name) => /^[a-zA-Z]/.test(name)

/** @param {ts.Type} type @returns {Record<string, 'generated' | 'written'>} */
function namesOf(type) {
  const properties = type.getProperties().filter((one) => isPublic(one.name))
  return Object.fromEntries(
    properties.map((one) => [one.name, isGenerated(one) ? 'generated' : 'written']),
  )
}

/** @param {ts.Type} type @param {string} name @returns {ts.Type} */
function member(type, name) {
  const symbol = type.getProperty(name)
  if (symbol === undefined) throw new Error(`${name} is missing`)
  return checker.getTypeOfSymbol(symbol)
}

const api = exportsOf('lib/index.ts')
const torch = checker.getTypeOfSymbol(resolve(api.get('torch')))
const nn = checker.getTypeOfSymbol(resolve(api.get('nn')))
const tensor = resolve(api.get('Tensor'))
const attached = resolve(exportsOf('lib/torch/members/index.ts').get('Members'))

const own = [...(tensor.members?.keys() ?? [])].map(String).filter(isPublic)
const attachedNames = checker.getDeclaredTypeOfSymbol(attached).getProperties()
console.log(
  JSON.stringify({
    torch: namesOf(torch),
    Tensor: namesOf(checker.getDeclaredTypeOfSymbol(tensor)),
    functional: namesOf(member(nn, 'functional')),
    linalg: namesOf(member(torch, 'linalg')),
    fft: namesOf(member(torch, 'fft')),
    special: namesOf(member(torch, 'special')),
    members: [...new Set([...own, ...attachedNames.map((one) => one.name)])].sort(),
  }),
)
