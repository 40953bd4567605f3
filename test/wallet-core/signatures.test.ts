import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import type { ListActsResponse } from '../../proto/gen/wallet/v1/query.js';
import { KeptRequestCheck } from '../../gateway/kept-request.js';
import { packRequests, unpackRequests } from '../../wallet-core/journal/requests.js';
import { Signatures, type SignatureReport } from '../../wallet-core/cli/signatures.js';
import { exportFile } from '../../wallet-core/storage/sqlite/exporter.js';
import { importLedger } from '../../wallet-core/storage/sqlite/import.js';
import { SQLite } from '../../wallet-core/storage/sqlite/library.js';
import { verifyFile } from '../../wallet-core/storage/sqlite/verifier.js';
import { Apiv1 } from '../gateway/apiv1.js';
import { Ebet, number, type Fields } from '../gateway/ebet.js';
import { call, System } from '../system.js';
import { CommandLine } from './command-line.js';
import { hashAnew } from './journal-format.js';
import { Forger } from './tampering.js';

const NEVER = new AbortController().signal;

/** What a gateway with these configurations finds in the file of a ledger. */
async function judge(file: string, ...configs: readonly string[]): Promise<SignatureReport> {
  const signatures = new Signatures(KeptRequestCheck.configured(configs));
  async function* parts() {
    for await (const { bytes } of exportFile(file, NEVER)) yield bytes;
  }
  await signatures.read(parts());
  expect(signatures.clean).to.equal(signatures.report.findings.length === 0);
  return signatures.report;
}

const told = ({ findings }: SignatureReport) =>
  findings.map(({ channel, reference, subject }) => `${channel} ${reference} ${subject}`);

/** Changes the text of the request that caused a movement, and its hash too; null: it is gone. */
function changeRequest({ db }: Forger, id: bigint, change: (text: string) => string | null): void {
  const body = db
    .prepare<[bigint], Buffer>('SELECT body FROM request WHERE seq = ?')
    .pluck()
    .get(id >> 16n);
  if (!body) throw new Error('the entry has no requests');
  const index = Number(id & 0xffffn);
  const changed = unpackRequests(body).flatMap((request) => {
    if (index < request.first || index >= request.first + request.count) return [request];
    const text = change(Buffer.from(request.bytes).toString());
    return text === null ? [] : [{ ...request, bytes: Buffer.from(text) }];
  });
  const packed = packRequests(changed);
  db.prepare('UPDATE entry SET requests_hash = ? WHERE seq = ?').run(packed?.hash ?? Buffer.alloc(0), id >> 16n);
  if (packed) db.prepare('UPDATE request SET body = ? WHERE seq = ?').run(packed.body, id >> 16n);
  else db.prepare('DELETE FROM request WHERE seq = ?').run(id >> 16n);
}

interface Tampering {
  readonly what: string;
  readonly tamper: (forger: Forger) => void;
  /** All that is found, as "channel reference subject". */
  readonly finds: readonly string[];
}

/** All hashes are computed anew afterwards, so that the chain is whole. */
const TAMPERINGS: readonly Tampering[] = [
  {
    what: 'the amount of a bet, with all balances',
    tamper: (forger) => forger.changeAmount('bet-1', 1_000n),
    finds: ['ebet/1 bet-1 money'],
  },
  {
    what: 'the amount of a bet, with all balances and in the request',
    tamper: (forger) => {
      changeRequest(forger, forger.id('bet-1'), (text) => text.replace('"money":-80.00', '"money":-70.00'));
      forger.changeAmount('bet-1', 1_000n);
    },
    finds: ['ebet/1 bet-1 signature'],
  },
  {
    what: 'a request alone, where it is signed',
    tamper: (forger) => changeRequest(forger, forger.id('bet-2'), (text) => text.replace('"money":-5', '"money":-4')),
    finds: ['ebet/1 bet-2 signature', 'ebet/1 bet-2 money'],
  },
  {
    what: 'the type of a movement',
    tamper: (forger) => forger.run("UPDATE movement SET kind = 'TIP', provider_type = '3' WHERE reference = 'bet-2'"),
    finds: ['ebet/1 bet-2 type'],
  },
  {
    what: 'the player of a movement',
    tamper: (forger) =>
      forger.run(
        "UPDATE movement SET account_id = (SELECT id FROM account WHERE player = 'anna') WHERE reference = 'bet-2'",
      ),
    finds: ['ebet/1 bet-2 username'],
  },
  {
    what: 'a seqNo',
    tamper: (forger) => forger.run("UPDATE movement SET reference = 'bet-9' WHERE reference = 'bet-2'"),
    finds: ['ebet/1 bet-9 seqNo'],
  },
  {
    what: 'a request that is gone',
    tamper: (forger) => changeRequest(forger, forger.id('bet-1'), () => null),
    finds: ['ebet/1 bet-1 request of the provider'],
  },
  {
    what: 'a request that is none any more',
    tamper: (forger) => changeRequest(forger, forger.id('bet-1'), (text) => text.slice(0, -1)),
    finds: ['ebet/1 bet-1 request'],
  },
  {
    what: 'the request of another bet',
    tamper: (forger) => {
      let other = '';
      changeRequest(forger, forger.id('bet-2'), (text) => (other = text));
      changeRequest(forger, forger.id('bet-1'), () => other);
    },
    finds: ['ebet/1 bet-1 seqNo', 'ebet/1 bet-1 money'],
  },
  {
    what: 'the player of a refund request',
    tamper: (forger) => forger.run("UPDATE refund SET player = 'anna' WHERE reference = 'refund-1'"),
    finds: ['ebet/1 refund-1 username'],
  },
  {
    what: 'the time of a refund request',
    tamper: (forger) => {
      const { id } = forger.row("SELECT id FROM refund WHERE reference = 'refund-1'");
      forger.run('UPDATE entry SET time_ms = time_ms - 90000000 WHERE seq <= ?', (id as bigint) >> 16n);
    },
    finds: ['ebet/1 refund-1 timestamp'],
  },
  {
    what: 'the amount of an api-v1 payout, with all balances',
    tamper: (forger) => forger.changeAmount('T-2', 100n),
    finds: ['apiv1/brand-1 T-2 action_value'],
  },
  {
    what: 'the amount of an api-v1 payout, with all balances and in the request',
    tamper: (forger) => {
      changeRequest(forger, forger.id('T-2'), (text) => text.replace('"action_value":9.00', '"action_value":10.00'));
      forger.changeAmount('T-2', 100n);
    },
    finds: ['apiv1/brand-1 T-2 sign'],
  },
  {
    what: 'the reference of a block',
    tamper: (forger) => forger.run("UPDATE block SET reference = 'T-8' WHERE reference = 'T-9'"),
    finds: ['apiv1/brand-1 T-8 transaction_id'],
  },
];

describe('the signatures of kept requests', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'signatures-'));
  const file = path.join(folder, 'ledger.db');
  let system: System;
  let config: string;
  let ledger: string;

  before(async () => {
    system = await System.start([
      { channelId: 1, currency: 'CNY' },
      { channelId: 2, currency: 'CNY', failedBets: 'self-refund', publicKeys: ['old.pem', 'new.pem'] },
      { provider: 'apiv1', merchant: 'brand-1', currency: 'CNY' },
    ]);
    config = path.join(system.folder, 'single-wallet.yaml');
    ledger = path.join(system.folder, 'data', 'ledger.db');
    for (const player of ['demo', 'anna']) await system.player(player);
    const player = new Ebet(system).named('demo');
    const as = (seqNo: string, more: Fields = {}) => ({ seqNo, ...more });
    await player.makes(1, '-80.00', as('bet-1'));
    await player.makes(1, '-5', as('bet-2'));
    await player.makes(27, '-50', as('held-1'));
    const list = [{ seqNo: 'held-1', refund: number('20.0') }];
    await player.makes(28, '20', as('return-1', { detail: { roundCode: player.round, withHoldingList: list } }));
    await player.makes(2, '1.6E2', as('payout-1', { username: 'Demo' }));
    await player.increaseCredit(1, '-99999', as('much'));
    await player.increaseCredit(15, '-99999', as('attempt'));
    await player.refund([player.line('bet-1', '-80'), player.line('never-1', '-1')], as('refund-1'));
    await player.ebet.batchRefund([player.failedBet('bet-2', '5'), player.failedBet('never-2', '1')], as('batch-1'));
    for (const key of ['old.pem', 'new.pem']) {
      const other = new Ebet(system, 2, 'CNY', key).named('anna');
      const bet = await other.makes(1, '-7', as(`self-${key}`, { detail: betList(`self-${key}`, 7) }));
      await other.makes(2, '0', as(`paid-${key}`, { detail: betList(bet, 0) }));
    }
    const apiv1 = new Apiv1(system);
    const member = apiv1.stranger('demo');
    await member.makes(1, '-3.10', { transaction_id: 'T-1' });
    await member.makes(2, '9.00', { transaction_id: 'T-2' });
    await member.update(1, '-99999', { transaction_id: 'T-3' });
    await apiv1.transactionCheck('T-9');
    await system.clients.post({ reference: 'of-the-platform', amount: '-1.00' });
  });
  after(async () => {
    await system.stop();
    rmSync(folder, { recursive: true });
  });

  const betList = (seqNo: string, betMoney: number) => ({
    roundCode: 'round',
    betList: [{ seqNo, betMoney, betType: 60 }],
  });

  it('are valid, on the command line, for what real providers sent by every call', async () => {
    const args = ['verify', '--signatures', '--config', config, '--address', system.clients.address];
    const { code, stdout, stderr } = await CommandLine.run(...args);
    expect(code, `${stdout}${stderr}`).to.equal(0);
    expect(stdout).to.match(/^The ledger is proved\.\n/);
    expect(stdout).to.match(/\nsigned {2}17 requests are valid, 0 are not; 0 records of providers without a request\n/);
    expect(stdout).to.match(/\nother {3}3 records of platforms, which sign nothing\n/);
    const json = await CommandLine.run(...args, '--json');
    expect(JSON.parse(json.stdout)).to.deep.include({
      signatures: {
        ...{ valid: 17, invalid: 0, unasked: 0, unsigned: 3, pruned: 0, prunedUntil: '', unknown: {}, findings: [] },
      },
    });
    await system.core.stop();
  });

  it('are valid in an import, which is the same', async () => {
    async function* parts() {
      for await (const { bytes } of exportFile(ledger, NEVER)) yield bytes;
    }
    const copy = path.join(folder, 'import');
    const { count } = await importLedger(copy, parts(), { lines: () => {}, verifying: () => {} }, NEVER);
    expect(count).to.equal(0);
    expect(await judge(path.join(copy, 'ledger.db'), config)).to.deep.equal(await judge(ledger, config));
  });

  it('need the keys of old: those of any configuration that is given', async () => {
    const setup = (channels: readonly object[]) =>
      stringify({ data: 'data', gateway: { channels: channels.map((channel) => ({ currency: 'CNY', ...channel })) } });
    const channelOf = (...publicKeys: string[]) => ({ provider: 'ebet', channelId: 2, publicKeys });
    const [of, old] = ['new.yaml', 'old.yaml'].map((name) => path.join(system.folder, name));
    writeFileSync(of ?? '', setup([channelOf('new.pem')]));
    writeFileSync(old ?? '', setup([channelOf('old.pem')]));
    const report = await judge(ledger, of ?? '');
    expect(told(report)).to.deep.equal(['ebet/2 self-old.pem signature', 'ebet/2 paid-old.pem signature']);
    expect(report).to.deep.include({ valid: 2, invalid: 2, unknown: { 'ebet/1': 13, 'apiv1/brand-1': 4 } });
    expect(await judge(ledger, of ?? '', old ?? '')).to.deep.include({ valid: 4, invalid: 0 });
  });

  for (const { what, tamper, finds } of TAMPERINGS) {
    it(`show ${what}, although all hashes were made to fit`, async () => {
      for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
      copyFileSync(ledger, file);
      const db = new SQLite(file);
      tamper(new Forger(db));
      hashAnew(db);
      db.close();
      const { findings } = await verifyFile({ path: file, against: undefined }, () => {}, NEVER);
      expect(findings.filter(({ check }) => check === 'CHAIN')).to.deep.equal([]);
      expect(told(await judge(file, config))).to.deep.equal(finds);
    });
  }

  it('end the command with 2 when the channel of a provider is in no configuration', async () => {
    await system.startCore();
    const other = path.join(system.folder, 'new.yaml');
    const args = ['verify', '--signatures', '--address', system.clients.address, '--config', other];
    const { code, stdout } = await CommandLine.run(...args, path.join(system.folder, 'old.yaml'));
    expect(code, stdout).to.equal(2);
    expect(stdout).to.match(/\nother {3}3 records of platforms, which sign nothing\n/);
    expect(stdout).to.match(
      /\nNOT CHECKED, no such channel is configured, name what has it with --config: ebet\/1 \(\d+\), apiv1\/brand-1 \(\d+\)\n$/,
    );
    await system.core.stop();
  });

  it('end the command with 1 when one is wrong, and with 2 when the configuration cannot be read', async () => {
    const db = new SQLite(ledger);
    new Forger(db).changeAmount('payout-1', 1_000n);
    hashAnew(db);
    db.close();
    // Whoever can write the ledger can remove what stands beside it.
    rmSync(path.join(path.dirname(ledger), 'acknowledged'));
    await system.startCore();
    const args = ['verify', '--signatures', '--address', system.clients.address, '--config'];
    const { code, stdout } = await CommandLine.run(...args, config);
    expect(code).to.equal(1);
    expect(stdout).to.match(/^The ledger is proved\.\n/);
    expect(stdout).to.match(/\nSIGNATURES 1\.\d+\.0 \(ebet\/1\) payout-1 money: expected 16000, seen 17000\n/);
    const unread = await CommandLine.run(...args, path.join(folder, 'none.yaml'));
    expect([unread.code, unread.stdout]).to.deep.equal([2, '']);
    expect(unread.stderr).to.match(/none\.yaml"; expected a YAML file/);
  });

  it('are checked in an export, which is an act', async () => {
    const { acts } = await call<ListActsResponse>((done) =>
      system.clients.queries.listActs({ playerId: '', pageSize: 1, pageToken: '' }, done),
    );
    expect(acts.map(({ act, by }) => [act, by?.reason])).to.deep.equal([['export', 'verify --signatures']]);
  });
});
