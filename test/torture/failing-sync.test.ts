import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { status, type ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';
import { Kind, Reason } from '../../proto/gen/wallet/v1/movement.js';
import type { PostResponse } from '../../proto/gen/wallet/v1/posting.js';
import { Random } from '../simulator/random.js';
import { call, MOVEMENT, System } from '../system.js';
import { CommandLine } from '../wallet-core/command-line.js';
import { Crew, CREW_CHANNELS } from './crew.js';
import { compileShim, temporaryFolder } from './shim.js';
import { isBusy, Watch } from './watch.js';

describe('the ledger on a disk that fails to sync', () => {
  const folder = temporaryFolder('failing-sync-');
  const failing = path.join(folder, 'failing');
  let system: System;
  let watch: Watch;
  let crew: Crew;

  before(async () => {
    const environment = {
      LD_PRELOAD: compileShim(folder, 'failing-sync'),
      FAILING_SYNC_WHEN: failing,
      FAILING_SYNC_OF: '-wal',
    };
    system = await System.start(CREW_CHANNELS, [], environment);
    watch = new Watch(system);
    crew = Crew.ofAll(watch, new Random(1, 'failing-sync'));
    await crew.meet(0);
  });
  after(async () => {
    watch.close();
    await system.stop();
    rmSync(folder, { recursive: true });
  });

  async function startAgain(): Promise<void> {
    rmSync(failing, { force: true });
    await system.startCore(system.clients.address);
    while ((await system.post('/netCheck', '')).json['status'] !== 200);
    watch.renew();
  }

  it('stops wallet-core under load, for nobody knows what is on the disk; all answers stay true after the start', async () => {
    let endedMs = 0;
    await crew.runDuring(async () => {
      while (crew.journal.acknowledged < 200) await new Promise((resolve) => setImmediate(resolve));
      writeFileSync(failing, '');
      expect(await system.core.ended).to.equal(1);
      endedMs = performance.now();
    });
    const busy = watch.heard.filter((heard) => isBusy(heard) && heard.sentMs < endedMs);
    expect(busy.length, 'callbacks that met the failure and were answered busy').to.be.above(0);
    const unknown = crew.cycle.filter(({ answers }) => answers.some(({ fate }) => fate === 'unknown'));
    expect(unknown.length, 'commands whose callers do not know what became of them').to.be.above(0);
    expect(system.core.output).to.include('the fate of a commit is unknown: stopping, the restart finds out');
    await startAgain();
    await crew.followUp();
    expect(crew.verifications.after).to.equal(1);
  });

  it('stops wallet-core with the next commit after a step of a pruning that was not synced', async () => {
    await system.clients.open('pruned', 'CNY');
    writeFileSync(failing, '');
    const pruning = system.clients.operations.pruneRequests({ beforeMs: BigInt(Date.now()) });
    const pruned = new Promise((resolve) =>
      pruning
        .on('end', () => resolve('all'))
        .on('error', resolve)
        .resume(),
    );
    expect(await pruned).to.be.an('error');
    // That the next sync succeeds says nothing of what this one left behind.
    rmSync(failing);

    const deposit = { playerId: 'pruned', kind: Kind.DEPOSIT, amount: '5.00', reference: 'after-the-pruning' };
    const answer = await system.clients.post(deposit).then(
      ({ reason }) => Reason[reason],
      (error: ServiceError) => status[error.code],
    );
    // Its own commit finds out; or, where a token names who prunes, already the record of that.
    expect(answer).to.be.oneOf(['UNAVAILABLE', 'SHUTTING_DOWN']);
    expect(await system.core.ended).to.equal(1);

    await startAgain();
    const { movements } = await system.clients.post(deposit);
    expect(movements.map(({ balanceAfter }) => balanceAfter)).to.deep.equal(['5.00']);
    await crew.verifications.prove();
    crew.end(path.join(system.folder, 'data'));
  });
});

describe('the ledger on a disk that fails to sync the database', () => {
  const folder = temporaryFolder('failing-checkpoint-');
  const failing = path.join(folder, 'failing');
  const known: string[] = [];
  let system: System;

  before(async () => {
    const preload = { LD_PRELOAD: compileShim(folder, 'failing-sync'), FAILING_SYNC_WHEN: failing };
    system = await System.start(CREW_CHANNELS, [], { ...preload, FAILING_SYNC_OF: 'ledger.db' });
    await system.clients.open('demo', 'CNY');
  });
  after(async () => {
    await system.stop();
    rmSync(folder, { recursive: true });
  });

  /** A zero with a large request, so that the WAL grows soon; whether it was answered. */
  async function post(reference: string): Promise<boolean> {
    const body = { $case: 'movements' as const, value: { movements: [{ ...MOVEMENT, amount: '0', reference }] } };
    const command = { channel: 'platform/test', timeoutMs: 0, request: randomBytes(2 ** 20), body };
    const { posting } = system.clients;
    return call<PostResponse>((done) => posting.post({ command }, done)).then(
      ({ result }) => result !== undefined && result.movements.length === 1,
      () => false,
    );
  }

  it('stops wallet-core at the next checkpoint; what was answered is in the WAL, and after the start in the database', async () => {
    writeFileSync(failing, '');
    for (let n = 1; await post(`zero-${n}`); n += 1) known.push(`zero-${n}`);
    expect(await system.core.ended).to.equal(1);
    expect(system.core.output).to.include('a checkpoint failed: disk I/O error');
    expect(known.length).to.be.above(10);

    rmSync(failing);
    await system.startCore(system.clients.address);
    await system.clients.post({ amount: '0', reference: 'after-the-start' });
    const { address } = system.clients;
    const verified = await CommandLine.run('verify', '--address', address);
    expect(verified.code, verified.stdout).to.equal(0);
    const kept = await system.clients.movements({ playerId: 'demo' });
    expect(kept.map(({ reference }) => reference)).to.include.members(known);
  });
});
