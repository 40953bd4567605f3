import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { Kind, Relation } from '../../proto/gen/wallet/v1/movement.js';
import type { ListRefusedResponse } from '../../proto/gen/wallet/v1/operations.js';
import { recordedAs } from '../secured.js';
import { call, MOVEMENT, System } from '../system.js';
import { CommandLine } from './command-line.js';
import { refund } from './core.js';

const PAGE = path.join(import.meta.dirname, '../../../docs/operations.md');
const BLOCK = /```sh\nnpx single-wallet ([^\n]*)\n```\n(?:\n```\n([^]*?)```\n)?/g;

/** What is another at each run. */
function normal(output: string): string {
  return output
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/\b1\.\d+\.\d+\b/g, 'ID')
    .replace(/1:\d+:[0-9a-f]{64}/g, 'DIGEST')
    .replace(/[\d.]+ MB/g, 'SIZE')
    .replaceAll(recordedAs(''), '')
    .replace(/ +/g, ' ');
}

/** `WRITE_NIGHT_ON_CALL=1`: the page gets what is printed now. */
const WRITES = process.env['WRITE_NIGHT_ON_CALL'] === '1';

describe('a night on call, as docs/operations.md tells it', () => {
  let system: System;

  before(async () => {
    system = await System.start();
    const { clients } = system;
    await system.player('alice', 'CNY', '1000.00');
    await system.player('bob', 'CNY', '100.00');
    const post = (
      round: string,
      playerId: string,
      kind: Kind,
      amount: string,
      reference: string,
      names = MOVEMENT.names,
    ) => {
      const value = { movements: [{ ...MOVEMENT, round, playerId, kind, amount, reference, names }] };
      const request = Buffer.from(JSON.stringify({ seqNo: reference, username: playerId, money: Number(amount) }));
      const command = { channel: 'ebet/1', timeoutMs: 0, request, body: { $case: 'movements' as const, value } };
      return call((done) => clients.posting.post({ command }, done));
    };
    const settles = (reference: string) => [{ reference, relation: Relation.SETTLE, amount: '' }];
    await post('R-1001', 'alice', Kind.BET, '-100.00', 'bet-1001-1');
    await post('R-1001', 'alice', Kind.BET, '-100.00', 'bet-1001-2');
    await post('R-1001', 'alice', Kind.TIP, '-5.00', 'tip-1001');
    await post('R-1001', 'alice', Kind.BET, '-5000.00', 'bet-1001-3');
    await post('R-1001', 'alice', Kind.PAYOUT, '190.00', 'payout-1001', settles('bet-1001-1'));
    await post('R-1002', 'alice', Kind.BET, '-500.00', 'bet-1002');
    await post('R-1002', 'alice', Kind.PAYOUT, '2000.00', 'payout-1002', settles('bet-1002'));
    await post('R-1004', 'alice', Kind.BET, '-30.00', 'bet-1004');
    const back = refund({ reference: 'refund-1004', playerId: 'alice' }, { reference: 'bet-1004', amount: '30.00' });
    await call((done) => clients.posting.post({ command: { ...back, channel: 'ebet/1' } }, done));
    const cash = [
      '--kind',
      'deposit',
      '--reference',
      'ticket-4711',
      '--as',
      'ivan',
      '--reason',
      'ticket 4711: goodwill',
    ];
    await CommandLine.run('adjust', 'bob', '20.00', 'CNY', ...cash, '--address', clients.address);
    const payout = {
      event: 'increaseCredit',
      channelId: 1,
      timestamp: Date.now(),
      username: 'alice',
      money: 90,
      type: 2,
    };
    await system.post('/increaseCredit', JSON.stringify({ ...payout, seqNo: 'payout-1003', signature: 'AAAA' }));
    const filter = { playerId: '', reference: 'payout-1003', channel: '', fromMs: 0n, toMs: 0n, limit: 1 };
    const arrived = () => call<ListRefusedResponse>((done) => clients.operations.listRefused(filter, done));
    while ((await arrived()).calls.length === 0);
  });
  after(() => system.stop());

  const told = [...readFileSync(PAGE, 'utf8').matchAll(BLOCK)];
  for (const [, line = '', output] of told) {
    it(`npx single-wallet ${line}`, async () => {
      const args = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
      const { stdout, stderr } = await CommandLine.run(...args, '--address', system.clients.address);
      expect(stderr).to.equal('');
      if (output === undefined) return expect(stdout).not.to.equal('');
      if (WRITES) {
        const page = readFileSync(PAGE, 'utf8');
        const asked = `\`\`\`sh\nnpx single-wallet ${line}\n\`\`\`\n\n\`\`\`\n`;
        writeFileSync(
          PAGE,
          page.replace(`${asked}${output}\`\`\``, () => `${asked}${stdout}\`\`\``),
        );
        return;
      }
      expect(normal(stdout)).to.equal(normal(output));
    });
  }

  it('has its commands on the page', () => {
    expect(told).to.have.length(16);
  });
});
