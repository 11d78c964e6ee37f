import type { SharpConstructor } from 'sharp'

let loaded: Promise<SharpConstructor> | undefined

/** sharp, loaded at the first picture that is read or written: work on tensors needs no codec. */
export function loadSharp(): Promise<SharpConstructor> {
  loaded ??= import('sharp').then(({ default: sharp }) => {
    // libvips' cache of operations only costs here: no picture is asked for twice with the same options.
    sharp.cache(false)
    return sharp
  })
  return loaded
}
