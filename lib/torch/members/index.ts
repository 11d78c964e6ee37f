// Members of Tensor that are written by hand over other members: one file for each subject.

import { type ConversionMembers, conversionMembers } from './conversion.js'

/** What the files of this folder add to Tensor. */
export interface Members extends ConversionMembers {}

/** Methods and accessors by name; accessors stay accessors. */
export const members: Members = merge(conversionMembers)

function merge(...groups: object[]): Members {
  const all = {}
  for (const group of groups) {
    Object.defineProperties(all, Object.getOwnPropertyDescriptors(group))
  }
  return all as Members
}
