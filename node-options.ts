/** With what Node runs each of the two processes; package.json and docs/operations.md have the same. */
export const NODE_OPTIONS = {
  'wallet-core': ['--enable-source-maps'],
  // V8 copies what is under way when its nursery is full: with 32 MB instead of 16 it does so half as often, which saves a
  // tenth of the CPU time of a callback.
  gateway: ['--enable-source-maps', '--max-semi-space-size=32'],
} as const;
