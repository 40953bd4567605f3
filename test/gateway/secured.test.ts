import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { type CreateTokenResponse, Role } from '../../proto/gen/wallet/v1/access.js';
import type { ListRefusedResponse } from '../../proto/gen/wallet/v1/operations.js';
import { clientAccess } from '../secured.js';
import { call, Clients, System } from '../system.js';

describe('the gateway before a wallet-core that asks for tokens', () => {
  let system: System;

  before(async () => {
    system = await System.start([1, 2].map((channelId) => ({ channelId, currency: 'CNY' })));
    await system.player();
    await system.gateway.stop();
    await system.core.stop();
    const file = path.join(system.folder, 'single-wallet.yaml');
    const content = parse(readFileSync(file, 'utf8')) as { walletCore: object };
    writeFileSync(file, stringify({ ...content, walletCore: { ...content.walletCore, tokens: 'required' } }));
    await system.startCore(system.clients.address);
    await system.startGateway();
  });
  after(() => system.stop());

  /** With the operator's token. */
  function operators(): Clients {
    const token = readFileSync(path.join(system.folder, 'data', 'operator.token'), 'utf8').trim();
    return new Clients(system.clients.address, clientAccess(system.clients.address, token));
  }

  function bet(reference: string, channelId = 1) {
    const timestamp = Date.now();
    const text = `${reference}increaseCredit${channelId}${timestamp}demo-80`;
    const call = { seqNo: reference, event: 'increaseCredit', channelId, timestamp, username: 'demo', money: -80 };
    const rest = { type: 1, currency: 'CNY', detail: { roundCode: 'round-1' }, signature: system.sign(text) };
    return system.post('/increaseCredit', JSON.stringify({ ...call, ...rest }));
  }

  it('posts with the token that wallet-core made for it', async () => {
    expect((await bet('bet-1')).json).to.include({ status: 200, money: 9920 });
  });

  it('serves the channels of its token as ever beside one that it may not post on, and says what to do', async () => {
    const file = path.join(system.folder, 'data', 'gateway.token');
    const own = readFileSync(file, 'utf8');
    const operator = operators();
    const request = { name: 'single', roles: [Role.POST], channels: ['ebet/1'] };
    const { token } = await call<CreateTokenResponse>((done) => operator.tokens.createToken(request, done));
    operator.close();
    await system.gateway.stop();
    writeFileSync(file, token);
    await system.startGateway();
    const reader = operators();
    const calls = Array.from({ length: 12 }, (_, n) => bet(`mixed-${n}`, 1 + (n % 2)));
    const statuses = (await Promise.all(calls)).map(({ json }) => json['status']);
    expect(statuses).to.deep.equal(calls.map((_, n) => (n % 2 === 0 ? 200 : 4003)));

    for (const channelId of [1, 2, 99]) await system.post('/increaseCredit', JSON.stringify({ channelId }));
    const channels = async () => {
      const request = { playerId: '', reference: '', channel: '', fromMs: 0n, toMs: 0n, limit: 100 };
      const { calls } = await call<ListRefusedResponse>((done) => reader.operations.listRefused(request, done));
      return calls.map(({ channel }) => channel);
    };
    while (!(await channels()).includes('ebet/1'));
    expect(await channels()).not.to.include('ebet/2');
    reader.close();
    await system.gateway.prints('"msg":"refused calls are not kept"');
    const line = system.gateway.output.split('\n').find((each) => each.includes('refused calls are not kept'));
    expect(JSON.parse(line ?? '')).to.include({
      code: 'PERMISSION_DENIED',
      fix: 'the token of the gateway needs all channels of each provider, such as --channel "ebet/*" "apiv1/*"',
    });
    writeFileSync(file, own);
  });

  it('is busy without it, says why in its log, and moves nothing', async () => {
    await system.gateway.stop();
    rmSync(path.join(system.folder, 'data', 'gateway.token'));
    await system.startGateway();
    expect((await bet('bet-2')).json).to.include({ status: 4003 });
    await system.gateway.prints('UNAUTHENTICATED');
    const operator = operators();
    expect(await operator.balance()).to.equal('9440.00');
    operator.close();
  });
});
