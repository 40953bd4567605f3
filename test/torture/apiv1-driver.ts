import { number, type Members } from '../simulator/exact-json.js';
import { requestOf, timestamp, type Endpoint } from '../simulator/apiv1/request.js';
import { centsOf, short } from '../simulator/money.js';
import type { Random } from '../simulator/random.js';
import { APIV1_KEY } from '../system.js';
import { UNKNOWN, Untrue, type Answer, type Asked, type Call, type ClientJournal } from './client-journal.js';
import type { Connections } from './connections.js';
import { Driver } from './driver.js';
import { membersOf, textOf, type JsonMembers } from './ebet-driver.js';

const STAKES: readonly number[] = [1, 8];
const CREDITS: readonly number[] = [2, 3];

/** An api-v1 provider: updates of all types, and checks of what was sent, or is sent only later. */
export class Apiv1Driver extends Driver {
  #sent: string[] = [];
  #later: Call[] = [];

  constructor(
    name: string,
    random: Random,
    journal: ClientJournal,
    readonly connections: Connections,
    readonly merchant: string,
  ) {
    super(name, random, journal);
  }

  override meet(players: readonly string[]): void {
    super.meet(players);
    this.#sent = [];
    this.#later = [];
  }

  protected next(): Call {
    if (this.random.chance(0.15)) return this.#check();
    const late = this.random.chance(0.3) ? this.#later.shift() : undefined;
    if (late) return late;
    return this.#update(this.fresh('t'), this.random.pick([1, 1, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
  }

  /** What it checks and when it sends what does not depend on answers. */
  protected learn(): void {}

  #update(id: string, type: number): Call {
    const { random } = this;
    const player = this.player();
    const debits = type === 1 || (!CREDITS.includes(type) && random.chance(0.4));
    const amount = debits ? -this.stake() : BigInt(random.int(0, 3_000));
    const stake = STAKES.includes(type);
    const fields = {
      ...{ transaction_id: id, member_id: player, action_value: number(short(amount)), action_type: type },
      ...{ order_id: `order-of-${player}`, remarks: '', timestamp: timestamp() },
    };
    const movements = [{ reference: id, player, amount, stake }];
    const asked: Asked = { what: `balance-update ${type}`, channel: this.#channel, movements };
    this.#sent.push(id);
    return this.#call('balance-update', fields, asked, (text, json) => {
      const applied = textOf(json['status']) === '1';
      if (applied && json['error_code'] !== undefined) throw new Untrue(`${id}: ${text}`);
      const told = { reference: id, applied, before: undefined, after: centsOf(json['balance']) };
      return { ...UNKNOWN, fate: applied || stake ? 'final' : 'open', text, movements: [told] };
    });
  }

  /** What became of an id: one that was sent, or one whose update is sent only when it was reported as failed. */
  #check(): Call {
    const early = this.#sent.length === 0 || this.random.chance(0.3);
    const id = early ? this.fresh('e') : this.random.pick(this.#sent);
    if (early) this.#later.push(this.#update(id, this.random.pick([1, 1, 3])));
    const asked: Asked = { what: 'transaction-check', channel: this.#channel, movements: [], check: id };
    return this.#call('transaction-check', { transaction_id: id, timestamp: timestamp() }, asked, (text, json) => {
      const reportedFailed = textOf(json['status']) === '2';
      return { ...UNKNOWN, fate: reportedFailed ? 'open' : 'final', text, reportedFailed };
    });
  }

  get #channel(): string {
    return `apiv1/${this.merchant}`;
  }

  #call(endpoint: Endpoint, fields: Members, asked: Asked, read: (text: string, json: JsonMembers) => Answer): Call {
    const { path, body } = requestOf(endpoint, fields, APIV1_KEY);
    return {
      asked: [asked],
      send: async () => {
        const text = await this.connections.post(path, body);
        if (text === undefined) return [UNKNOWN];
        const json = membersOf(text);
        return [json['error_code'] === 'TIME_OUT' ? UNKNOWN : read(text, json)];
      },
    };
  }
}
