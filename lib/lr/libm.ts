// The C library's cos, log and pow, as Python's `math` and `**` use them. V8's own differ in the last bit for a few
// values in a hundred, and a chained schedule multiplies that error with each step.

import { native } from '../native.js'

export const cos = (x: number): number => native.libmCos(x)
export const log = (x: number): number => native.libmLog(x)
export const pow = (x: number, y: number): number => native.libmPow(x, y)
