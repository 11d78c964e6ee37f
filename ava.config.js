export default {
  files: ['test/**/*.test.ts'],
  extensions: { ts: 'module' },
  // Tests count live tensors after a garbage collection.
  nodeArguments: ['--import=tsx', '--expose-gc'],
  // Processes, not worker threads: tsx needs them on Node.js 20, and a native thread that outlives a worker kills the run.
  workerThreads: false,
  // As many test files run at once as there are cores: threads inside an operator would only wait for each other.
  environmentVariables: { OMP_NUM_THREADS: '1' },
  timeout: '2m',
}
