import { rmSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { ConfigError } from '../../config.js';
import { startCore, type Core } from '../../wallet-core/core.js';
import type { GetAccountsResponse } from '../../proto/gen/wallet/v1/account.js';
import type { FindMovementsResponse } from '../../proto/gen/wallet/v1/query.js';
import { Random } from '../simulator/random.js';
import { call, Clients } from '../system.js';
import { TestCore } from './core.js';
import { copyFolder, DATABASE_PLACES, WAL_PLACES, type Placement } from './damage.js';
import { health } from './health.js';
import { mixedLoad } from './mixed-load.js';
import { verify } from './verify.js';

const LISTEN = { host: '127.0.0.1', port: 0 };
const SEED = 1;

type Class = 'refused' | 'found' | 'harmless';

describe('a damaged ledger is never silently wrong', () => {
  let core: TestCore;
  let killed: string;
  let stopped: string;
  let data: string;
  let acknowledged: string;
  const tally = new Map<string, Record<Class, number>>();

  before(async function () {
    this.timeout(120_000);
    core = await TestCore.start('1000.00');
    await mixedLoad(core);
    acknowledged = await everything(core.clients);
    [killed, stopped, data] = ['killed', 'stopped', 'damaged'].map((name) => path.join(core.folder, name)) as [
      string,
      string,
      string,
    ];
    await core.end('SIGKILL');
    copyFolder(core.data, killed);
    await core.start();
    expect(await everything(core.clients)).to.equal(acknowledged);
    await core.end();
    copyFolder(core.data, stopped);
  });

  after(async () => {
    for (const [what, classes] of tally) {
      const counts = Object.entries(classes).map(([name, count]) => `${count} ${name}`);
      console.log(`      ${what}: ${counts.join(', ')}`);
    }
    await core.stop();
  });

  const PLACES: readonly (readonly [placement: Placement, times: number])[] = [
    ...WAL_PLACES.map((placement) => [placement, 6] as const),
    ...DATABASE_PLACES.map((placement) => [placement, placement.what.endsWith('pages') ? 15 : 6] as const),
  ];
  for (const [placement, times] of PLACES) {
    it(`${placement.what}, ${times} places`, async function () {
      this.timeout(120_000);
      const classes = { refused: 0, found: 0, harmless: 0 };
      tally.set(placement.what, classes);
      for (let n = 0; n < times; n += 1) {
        const random = new Random(SEED, `${placement.what} ${n}`);
        copyFolder(placement.file === 'ledger.db' ? stopped : killed, data);
        placement.damage(path.join(data, placement.file), random);
        classes[await classOf(`${placement.what}, place ${n} of seed ${SEED}`)] += 1;
      }
    });
  }

  /** Starts on the damaged files and compares every answer that was given. */
  async function classOf(where: string): Promise<Class> {
    const log = pino({ level: 'silent' });
    const started = await startCore({ data, listen: LISTEN, log, onFatal: () => {} }).catch((error: unknown) => error);
    if (!isCore(started)) {
      expect(started, where).to.be.instanceOf(ConfigError);
      expect((started as ConfigError).message, where).to.match(/\n  - First copy .* elsewhere|start the newer version/);
      return 'refused';
    }
    const clients = new Clients(`127.0.0.1:${started.port}`);
    try {
      const { clean } = await verify(clients);
      expect(await health(clients), where).to.equal(clean ? 'SERVING' : 'NOT_SERVING');
      if (!clean) return 'found';
      expect(await everything(clients), `${where}: verified and nothing found`).to.equal(acknowledged);
      return 'harmless';
    } finally {
      clients.close();
      await started.stop().catch(() => {});
      rmSync(data, { recursive: true });
    }
  }
});

function isCore(started: unknown): started is Core {
  return typeof started === 'object' && started !== null && 'committer' in started;
}

/** All that callers were told, by every way to ask for it. */
async function everything(clients: Clients): Promise<string> {
  const movements = [];
  const accounts = [];
  const found = [];
  for (const playerId of ['demo', 'anna', 'ivan', 'yoko']) {
    movements.push(...(await clients.movements({ playerId })));
    accounts.push(await call<GetAccountsResponse>((done) => clients.accounts.getAccounts({ playerId }, done)));
  }
  for (const channel of ['platform/test', 'ebet/1']) {
    const references = movements.filter((each) => each.channel === channel).map(({ reference }) => reference);
    for (let left = [...new Set(references)]; left.length > 0;) {
      const request = { channel, references: left.slice(0, 500), playerId: '' };
      const { movements: some, unread } = await call<FindMovementsResponse>((done) =>
        clients.queries.findMovements(request, done),
      );
      found.push(...some);
      left = [...left.slice(500), ...unread];
    }
  }
  return JSON.stringify({ movements, accounts, found }, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}
