import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { requestOf, timestamp } from '../simulator/apiv1/request.js';
import { number } from '../simulator/exact-json.js';
import { Random } from '../simulator/random.js';
import { APIV1_KEY, System } from '../system.js';
import { Untrue } from './client-journal.js';
import { Crew, CREW_CHANNELS } from './crew.js';
import type { Kept } from './kept.js';
import { freeze, unfreeze } from './process-state.js';
import { isBusy, Watch } from './watch.js';

export interface StandstillFigures {
  /** Callbacks that were answered while the process stood still, and how long the slowest of them took. */
  answered: number;
  slowestMs: number;
  /** Commands that were answered busy meanwhile, and of which nothing was recorded when it went on. */
  absent: number;
  /** How long after it went on a callback was applied. */
  resumedMs: number;
  readonly kept: Kept;
}

/** eBET gives up after this. */
const PATIENCE_MS = 2_000;
/** The last callbacks are sent so much before the process goes on, so that all are answered by then. */
const LAST_MS = 1_700;

/** A platform and providers whose calls come also while wallet-core or the gateway stands still. */
export async function standStill(
  target: 'wallet-core' | 'gateway',
  standsMs: number,
  seed: number,
): Promise<StandstillFigures> {
  const random = new Random(seed, target);
  const system = await System.start(CREW_CHANNELS);
  const watch = new Watch(system);
  const crew = Crew.ofAll(watch, random, { ebet: 16, apiv1: 8, platforms: 4 });
  try {
    await crew.meet(0);
    await system.player('probe', 'CNY', '1.00');
    return await (target === 'gateway'
      ? stillGateway(system, crew, standsMs)
      : stillCore(system, crew, watch, standsMs));
  } finally {
    watch.close();
    for (const process of [system.core, system.gateway]) unfreeze(process);
    await system.stop();
  }
}

async function stillCore(system: System, crew: Crew, watch: Watch, standsMs: number): Promise<StandstillFigures> {
  const { journal } = crew;
  let goesOn = true;
  const load = crew.run(() => goesOn);
  await Promise.race([delay(300), load]);
  await freeze(system.core);
  const [stoodMs, since] = [performance.now(), journal.entries.length];
  await Promise.race([delay(standsMs - LAST_MS), load]);
  goesOn = false;
  await delay(LAST_MS);
  const meanwhile = watch.heard.filter(({ sentMs }) => sentMs > stoodMs);
  const asked = journal.entries.slice(since).filter(({ asked: { channel } }) => !channel.startsWith('platform/'));
  const silent = asked.filter(({ answers, sent }) => answers.length < sent);
  if (silent.length > 0) throw new Untrue(`${silent[0]?.name}: got no answer while wallet-core stood still`);
  const wrong = meanwhile.find((heard) => !isBusy(heard));
  if (wrong) throw new Untrue(`${wrong.endpoint} was answered without wallet-core: ${wrong.text}`);
  const slowestMs = Math.max(...meanwhile.map(({ tookMs }) => tookMs));
  if (slowestMs > PATIENCE_MS) throw new Untrue(`a callback was answered after ${Math.round(slowestMs)} ms`);

  unfreeze(system.core);
  const wentOnMs = performance.now();
  // On the connection of all that was answered busy, and behind it.
  while (!(await probe(system)));
  const resumedMs = performance.now() - wentOnMs;
  await load;
  const absent = await crew.expectAbsent(asked);
  await crew.followUp();
  const kept = crew.end(path.join(system.folder, 'data'));
  return { answered: meanwhile.length, slowestMs, absent, resumedMs, kept };
}

/** Callers who wait get an answer when the gateway goes on; what they were not told, their repeats find out. */
async function stillGateway(system: System, crew: Crew, standsMs: number): Promise<StandstillFigures> {
  let resumedMs = 0;
  await crew.runDuring(async () => {
    await delay(300);
    await freeze(system.gateway);
    await delay(standsMs);
    unfreeze(system.gateway);
    const wentOnMs = performance.now();
    while (!(await probe(system)));
    resumedMs = performance.now() - wentOnMs;
  });
  await crew.followUp();
  return { answered: 0, slowestMs: 0, absent: 0, resumedMs, kept: crew.end(path.join(system.folder, 'data')) };
}

let probes = 0;

/** A callback beside the load; whether it was applied. */
async function probe(system: System): Promise<boolean> {
  const fields = {
    ...{ transaction_id: `probe-${++probes}`, member_id: 'probe', action_value: number('0.01'), action_type: 2 },
    ...{ order_id: 'order', remarks: '', timestamp: timestamp() },
  };
  const request = requestOf('balance-update', fields, APIV1_KEY);
  return (await system.post(request.path, request.body)).json['status'] === 1;
}
