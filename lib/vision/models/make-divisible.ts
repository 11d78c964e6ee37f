/** A number of channels near `value` that `divisor` divides, at least `divisor`, and not below 90 % of `value`. */
export function makeDivisible(value: number, divisor: number): number {
  const near = Math.max(divisor, Math.floor(Math.trunc(value + divisor / 2) / divisor) * divisor)
  return near < 0.9 * value ? near + divisor : near
}
