export default {
  files: ['test/**/*.test.ts'],
  extensions: { ts: 'module' },
  // Tests count live tensors after a garbage collection.
  nodeArguments: ['--import=tsx', '--expose-gc'],
  // Processes, not worker threads: tsx needs them on Node.js 20, and a native thread that outlives a worker kills the run.
  workerThreads: false,
  timeout: '2m',
}
