/** An installation problem with a remedy: its message is shown without a stack. */
export class InstallError extends Error {
  /**
   * @param {string} problem one sentence: what went wrong
   * @param {string[]} [solutions] what the user can do, one line each
   */
  constructor(problem, solutions = []) {
    super(problem)
    this.name = 'InstallError'
    this.solutions = solutions
  }
}

/**
 * Prints one line of progress.
 * @param {string} message
 */
export function log(message) {
  console.log(`node-libtorch: ${message}`)
}

/**
 * The text shown for an error: the message and its solutions, or the stack of an unexpected one.
 * @param {unknown} error
 */
export function describe(error) {
  if (!(error instanceof InstallError)) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
  if (error.solutions.length === 0) return error.message
  return `${error.message}\nPossible solutions:\n${error.solutions.map((s) => `  - ${s}`).join('\n')}`
}
