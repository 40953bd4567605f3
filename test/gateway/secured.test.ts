import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { clientAccess } from '../secured.js';
import { Clients, System } from '../system.js';

describe('the gateway before a wallet-core that asks for tokens', () => {
  let system: System;

  before(async () => {
    system = await System.start();
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

  function bet(reference: string) {
    const timestamp = Date.now();
    const text = `${reference}increaseCredit1${timestamp}demo-80`;
    const call = { seqNo: reference, event: 'increaseCredit', channelId: 1, timestamp, username: 'demo', money: -80 };
    const rest = { type: 1, currency: 'CNY', detail: { roundCode: 'round-1' }, signature: system.sign(text) };
    return system.post('/increaseCredit', JSON.stringify({ ...call, ...rest }));
  }

  it('posts with the token that wallet-core made for it', async () => {
    expect((await bet('bet-1')).json).to.include({ status: 200, money: 9920 });
  });

  it('is busy without it, says why in its log, and moves nothing', async () => {
    await system.gateway.stop();
    rmSync(path.join(system.folder, 'data', 'gateway.token'));
    await system.startGateway();
    expect((await bet('bet-2')).json).to.include({ status: 4003 });
    await system.gateway.prints('UNAUTHENTICATED');
    const token = readFileSync(path.join(system.folder, 'data', 'operator.token'), 'utf8').trim();
    const operator = new Clients(system.clients.address, clientAccess(system.clients.address, token));
    expect(await operator.balance()).to.equal('9920.00');
    operator.close();
  });
});
