import type { IssueAccessTokenResponse } from '../../proto/gen/wallet/v1/account.js';
import { Kind, Relation } from '../../proto/gen/wallet/v1/movement.js';
import { call } from '../system.js';
import { check, deposit, movements, refund, type TestCore } from './core.js';

/** Everything that the ledger can record, by many callers at once, with requests and a crash between. A player demo is there. */
export async function mixedLoad(core: TestCore): Promise<void> {
  const { clients } = core;
  const players = ['demo', 'anna', 'ivan', 'yoko'];
  await clients.openChannel('ebet/1');
  for (const [player, currency] of [
    ['anna', 'CNY'],
    ['ivan', 'CNY'],
    ['anna', 'THB'],
    ['yoko', 'JPY'],
  ] as const) {
    await core.player(player, '1000', currency);
  }
  const by = { name: 'olga', reason: 'papers seen – 护照' };
  await call((done) => clients.accounts.setPassword({ playerId: 'anna', password: 'secret', by }, done));
  await call((done) => clients.accounts.freezePlayer({ playerId: 'ivan', reason: 'kyc', note: 'papers – 护照' }, done));
  const on = (channel: string, command: ReturnType<typeof movements>, request = '') => ({
    ...command,
    ...{ channel, request: Buffer.from(request) },
  });
  const failed = (...references: readonly string[]) =>
    references.map((reference) => ({ reference, relation: Relation.REFUND_FAILED, amount: '' }));
  const maintain = (channel: string, maintenance: boolean) =>
    call((done) => core.clients.accounts.setMaintenance({ channel, maintenance, note: 'moves – 维护', by }, done));
  const step = async (n: number) => {
    const playerId = players[n % players.length] ?? '';
    const channel = n % 3 === 0 ? 'ebet/1' : 'platform/test';
    const currency = playerId === 'yoko' ? 'JPY' : n % 5 === 0 ? 'THB' : 'CNY';
    const common = { playerId, currency, round: n % 4 === 0 ? '' : ` round ${n % 7}` };
    const held = { ...common, kind: Kind.WITHHOLDING, amount: '-30', reference: `held-${n}` };
    const back = { reference: `held-${n}`, relation: Relation.RETURN, amount: '20' };
    const settled = { reference: `bet-${n}`, relation: Relation.SETTLE, amount: '' };
    const capped = { reference: `held-${n}`, relation: Relation.RETURN_CAPPED, amount: '90' };
    for (const command of [
      movements({ ...common, reference: `bet-${n}`, amount: '-7', wager: n % 2 === 0 }),
      movements(held, { ...common, reference: `tip-${n}`, kind: Kind.TIP, amount: '-1' }),
      movements({ ...common, kind: Kind.WITHHOLDING_RETURN, amount: '20', reference: `r-${n}`, names: [back] }),
      movements({ ...common, kind: Kind.PAYOUT, amount: '5', reference: `p-${n}`, names: [settled, capped] }),
      movements({ ...common, reference: `much-${n}`, amount: '-99999' }),
      refund(
        { reference: `refund-${n}`, playerId: '', currency },
        { reference: `bet-${n}`, amount: '7', playerId },
        { reference: `late-${n}`, amount: '7', playerId },
        { reference: `tip-${n}`, amount: 'none', playerId },
      ),
      movements({ ...common, reference: `late-${n}`, amount: '-7' }),
      check(`never-${n}`),
      movements({ ...common, reference: `failed-${n}`, amount: '-3', wager: true }),
      movements({
        ...common,
        kind: Kind.PAYOUT,
        amount: '1',
        reference: `pf-${n}`,
        names: failed(`failed-${n}`, `nf-${n}`),
      }),
    ]) {
      await core.post(on(channel, command, n % 2 === 0 ? `{"seqNo":"${n}"}` : ''));
    }
  };
  const credentials = logins(core);
  await Promise.all(Array.from({ length: 30 }, (_, n) => step(n)));
  await credentials;
  await maintain('ebet/1', true);
  await core.restart('SIGKILL');
  await core.post(on('ebet/1', movements({ reference: 'in-maintenance', amount: '-1' })));
  await maintain('ebet/1', false);
  await call((done) => core.clients.accounts.unfreezePlayer({ playerId: 'ivan', reason: 'kyc', note: '' }, done));
  await Promise.all(Array.from({ length: 30 }, (_, n) => step(30 + n)));
  await core.post({ ...deposit('0.01', 'last'), by });
}

/** Tokens that are kept, used up and replaced, and sessions that are ended on one channel and on all. */
async function logins(core: TestCore): Promise<void> {
  const { accounts } = core.clients;
  const login = { channel: 'platform/test', currency: 'CNY', accessTokenLifetimeS: 0 };
  for (const oneTime of [false, true]) {
    const issue = { playerId: 'anna', lifetimeS: 0, oneTime };
    const { accessToken } = await call<IssueAccessTokenResponse>((done) => accounts.issueAccessToken(issue, done));
    for (const rotateAccessToken of [false, true]) {
      const credential = { $case: 'accessToken', value: { playerId: '', accessToken } } as const;
      const request = { ...login, credential, reference: `login-${oneTime}`, rotateAccessToken };
      await call((done) => accounts.logIn(request, done));
    }
    const channel = oneTime ? '' : 'platform/test';
    await call((done) => accounts.endSessions({ playerId: 'anna', channel }, done));
  }
}
