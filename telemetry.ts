// Switches OpenTelemetry on in a process that is started with `node --import ./dist/telemetry.js`: docs/operations.md.
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const INSTRUMENTATIONS = '@opentelemetry/auto-instrumentations-node/register';

// Not in the threads of the ledger: they make no spans, and have no memory to spare.
if (isMainThread) {
  // Without this hook nothing that an ES module imports is instrumented.
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.resolve(INSTRUMENTATIONS));
  await import(INSTRUMENTATIONS);
}
