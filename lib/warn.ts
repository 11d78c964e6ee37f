// Warnings, as Node.js prints them.

const warned = new Set<string>()

/** Emits a warning of kind TorchWarning, once: as in Python, a loop does not repeat itself. */
export function warnOnce(message: string): void {
  if (warned.has(message)) return
  warned.add(message)
  process.emitWarning(message, 'TorchWarning')
}
