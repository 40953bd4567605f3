import path from 'node:path';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  LogInOutcome,
  type IssueAccessTokenResponse,
  type LogInRequest,
  type LogInResponse,
} from '../../proto/gen/wallet/v1/account.js';
import { Kind } from '../../proto/gen/wallet/v1/movement.js';
import { Random } from '../simulator/random.js';
import { allOf } from '../simulator/schedule.js';
import { call, System } from '../system.js';
import { inLedger } from '../wallet-core/core.js';
import { Untrue } from './client-journal.js';
import { Clock } from './clock.js';
import { Crew, CREW_CHANNELS } from './crew.js';
import type { Kept } from './kept.js';
import { freeze, unfreeze } from './process-state.js';
import { temporaryFolder } from './shim.js';
import { isBusy, Watch } from './watch.js';

interface Jumps {
  jumps: number;
  /** Callbacks that were under way at a jump while wallet-core stood still, and how long the slowest of them took. */
  hanging: number;
  slowestMs: number;
  absent: number;
}

export interface ClockFigures extends Jumps {
  readonly kept: Kept;
}

export const HOUR_MS = 3_600_000;
/** How far what a process takes for now may be from what the clock says: a loaded machine is slow. */
const SLACK_MS = 60_000;
const PATIENCE_MS = 2_000;

/** A system whose clock jumps, with its clients; throws when an answer was untrue. */
export class ClockRoom {
  readonly crew: Crew;
  readonly watch: Watch;
  readonly #figures: Jumps = { jumps: 0, hanging: 0, slowestMs: 0, absent: 0 };
  #deposits = 0;
  /** The time of the newest entry that was seen. */
  #lastMs = 0n;

  private constructor(
    readonly system: System,
    readonly clock: Clock,
    readonly folder: string,
  ) {
    this.watch = new Watch(system);
    this.crew = Crew.ofAll(this.watch, new Random(1, 'clock'), { ebet: 4, apiv1: 2, platforms: 2 });
  }

  static async open(shim: string): Promise<ClockRoom> {
    const folder = temporaryFolder('clock-');
    const clock = new Clock(path.join(folder, 'shift'), shim);
    const room = new ClockRoom(await System.start(CREW_CHANNELS, [], clock.environment), clock, folder);
    await room.system.clients.open('probe', 'CNY');
    await room.crew.meet(0);
    return room;
  }

  async close(): Promise<void> {
    unfreeze(this.system.core);
    this.watch.close();
    await this.system.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** Sets the clock in the middle of load; both processes see it, and the journal's time never goes back. */
  async jump(shiftMs: number): Promise<void> {
    await this.crew.runDuring(async () => {
      await delay(150);
      this.clock.shift(shiftMs);
      this.#figures.jumps += 1;
      await delay(150);
    });
    await this.expectSeen();
    await this.crew.followUp();
  }

  /** The gateway tells the time in its answers; wallet-core's is that of its entries, unless those are ahead of it. */
  async expectSeen(): Promise<void> {
    const { json } = await this.system.post('/increaseCredit', '{"channelId":99}');
    this.#expectNear('the gateway', Number(json['timestamp']));
    const before = this.#lastMs;
    const timeMs = await this.deposit();
    if (timeMs < before) throw new Untrue(`the journal's time went back from ${before} to ${timeMs}`);
    if (timeMs > before + BigInt(SLACK_MS)) this.#expectNear('wallet-core', Number(timeMs));
    else if (this.clock.now > Number(timeMs) + SLACK_MS) throw new Untrue('the journal does not follow the clock');
  }

  #expectNear(who: string, timeMs: number): void {
    if (Math.abs(timeMs - this.clock.now) < SLACK_MS) return;
    throw new Untrue(`${who} does not see the clock: ${timeMs} and not ${this.clock.now}`);
  }

  /** The time of its entry. */
  async deposit(): Promise<bigint> {
    const reference = `probe-${++this.#deposits}`;
    const movement = { playerId: 'probe', kind: Kind.DEPOSIT, amount: '0.01', reference, round: '' };
    const { timeMs } = await this.watch.clients.post(movement);
    this.#lastMs = timeMs > this.#lastMs ? timeMs : this.#lastMs;
    return timeMs;
  }

  /** The clock jumps while callbacks wait for wallet-core: they are answered in time all the same, and not applied later. */
  async jumpWhileCallsHang(shiftMs: number): Promise<void> {
    const { crew, system, watch } = this;
    await freeze(system.core);
    const fromMs = performance.now();
    let goesOn = true;
    const load = allOf(crew.providers.map((driver) => driver.run(() => goesOn)));
    await delay(300);
    this.clock.shift(shiftMs);
    this.#figures.jumps += 1;
    goesOn = false;
    await load;
    const heard = watch.heard.filter(({ sentMs }) => sentMs > fromMs);
    this.#figures.hanging += heard.length;
    this.#figures.slowestMs = Math.max(this.#figures.slowestMs, ...heard.map(({ tookMs }) => tookMs));
    const wrong = heard.find((one) => !isBusy(one) || one.tookMs > PATIENCE_MS);
    if (wrong) throw new Untrue(`${wrong.endpoint}: ${wrong.text} after ${Math.round(wrong.tookMs)} ms`);
    unfreeze(system.core);
    await this.expectSeen();
    this.#figures.absent += await crew.expectAbsent();
    await crew.followUp();
  }

  async restart(): Promise<void> {
    await this.system.restartCore();
    this.watch.renew();
    await this.crew.verifications.prove();
  }

  /** A token for the player "probe". */
  async token(lifetimeS: number): Promise<string> {
    const request = { playerId: 'probe', lifetimeS, oneTime: false };
    const { accounts } = this.watch.clients;
    return (await call<IssueAccessTokenResponse>((done) => accounts.issueAccessToken(request, done))).accessToken;
  }

  /** What becomes of a login with it. */
  async logIn(accessToken: string): Promise<string> {
    const request: LogInRequest = {
      ...{ channel: 'platform/test', reference: `login-${++this.#deposits}`, currency: 'CNY' },
      credential: { $case: 'accessToken', value: { playerId: 'probe', accessToken } },
      ...{ rotateAccessToken: false, accessTokenLifetimeS: 0 },
    };
    const { accounts } = this.watch.clients;
    const { outcome } = await call<LogInResponse>((done) => accounts.logIn(request, done));
    return LogInOutcome[outcome];
  }

  /** The time of the journal's entries never goes back. */
  end(): ClockFigures {
    const data = path.join(this.system.folder, 'data');
    const back = inLedger(data, (db) =>
      db
        .prepare('SELECT count(*) FROM entry e JOIN entry p ON p.seq = e.seq - 1 WHERE e.time_ms < p.time_ms')
        .pluck()
        .get(),
    );
    if (Number(back) !== 0) throw new Untrue(`${String(back)} entries are older than the one before`);
    return { ...this.#figures, kept: this.crew.end(data) };
  }
}
