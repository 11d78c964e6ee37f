// Switches of libtorch as properties.

import { checkBoolean } from '../check.js'
import { native } from '../native.js'

/**
 * An object whose properties are the switches `prefix + name`, read and written where libtorch keeps them.
 *
 * @param where what the object is reached by, for errors
 */
export function switches<Name extends string>(
  where: string,
  prefix: string,
  names: readonly Name[],
): Record<Name, boolean> {
  const result = {} as Record<Name, boolean>
  for (const name of names) {
    Object.defineProperty(result, name, {
      enumerable: true,
      get: () => native.getSwitch(prefix + name),
      set: (value: unknown) => {
        native.setSwitch(prefix + name, checkBoolean(`${where}.${prefix}${name}`, 'value', value))
      },
    })
  }
  return result
}
