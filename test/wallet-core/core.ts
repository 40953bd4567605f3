import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { Database } from 'better-sqlite3';
import { parse, stringify } from 'yaml';
import { Kind, Outcome, Reason } from '../../proto/gen/wallet/v1/movement.js';
import {
  PostBatchRequest,
  PostRequest,
  RefundLineStatus,
  type Command,
  type NewMovement,
  type PostBatchResponse,
  type PostResponse,
  type RefundCommand,
  type RefundLine,
  type Result,
} from '../../proto/gen/wallet/v1/posting.js';
import { SQLite } from '../../wallet-core/storage/sqlite/library.js';
import { CORE_SETTINGS } from '../secured.js';
import { call, Clients, MOVEMENT, Process } from '../system.js';

export const CHANNEL = 'platform/test';

/** A command of movements, each demo's bet of 80.00 unless told otherwise. */
export function movements(...changes: readonly Partial<NewMovement>[]): Command {
  const value = { movements: changes.map((change) => ({ ...MOVEMENT, ...change })) };
  return { channel: CHANNEL, timeoutMs: 0, request: Buffer.alloc(0), body: { $case: 'movements', value } };
}

/** A refund by demo of the bet-1 of 80.00 unless told otherwise. */
export function refund(change: Partial<RefundCommand> = {}, ...lines: readonly Partial<RefundLine>[]): Command {
  const filled = (lines.length > 0 ? lines : [{}]).map((line) => ({
    reference: 'bet-1',
    amount: '80.00',
    playerId: '',
    ...line,
  }));
  const base = { reference: 'refund-1', playerId: 'demo', currency: 'CNY', refuseSettled: false, amountMax: '' };
  const value = { ...base, lines: filled, ...change };
  return { channel: CHANNEL, timeoutMs: 0, request: Buffer.alloc(0), body: { $case: 'refund', value } };
}

/** A question about a reference, which closes it unless told otherwise. */
export function check(reference: string, close = true): Command {
  const value = { reference, close };
  return { channel: CHANNEL, timeoutMs: 0, request: Buffer.alloc(0), body: { $case: 'check', value } };
}

export function deposit(amount: string, reference: string, playerId = 'demo', currency = 'CNY'): Command {
  return movements({ kind: Kind.DEPOSIT, amount, reference, playerId, currency, round: '' });
}

/** An outcome in words: "APPLIED", "REFUSED FROZEN", "INVALID MALFORMED". */
export function words({ outcome, reason }: Pick<Result, 'outcome' | 'reason'>): string {
  return [Outcome[outcome], reason === Reason.UNSPECIFIED ? '' : Reason[reason]].join(' ').trim();
}

export function lineWords({ refund }: Result): string[] {
  return (refund?.lines ?? []).map((line) => RefundLineStatus[line.status] ?? '?');
}

/** "INVALID_ARGUMENT: commands: has 0…", or "OK" for a call that did not fail. */
export async function failure(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
    return 'OK';
  } catch (error) {
    const { code, details } = error as ServiceError;
    return `${status[code]}: ${details}`;
  }
}

/** A real wallet-core process alone, with a folder of its own; its ledger has the channel platform/test and nobody. */
export class TestCore {
  readonly environment: Readonly<Record<string, string>>;
  process!: Process;
  clients!: Clients;

  private constructor(
    readonly folder = mkdtempSync(path.join(tmpdir(), 'wallet-core-')),
    readonly data = path.join(folder, 'data'),
    setting = '',
  ) {
    const file = path.join(this.folder, 'single-wallet.yaml');
    const walletCore = { ...CORE_SETTINGS, ...(parse(`{ ${setting.replace(/^, /, '')} }`) as object) };
    writeFileSync(file, stringify({ data: 'data', walletCore }));
    this.environment = { SINGLE_WALLET_CONFIG: file, SINGLE_WALLET_DATA: data, WALLET_CORE_LISTEN: '' };
  }

  /** With money, there is a player demo who has so much in CNY. `setting`: such as ", logLevel: warn". */
  static async start(money?: string, setting = ''): Promise<TestCore> {
    const core = await TestCore.bare(setting);
    await core.clients.openChannel(CHANNEL);
    if (money !== undefined) await core.player('demo', money);
    return core;
  }

  /** Without a channel. `setting`: as above. */
  static async bare(setting = ''): Promise<TestCore> {
    const core = new TestCore(undefined, undefined, setting);
    await core.start();
    return core;
  }

  /** On a ledger that was written before. */
  static async on(ledger: Uint8Array): Promise<TestCore> {
    const core = new TestCore();
    mkdirSync(core.data);
    writeFileSync(path.join(core.data, 'ledger.db'), ledger);
    await core.start();
    return core;
  }

  /** A second process, on another data folder within the folder of a first. */
  static async at(first: TestCore, data: string): Promise<TestCore> {
    const core = new TestCore(first.folder, data);
    await core.start();
    return core;
  }

  async start(): Promise<void> {
    this.process = new Process('wallet-core', this.environment);
    this.clients = new Clients(await this.process.listening);
  }

  /** Stops the process with a signal and starts it again. */
  async restart(signal: NodeJS.Signals): Promise<void> {
    await this.end(signal);
    await this.start();
  }

  /** Ends the process; its exit code or the signal that killed it. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals> {
    this.clients.close();
    return this.process.stop(signal);
  }

  async player(player: string, money: string, currency = 'CNY'): Promise<void> {
    await this.clients.open(player, currency);
    await this.post(deposit(money, `deposit-${player}-${currency}`, player, currency));
  }

  async post(command: Command): Promise<Result> {
    const { result } = await call<PostResponse>((done) => this.clients.posting.post({ command }, done));
    if (!result) throw new Error('no result');
    return result;
  }

  async postBatch(...commands: readonly Command[]): Promise<Result[]> {
    const request = { commands: [...commands] };
    return (await call<PostBatchResponse>((done) => this.clients.posting.postBatch(request, done))).results;
  }

  /** The answer to a post as it stands on the wire. */
  async bytesOf(command: Command): Promise<string> {
    return this.#bytes('Post', PostRequest.encode({ command }).finish());
  }

  async bytesOfBatch(...commands: readonly Command[]): Promise<string> {
    return this.#bytes('PostBatch', PostBatchRequest.encode({ commands: [...commands] }).finish());
  }

  #bytes(method: string, request: Uint8Array): Promise<string> {
    const same = (bytes: Buffer) => bytes;
    const path = `/wallet.v1.PostingService/${method}`;
    return new Promise((resolve, reject) =>
      this.clients.posting.makeUnaryRequest(path, same, same, Buffer.from(request), new Metadata(), (error, answer) =>
        answer ? resolve(answer.toString('hex')) : reject(error ?? new Error('no answer')),
      ),
    );
  }

  async stop(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.folder, { recursive: true });
  }
}

/** Reads the file of a ledger that nobody has open, with plain SQL. */
export function inLedger<T>(folder: string, read: (db: Database) => T): T {
  const db = new SQLite(path.join(folder, 'ledger.db'), { readonly: true, fileMustExist: true });
  try {
    return read(db.defaultSafeIntegers(true));
  } finally {
    db.close();
  }
}
