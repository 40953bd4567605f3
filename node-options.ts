/** With what Node runs each of the two processes; package.json and docs/operations.md have the same. */
export const NODE_OPTIONS = {
  // V8 learns to put what is like something long-lived among the old at once (pretenuring), where it stays until a full
  // collection. Here that costs a tenth of the CPU time under overload.
  'wallet-core': ['--enable-source-maps', '--no-allocation-site-pretenuring'],
  // V8 copies what is under way when its nursery is full, and what it copies twice stays until a full collection: with 64 MB
  // instead of 16 a thousand callbacks under way cost a quarter less CPU time. What lives as long as a connection rests teaches V8
  // to put its like among the old at once (pretenuring), and from there the dead keep all of a callback: collections would take
  // three times as long.
  gateway: ['--enable-source-maps', '--max-semi-space-size=64', '--no-allocation-site-pretenuring'],
} as const;
