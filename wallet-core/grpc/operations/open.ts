import type { Logger } from 'pino';
import type * as pb from '../../../proto/gen/wallet/v1/operations.js';
import type { MovementView, Store } from '../../storage/port.js';
import { busy, invalidArgument } from '../call-error.js';
import { writeMovement } from '../query-service.js';
import { unary } from '../unary.js';

const LIMIT = 1_000;

export function listOpen(store: Store, log: Logger): pb.OperationsServiceServer['listOpen'] {
  let running = false;
  return unary(log, async ({ fromMs, toMs, limit }: pb.ListOpenRequest) => {
    if (fromMs < 0n) throw invalidArgument('from_ms: is below 0; give milliseconds since 1970');
    if (toMs < fromMs) throw invalidArgument('to_ms: is before from_ms; give the end of the time after its start');
    if (limit < 0 || limit > LIMIT) throw invalidArgument(`limit: is not from 0 to ${LIMIT}`);
    if (running) throw busy('what is open is being looked for; wait for it');
    running = true;
    try {
      const { bets, withholdings, blocked, cut } = await store.open({ fromMs, toMs, limit: limit || LIMIT });
      const write = (views: readonly MovementView[]) => views.map((view) => writeMovement(view, store.writer));
      return { bets: write(bets), withholdings: write(withholdings), blocked: write(blocked), cut };
    } finally {
      running = false;
    }
  });
}
