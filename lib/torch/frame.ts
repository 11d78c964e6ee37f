// How the arguments of an operator cross to native code: numbers, flags and lists are written into one
// shared Float64Array, a tag before each; tensors, strings and bigints go along as real arguments, their
// position noted in the frame. native/tensor/frame.h holds the other half, and the same tags.

import { native } from '../native.js'

export const Tag = {
  Default: 0,
  None: 1,
  Integer: 2,
  Double: 3,
  Bool: 4,
  Complex: 5,
  Slot: 6,
  List: 7,
  Integers: 8,
  Wrapped: 9,
} as const

/** Words at the end of the shared memory in which native code answers; native/napi/addon.h has it too. */
const REPLY_LENGTH = 128

/** The memory that native code reads. */
export const frame = native.frame.subarray(0, native.frame.length - REPLY_LENGTH)

/** The memory in which native code answers with shapes and strides. */
export const reply = native.frame.subarray(native.frame.length - REPLY_LENGTH)

/** Arguments that cannot be numbers, in the order in which the frame names them: the first `cursor.slots` count. */
export const slots: unknown[] = new Array(4).fill(undefined)

/** Where the next number goes, how many slots are taken, and how many calls have been started. */
export const cursor = { at: 0, slots: 0, calls: 0 }

/** True while `count` more numbers fit. */
export const fits = (count: number): boolean => cursor.at + count <= frame.length

/** Starts a new call, forgetting what the last one wrote; returns its number for {@link checkUndisturbed}. */
export function begin(at: number): number {
  end()
  cursor.at = at
  return ++cursor.calls
}

/** Lets go of what crossed, which would stay alive until the next call. */
export function end(): void {
  // Not `slots.length = 0`, which costs more than the loop.
  for (let i = 0; i < cursor.slots; i++) slots[i] = undefined
  cursor.slots = 0
}

/** The slots that are taken, to be spread into a call. */
export const takenSlots = (): unknown[] => slots.slice(0, cursor.slots)

/** Refuses a call whose arguments ran other calls while they were being read (getters can). */
export function checkUndisturbed(call: number): void {
  if (call !== cursor.calls) {
    throw new TypeError('an argument called another tensor operation while it was being read')
  }
}

/** Appends one number. */
export function put(value: number): void {
  frame[cursor.at++] = value
}

/** Appends a value that crosses as a real argument. */
export function putSlot(value: unknown, tag: number = Tag.Slot): void {
  frame[cursor.at++] = tag
  frame[cursor.at++] = cursor.slots
  slots[cursor.slots++] = value
}
