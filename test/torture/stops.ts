import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { Random } from '../simulator/random.js';
import { System } from '../system.js';
import { Untrue } from './client-journal.js';
import { Crew, CREW_CHANNELS } from './crew.js';
import type { Kept } from './kept.js';
import { Watch } from './watch.js';

/** What gets the SIGTERM: one of the two processes, or the parent of both as `npm start` runs it. */
export const STOPPED = ['npm start', 'wallet-core', 'gateway'] as const;
type Stopped = (typeof STOPPED)[number];

interface Stops {
  readonly stops: Record<Stopped, number>;
  /** Commands that were asked for after the signal, those of them that were answered, and those of which nothing is recorded. */
  asked: number;
  answered: number;
  absent: number;
  /** From the signal to the end of the process, at most. */
  stopMs: number;
}

export interface StopFigures extends Stops {
  readonly kept: Kept;
}

const START = path.join(import.meta.dirname, '../../start.js');
const STOPS_PER_COHORT = 3;
/**
 * Whoever calls on a connection that was idle before may find it closed: not so early after the signal, for the gateway
 * waits 250 ms for such calls.
 */
const GRACE_MS = 100;
/** After the signal the clients ask for so much more at most: what is not there any more refuses them quickly. */
const ASKED_MAX = 250;

/** Stops the system under load again and again; throws when a call that it took got no answer, or an answer is lost. */
export async function stopUnderLoad(stops: number, seed: number, done: () => void = () => {}): Promise<StopFigures> {
  const figures: Stops = {
    stops: { 'npm start': 0, 'wallet-core': 0, gateway: 0 },
    ...{ asked: 0, answered: 0, absent: 0, stopMs: 0 },
  };
  const random = new Random(seed, 'stops');
  const system = await System.start(CREW_CHANNELS);
  const watch = new Watch(system);
  const crew = Crew.ofAll(watch, random);
  try {
    for (let stop = 0; stop < stops; stop++) {
      const target = STOPPED[stop % STOPPED.length] ?? 'gateway';
      if (stop % STOPS_PER_COHORT === 0) await crew.meet(stop / STOPS_PER_COHORT);
      await stopOnce(system, crew, watch, target, figures);
      done();
    }
    return { ...figures, kept: crew.end(path.join(system.folder, 'data')) };
  } finally {
    watch.close();
    await system.stop();
  }
}

async function stopOnce(system: System, crew: Crew, watch: Watch, target: Stopped, figures: Stops) {
  const { journal, random } = crew;
  const running = target === 'npm start' ? await startBoth(system, watch) : processOf(system, target);
  let signalledMs = Infinity;
  let cut = 0;
  watch.onCut = (sentMs) => {
    if (sentMs < signalledMs + GRACE_MS) cut += 1;
  };
  let ended = false;
  let signalled = Infinity;
  const load = crew.run(() => !ended && journal.entries.length - signalled < ASKED_MAX);
  try {
    await Promise.race([new Promise((resolve) => setTimeout(resolve, random.int(100, 400))), load]);
    signalled = journal.entries.length;
    signalledMs = performance.now();
    running.kill('SIGTERM');
    await once(running, 'exit');
    figures.stopMs = Math.max(figures.stopMs, performance.now() - signalledMs);
    if (running.exitCode !== 0) throw new Untrue(`${target} ended with ${running.exitCode ?? running.signalCode}`);
  } finally {
    ended = true;
  }
  await load;
  watch.onCut = undefined;
  if (cut > 0) throw new Untrue(`${target}: ${cut} connections were cut in the middle of a call`);
  if (target !== 'gateway') expectCheckpointed(system);
  await startAgain(system, target);
  watch.renew();
  const asked = journal.entries.slice(signalled);
  figures.stops[target] += 1;
  figures.asked += asked.length;
  figures.answered += asked.filter(({ answers }) => answers.some(({ fate }) => fate !== 'unknown')).length;
  figures.absent += await crew.expectAbsent();
  await crew.followUp();
}

function processOf(system: System, target: 'wallet-core' | 'gateway'): ChildProcess {
  return target === 'gateway' ? system.gateway.child : system.core.child;
}

/** Runs both processes as `npm start` does, in place of those that run. */
async function startBoth(system: System, watch: Watch): Promise<ChildProcess> {
  await system.gateway.stop();
  await system.core.stop();
  const env = {
    ...process.env,
    ...{ NODE_ENV: 'test', SINGLE_WALLET_CONFIG: path.join(system.folder, 'single-wallet.yaml') },
    ...{ SINGLE_WALLET_DATA: '', WALLET_CORE_LISTEN: system.clients.address, GATEWAY_LISTEN: system.gatewayAddress },
  };
  const both = spawn(process.execPath, ['--enable-source-maps', START], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const text = async () => {
    let output = '';
    for await (const chunk of both.stdout) {
      output += String(chunk);
      if (output.includes('Ctrl-C stops both')) break;
    }
    if (!output.includes('Ctrl-C stops both')) throw new Error(`npm start ended:\n${output}`);
  };
  await text();
  watch.renew();
  return both;
}

async function startAgain(system: System, target: Stopped): Promise<void> {
  if (target !== 'gateway') await system.startCore(system.clients.address);
  if (target !== 'wallet-core') await system.startGateway(undefined, system.gatewayAddress);
  while ((await system.post('/netCheck', '')).json['status'] !== 200);
}

/** A ledger that was closed is one file. */
function expectCheckpointed(system: System): void {
  const wal = path.join(system.folder, 'data', 'ledger.db-wal');
  if (existsSync(wal) && statSync(wal).size > 0) throw new Untrue('the WAL was not written into the database');
}
