const MULTIPLIER_0 = 0xd2511f53
const MULTIPLIER_1 = 0xcd9e8d57
const WEYL_0 = 0x9e3779b9
const WEYL_1 = 0xbb67ae85

/** The high 32 bits of a 32 x 32 bit product; both partial products stay below 2^53. */
function multiplyHigh(a: number, b: number): number {
  const low = a * (b & 0xffff)
  return Math.floor((a * (b >>> 16) + Math.floor(low / 0x10000)) / 0x10000)
}

/**
 * Philox4x32-10: maps a 128-bit counter and a 64-bit key to four 32-bit numbers.
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
 */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = key
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(c0, MULTIPLIER_0)
    const low0 = Math.imul(c0, MULTIPLIER_0) >>> 0
    const high1 = multiplyHigh(c2, MULTIPLIER_1)
    const low1 = Math.imul(c2, MULTIPLIER_1) >>> 0
    c0 = (high1 ^ c1 ^ k0) >>> 0
    c1 = low1
    c2 = (high0 ^ c3 ^ k1) >>> 0
    c3 = low0
    k0 = (k0 + WEYL_0) >>> 0
    k1 = (k1 + WEYL_1) >>> 0
  }
  return [c0, c1, c2, c3]
}
