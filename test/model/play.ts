import { TestCore } from '../wallet-core/core.js';
import { Clients } from '../system.js';
import { told, verify } from '../wallet-core/verify.js';
import { GrpcLedger } from './grpc-ledger.js';
import { playHistories, type Run } from './histories.js';
import type { Part } from './history.js';
import { Tally } from './tally.js';
import type { Got } from './explain.js';

const LANES = 24;

type Options = Pick<Run, 'count' | 'seed' | 'path'> & { readonly played?: () => void };

/** Plays histories side by side against one wallet-core, and has its whole ledger verified in the end. */
export async function playOnCore({ count, seed, path, played }: Options): Promise<Tally> {
  const core = await TestCore.start();
  const second = new Clients(core.clients.address);
  const tally = new Tally();
  try {
    const ledger = new GrpcLedger(() => [core.clients, second]);
    await playHistories({
      ...{ count, seed, lanes: path === undefined ? LANES : 1, ...(path === undefined ? {} : { path }) },
      ledger: () => ledger,
      played: (held) => {
        tally.add(held);
        played?.();
      },
    });
    await expectProved(core);
    return tally;
  } finally {
    second.close();
    await core.stop();
  }
}

/** Kills wallet-core between all parts of each history, and plays on. */
export async function playThroughKills({ count, seed }: Options): Promise<Tally> {
  const core = await TestCore.start();
  const tally = new Tally();
  try {
    const ledger = new KilledLedger(core);
    await playHistories({ count, seed, lanes: 1, ledger: () => ledger, played: (held) => tally.add(held) });
    await expectProved(core);
    return tally;
  } finally {
    await core.stop();
  }
}

class KilledLedger extends GrpcLedger {
  #parts = 0;

  constructor(readonly core: TestCore) {
    super(() => [core.clients]);
  }

  override async send(part: Part): Promise<Got[][]> {
    if (++this.#parts % PARTS_PER_KILL === 0) await this.core.restart('SIGKILL');
    return super.send(part);
  }
}

const PARTS_PER_KILL = 8;

async function expectProved(core: TestCore): Promise<void> {
  const { clean, findings } = await verify(core.clients);
  if (!clean) throw new Error(`the ledger does not verify:\n${findings.map(told).join('\n')}`);
}
