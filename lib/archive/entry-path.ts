import { quote } from '../checkpoint/error.js'
import { refuse } from './error.js'

const LONGEST = 4096

/**
 * The parts of the path under which an archive names an entry; none for the folder itself. A name that
 * leads out of the folder, or could be read as one that does, is refused.
 */
export function partsOf(name: string): string[] {
  if (Buffer.byteLength(name) > LONGEST) {
    refuse(`names an entry with more than ${LONGEST} bytes: ${quote(name)}`)
  }
  if (name === '' || /[\0\\]/.test(name)) refuse(`holds an entry with the name ${quote(name)}`)
  if (name.startsWith('/')) refuse(`names an absolute path: ${quote(name)}`)
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) refuse(`names a path outside its folder: ${quote(name)}`)
  return parts
}
