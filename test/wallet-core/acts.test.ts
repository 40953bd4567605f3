import { expect } from 'chai';
import type { GetAccountsResponse } from '../../proto/gen/wallet/v1/account.js';
import { Kind } from '../../proto/gen/wallet/v1/movement.js';
import type { GetMovementByReferenceResponse, ListActsResponse } from '../../proto/gen/wallet/v1/query.js';
import { recordedAs, SECURED, UNNAMED } from '../secured.js';
import { call } from '../system.js';
import { CHANNEL, deposit, failure, movements, TestCore, words } from './core.js';
import { verify } from './verify.js';

const BY = { name: 'olga', reason: 'ticket 4711 – 护照' };
const RECORDED = { ...BY, name: recordedAs('olga') };
/** Acts of which nobody was named are recorded too where the token tells who asked. */
const unnamed = (act: string) => (SECURED ? [act] : []);
/** What the scenarios below and the start of the test leave, newest first. */
const ACTS = [
  ...['movements', 'freeze', ...unnamed('freeze')],
  ...['open-account', ...unnamed('open-account'), ...unnamed('open-channel')],
];

describe('an act of an operator', () => {
  let core: TestCore;

  before(async () => (core = await TestCore.start('100.00')));
  after(() => core.stop());

  const acts = async (playerId = '', pageSize = 0, pageToken = '') =>
    call<ListActsResponse>((done) => core.clients.queries.listActs({ playerId, pageSize, pageToken }, done));
  const freeze = (reason: string, by?: typeof BY) =>
    call((done) => core.clients.accounts.freezePlayer({ playerId: 'demo', reason, note: '', ...(by && { by }) }, done));
  const movement = async (reference: string) =>
    (
      await call<GetMovementByReferenceResponse>((done) =>
        core.clients.queries.getMovementByReference({ channel: CHANNEL, reference }, done),
      )
    ).movement;

  it('is recorded with who, why, about whom and how much it had written', async () => {
    await call((done) => core.clients.accounts.openAccount({ playerId: 'anna', currency: 'THB', by: BY }, done));
    const { acts: found } = await acts('anna');
    expect(found.map(({ actId: _, timeMs: __, ...act }) => act)).to.deep.equal([
      { act: 'open-account', by: RECORDED, playerId: 'anna', records: 1 },
    ]);
  });

  it('leaves no second record where it changes nothing', async () => {
    await call((done) => core.clients.accounts.openAccount({ playerId: 'anna', currency: 'THB', by: BY }, done));
    expect((await acts('anna')).acts).to.have.length(1);
  });

  it('is told with the freeze that it began, and not with one of which nobody was named', async () => {
    await freeze('fraud');
    await freeze('kyc', BY);
    const { freezes } = await call<GetAccountsResponse>((done) =>
      core.clients.accounts.getAccounts({ playerId: 'demo' }, done),
    );
    expect(freezes.map(({ reason, by }) => ({ reason, by }))).to.deep.equal([
      { reason: 'fraud', by: UNNAMED },
      { reason: 'kyc', by: RECORDED },
    ]);
  });

  it('is told with the movement that it made, and not with its neighbours of the same commit', async () => {
    const by = { name: 'olga', reason: 'goodwill' };
    const named = { ...movements({ kind: Kind.ADJUSTMENT, amount: '5.00', reference: 'adjust-1', round: '' }), by };
    const [before, own, behind] = await core.postBatch(deposit('1.00', 'before'), named, deposit('1.00', 'behind'));
    expect([before, own, behind].map((result) => result && words(result))).to.deep.equal(Array(3).fill('APPLIED'));
    expect((await movement('before'))?.by).to.equal(undefined);
    expect((await movement('adjust-1'))?.by).to.deep.equal({ ...by, name: recordedAs('olga') });
    expect((await movement('behind'))?.by).to.equal(undefined);
  });

  it('of a repeat stays that of the first', async () => {
    const repeat = movements({ kind: Kind.ADJUSTMENT, amount: '5.00', reference: 'adjust-1', round: '' });
    await core.post({ ...repeat, by: { name: 'ivan', reason: 'again' } });
    expect((await movement('adjust-1'))?.by?.name).to.equal(recordedAs('olga'));
  });

  it('needs a name that fits and a reason', async () => {
    expect(await failure(freeze('other', { name: 'o'.repeat(70), reason: 'why' }))).to.match(
      /^INVALID_ARGUMENT: operator\.name: is ".*o{30}.*"; expected at most 64 characters$/,
    );
    expect(await failure(freeze('other', { name: 'olga', reason: '' }))).to.equal(
      'INVALID_ARGUMENT: operator.reason: is ""; expected why, 1 to 200 characters',
    );
  });

  it('is listed newest first, in pages', async () => {
    const { acts: all } = await acts();
    expect(all.map(({ act }) => act)).to.deep.equal(ACTS);
    const pageSize = Math.ceil(ACTS.length / 2);
    const first = await acts('', pageSize);
    const second = await acts('', pageSize, first.nextPageToken);
    expect([...first.acts, ...second.acts]).to.deep.equal(all);
    expect(second.nextPageToken).to.equal('');
  });

  it('is proved with the ledger, also after a restart', async () => {
    await core.restart('SIGKILL');
    expect((await verify(core.clients)).findings).to.deep.equal([]);
    expect((await acts()).acts).to.have.length(ACTS.length);
  });
});
