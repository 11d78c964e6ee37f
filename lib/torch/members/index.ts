// Members of Tensor that are written by hand over other members: one file for each subject.

import { type AutogradMembers, autogradMembers } from '../../autograd/members.js'
import { type ComposedMembers, composedMembers } from './composed.js'
import { type ConversionMembers, conversionMembers } from './conversion.js'
import { type ElementMembers, elementMembers } from './elements.js'
import { type JsonMembers, jsonMembers } from './json.js'
import { type PropertyMembers, propertyMembers } from './properties.js'
import { type SharingMembers, sharingMembers } from './sharing.js'
import { type ToMembers, toMembers } from './to.js'

/** What the files of this folder add to Tensor. */
export interface Members
  extends AutogradMembers,
    ConversionMembers,
    ComposedMembers,
    ElementMembers,
    JsonMembers,
    PropertyMembers,
    SharingMembers,
    ToMembers {}

/** Methods and accessors by name; accessors stay accessors. */
export const members: Members = merge(
  autogradMembers,
  conversionMembers,
  composedMembers,
  elementMembers,
  jsonMembers,
  propertyMembers,
  sharingMembers,
  toMembers,
)

function merge(...groups: object[]): Members {
  const all = {}
  for (const group of groups) {
    Object.defineProperties(all, Object.getOwnPropertyDescriptors(group))
  }
  return all as Members
}
