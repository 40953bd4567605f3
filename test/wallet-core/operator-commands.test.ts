import { expect } from 'chai';
import { Kind, Relation } from '../../proto/gen/wallet/v1/movement.js';
import { escaped } from '../../wallet-core/cli/escaped.js';
import { table } from '../../wallet-core/cli/table.js';
import { recordedAs } from '../secured.js';
import { CommandLine } from './command-line.js';
import { check, movements, refund, TestCore, words } from './core.js';

describe("the operator's commands", () => {
  let core: TestCore;

  before(async () => (core = await TestCore.start('1000.00')));
  after(() => core.stop());

  const run = (...args: readonly string[]) => CommandLine.run(...args, '--address', core.clients.address);
  const json = async (...args: readonly string[]) =>
    JSON.parse((await run(...args, '--json')).stdout) as Record<string, unknown> & Record<string, unknown>[];
  const by = (reason: string) => ['--as', 'olga', '--reason', reason];
  const deposit = ['adjust', 'demo', '50.00', 'CNY', '--kind', 'deposit', '--reference', 'ticket-1'];

  it('does not open a channel for an adjustment by a mistyped name', async () => {
    const { code, stderr } = await run(...deposit, ...by('lost payout'), '--channel', 'opertor');
    expect(code).to.equal(2);
    expect(stderr).to.contain('--channel: opertor is not open in this ledger; expected one that is, or none: operator');
  });

  it('opens an account, and says if it was open already', async () => {
    const first = await json('player', 'open', 'anna', 'THB', ...by('asked by mail'));
    expect(first).to.deep.equal({ player: 'anna', currency: 'THB', opened: true });
    const { code, stdout } = await run('player', 'open', 'anna', 'THB', ...by('again'));
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'anna has an account in THB already.\n' });
  });

  it('freezes for several reasons and lifts each on its own, with who and why', async () => {
    await run('player', 'freeze', 'anna', '--for', 'kyc', ...by('passport expired'));
    await run('player', 'freeze', 'anna', '--for', 'fraud', ...by('ticket 7'));
    await run('player', 'unfreeze', 'anna', '--for', 'kyc', ...by('new passport seen'));
    const { freezes, acts } = await json('player', 'show', 'anna');
    expect(freezes).to.deep.include.members([
      { ...(freezes as object[])[0], by: { name: recordedAs('olga'), reason: 'ticket 7' } },
    ]);
    expect((freezes as { reason: string }[]).map(({ reason }) => reason)).to.deep.equal(['fraud']);
    expect(
      (acts as { act: string; by: { reason: string } }[]).map(({ act, by }) => `${act}: ${by.reason}`),
    ).to.deep.equal([
      'freeze: new passport seen',
      'freeze: ticket 7',
      'freeze: passport expired',
      'open-account: asked by mail',
    ]);
  });

  it('sets a password from standard input, and prints it nowhere', async () => {
    const args = ['player', 'password', 'anna', ...by('forgotten'), '--address', core.clients.address];
    const command = new CommandLine(args);
    command.child.stdin.end('correct horse\n');
    expect(await command.end()).to.deep.equal({ code: 0, stdout: 'anna has a new password.\n', stderr: '' });
    await core.process.prints('AccountService/SetPassword');
    expect(core.process.output).not.to.contain('correct horse');
  });

  it('moves money by hand once, however often it is told to', async () => {
    const first = await run(...deposit, ...by('goodwill'));
    expect(first.code, first.stderr).to.equal(0);
    expect(first.stdout).to.match(
      /^Applied: the balance of demo went from 1000\.00 to 1050\.00 CNY\. \(1\.\d+\.0, .*Z\)\n$/,
    );
    expect(await run(...deposit, ...by('goodwill'))).to.deep.equal(first);
    expect(await core.clients.balance()).to.equal('1050.00');
  });

  it('says why it does not move money', async () => {
    const other = await run(...deposit.with(2, '60.00'), ...by('goodwill'));
    expect(other.code).to.equal(2);
    expect(other.stderr).to.match(/^nothing was moved: .*ticket-1/);
    const poor = await run(
      ...['adjust', 'demo', '-5000.00', 'CNY', '--kind', 'withdrawal', '--reference', 'ticket-2'],
      ...by('asked'),
    );
    expect(poor.code).to.equal(1);
    expect(poor.stdout).to.match(/^Refused: INSUFFICIENT_FUNDS\. The balance of demo is 1050\.00 CNY\./);
  });

  it('will not act without a reason', async () => {
    const { code, stderr } = await run(...deposit);
    expect({ code, stderr }).to.deep.equal({
      code: 2,
      stderr: "error: required option '--reason <text>' not specified\n",
    });
  });

  it('tells the story of a round in order, with refusals, refunds and what it came to', async () => {
    const settle = { reference: 'bet-1', relation: Relation.SETTLE, amount: '' };
    for (const command of [
      { ...movements({ amount: '-80.00' }), request: Buffer.from('{"seqNo":"bet-1"}') },
      movements({ reference: 'bet-2', amount: '-9000.00' }),
      movements({ reference: 'tip-1', amount: '-5.00', kind: Kind.TIP }),
      movements({ reference: 'payout-1', amount: '160.00', kind: Kind.PAYOUT, names: [settle] }),
      refund({}, { reference: 'tip-1', amount: '5.00' }),
    ]) {
      expect(words(await core.post(command))).to.match(/^(APPLIED|REFUSED INSUFFICIENT_FUNDS)$/);
    }
    const told = await json('round', 'round-1');
    const story = (told['movements'] as Record<string, unknown>[]).map(
      ({ kind, amount, outcome, reference }) =>
        `${String(kind)} ${String(amount)} ${String(outcome)} ${String(reference)}`,
    );
    expect(story).to.deep.equal([
      'BET -80.00 APPLIED bet-1',
      'BET -9000.00 REFUSED bet-2',
      'TIP -5.00 APPLIED tip-1',
      'PAYOUT 160.00 APPLIED payout-1',
      'REFUND 5.00 APPLIED refund-1',
    ]);
    expect(told['nets']).to.deep.equal([
      { channel: 'platform/test', playerId: 'demo', currency: 'CNY', paid: '85.00', received: '165.00', net: '80.00' },
    ]);
    const { stdout } = await run('round', 'round-1', '--player', 'demo');
    expect(stdout).to.contain('SETTLE bet-1').and.to.contain('REFUSED INSUFFICIENT_FUNDS');
    expect((await run('round', 'no-such-round')).code).to.equal(1);
  });

  it('lists movements by what they are, newest first', async () => {
    const found = await json('movements', '--player', 'demo', '--kind', 'payout', 'bet', '--limit', '2');
    expect(found.map(({ reference }) => reference)).to.deep.equal(['payout-1', 'bet-2']);
    const none = await run('movements', '--player', 'demo', '--from', '2001-01-01', '--to', '2001-01-02');
    expect(none).to.deep.equal({ code: 1, stdout: 'There is no such movement.\n', stderr: '' });
  });

  it('shows one movement in full by its reference, with the request and the answer', async () => {
    const { stdout } = await run('movements', '--reference', 'bet-1');
    expect(stdout).to.contain('answer       APPLIED, balance 1050.00 before and 970.00 after\n');
    expect(stdout).to.contain('request:\n{"seqNo":"bet-1"}\n');
    const [found] = await json('movements', '--reference', 'ticket-1');
    expect(found?.['by']).to.deep.equal({ name: recordedAs('olga'), reason: 'goodwill' });
  });

  it('sums the players and the house to zero, by currency', async () => {
    const found = await json('trial-balance');
    expect(found.map(({ currency, sum }) => [currency, sum])).to.deep.equal([
      ['CNY', '0.00'],
      ['THB', '0.00'],
    ]);
    expect(found[0]).to.deep.include({
      accounts: 1,
      players: '1130.00',
      houses: [
        { channel: 'operator', purpose: 'CASH', balance: '-50.00' },
        { channel: 'platform/test', purpose: 'CASH', balance: '-1000.00' },
        { channel: 'platform/test', purpose: 'GAME', balance: '-80.00' },
        { channel: 'platform/test', purpose: 'TIPS', balance: '0.00' },
      ],
    });
    const { code, stdout } = await run('trial-balance');
    expect(code).to.equal(0);
    expect(stdout).to.match(/^CNY +purpose +balance\nplayers, 1 accounts +1130\.00\n/);
  });

  it('says how wallet-core is, also what was backed up and proved last', async () => {
    const before = await json('status');
    expect(before).to.include({ version: '0.1.0', readiness: 'READY', lastBackup: '' });
    const since = new Date().toISOString().slice(0, -4);
    await run('backup');
    const { digest } = await json('verify');
    const after = await json('status');
    expect(after['digest']).to.equal(digest);
    expect(String(after['lastVerified']) >= since).to.equal(true);
    expect(String(after['lastBackup']) >= since).to.equal(true);
    expect(Number(after['ledgerBytes']) + Number(after['walBytes'])).to.be.above(0);
    expect((await run('status')).stdout).to.match(/^commits +ready\nwaiting +0 commands\nversion +0\.1\.0\n/);
  });

  it('counts the movements, refused ones too, and on with each that comes and after a restart', async () => {
    const { movements: proved } = await json('verify');
    const becomes = async (count: number) => {
      while ((await json('status'))['movements'] !== count);
    };
    await becomes(Number(proved));
    await core.post(movements({ reference: 'counted-1', round: 'counted', amount: '-1.00' }));
    await core.post(movements({ reference: 'counted-2', round: 'counted', amount: '-9000.00' }));
    await becomes(Number(proved) + 2);
    const since = Date.now();
    while (Date.parse(String((await json('status'))['counted'])) < since);
    expect((await run('status')).stdout).to.match(
      new RegExp(`\\nmovements +${Number(proved) + 2}, withholdings not given back 0, as of .*Z\\n`),
    );
    await core.restart('SIGTERM');
    await becomes(Number(proved) + 2);
  });

  it('shows nothing of a player who is not there', async () => {
    expect(await run('player', 'show', 'ghost')).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: `the player was not shown: wallet-core at ${core.clients.address} answered NOT_FOUND: player_id: ghost has no account\n`,
    });
  });

  it('shows in a round which bets were refunded or reported as failed before they arrived', async () => {
    const round = 'round-2';
    const failed = { reference: 'never-came', relation: Relation.REFUND_FAILED, amount: '' };
    await core.post(refund({ reference: 'early-refund' }, { reference: 'late-bet', amount: '10.00' }));
    await core.post(check('elsewhere'));
    for (const command of [
      movements({ reference: 'bet-3', round, amount: '-10.00' }),
      movements({ reference: 'late-bet', round, amount: '-10.00' }),
      movements({ reference: 'payout-3', round, amount: '15.00', kind: Kind.PAYOUT, names: [failed] }),
    ]) {
      expect(words(await core.post(command))).to.match(/^(APPLIED|REFUSED BLOCKED)$/);
    }
    const { stdout } = await run('round', round);
    const story = stdout.split('\n\n')[0]?.split('\n').slice(1) ?? [];
    const told = story.map((line) => /(BET|BLOCK|PAYOUT).*?(late-bet|bet-3|never-came|payout-3)/.exec(line)?.slice(1));
    expect(told).to.deep.equal([
      ['BLOCK', 'late-bet'],
      ['BET', 'bet-3'],
      ['BET', 'late-bet'],
      ['BLOCK', 'never-came'],
      ['PAYOUT', 'payout-3'],
    ]);
    const of = async (...args: readonly string[]) =>
      ((await json('round', round, ...args))['blocks'] as { reference: string; playerId: string }[]).map(
        ({ reference, playerId }) => [reference, playerId],
      );
    expect(await of()).to.deep.equal([
      ['late-bet', 'demo'],
      ['never-came', 'demo'],
    ]);
    expect(await of('--player', 'anna')).to.deep.equal([]);
  });

  it('prints all into a pipe that takes a part at once, and tells stderr where a list may have been cut', async () => {
    await core.clients.open('tipper', 'CNY');
    const tip = (reference: string) => ({
      playerId: 'tipper',
      round: 'tips',
      kind: Kind.TIP,
      amount: '0.00',
      reference,
    });
    for (const batch of ['a', 'b']) {
      await core.clients.postAll(Array.from({ length: 100 }, (_, index) => tip(`tip-${batch}-${index}`)));
    }
    const { code, stdout, stderr } = await run('movements', '--player', 'tipper', '--limit', '200', '--json');
    const told = 'These are the newest 200; there may be more: raise --limit, or ask in parts, with --from and --to\n';
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: told });
    expect(stdout.length).to.be.above(65_536);
    expect(JSON.parse(stdout)).to.have.length(200);
  });
});

describe('what a command prints of what others wrote', () => {
  it('commands no terminal and hides nothing', () => {
    expect(escaped('a\u001b[2J\u202eb\n')).to.equal('a\\u{1b}[2J\\u{202e}b\\u{a}');
  });

  it('fits the terminal, where there is one', () => {
    const columns = [
      { head: 'name', of: (text: string) => text, cut: true as const },
      { head: 'length', of: (text: string) => String(text.length), right: true as const },
    ];
    expect(table(columns, ['a'.repeat(30), 'b'], 20)).to.equal(
      ['name          length', 'aaaaaaaaaaa…      30', 'b                  1'].join('\n'),
    );
    expect(table(columns, ['a'.repeat(30)], undefined)).to.contain('a'.repeat(30));
  });
});
