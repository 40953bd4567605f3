/** With what Node runs each of the two processes; package.json and docs/operations.md have the same. */
export const NODE_OPTIONS = {
  // V8 learns to put what is like something long-lived among the old at once (pretenuring), where it stays until a full
  // collection. Here that costs a tenth of the CPU time under overload.
  'wallet-core': ['--enable-source-maps', '--no-allocation-site-pretenuring'],
  // V8 copies what is under way when its nursery is full, and what it has copied twice stays until a full collection: with
  // 32 MB instead of 16 a callback takes a tenth less CPU time, with 64 a thousand callbacks under way take another fifth less.
  // What lives as long as a connection rests teaches V8 to put its like among the old at once (pretenuring), and from there the
  // dead keep all of a callback: collections would take three times as long.
  gateway: ['--enable-source-maps', '--max-semi-space-size=64', '--no-allocation-site-pretenuring'],
} as const;
