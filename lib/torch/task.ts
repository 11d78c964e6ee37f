// Modes that follow `await`. libtorch's modes belong to the thread, an async function's mode to its task: before each
// operation the thread takes the mode of the task that runs.

/** While `active` is not 0, `enter` must run before anything whose outcome depends on a mode. */
export const task = { active: 0, enter: (): void => {} }
