import type { Logger } from 'pino';
import { type Address, formatAddress, listenProblem } from '../config.js';
import { type MetricsServer, registered, serveMetrics } from '../metrics-server.js';
import { CORE_METRICS } from '../metrics.js';
import type { Service } from '../process.js';
import { keepRenewing } from '../renewed.js';
import { tellExpiry } from '../tls.js';
import { formatDigest } from './journal/digest.js';
import { DigestLog } from './digest-log.js';
import { OPEN, type Access } from './access/settings.js';
import { Scrub } from './scrub.js';
import { Committer, COMMITTER_LIMITS } from './committer.js';
import { openFolder } from './folder.js';
import { listen } from './grpc/server.js';
import { type Answered, Observer, type Origin } from './observer.js';
import { subjectOf } from './subject.js';
import type { CheckpointLimits } from './storage/sqlite/checkpoint-plan.js';
import type { Synchronous } from './storage/sqlite/connection.js';
import { CommitUnknownError, type GroupTimes } from './storage/port.js';

export interface CoreOptions {
  /** The folder of the ledger. */
  readonly data: string;
  /** The folder of backups, if not the one that the store chooses. */
  readonly backups?: string;
  /** Port 0: one that the system chooses. */
  readonly listen: Address;
  /** Who may call; left out: whoever reaches it. */
  readonly access?: Access;
  readonly log: Logger;
  /** Where metrics are served; left out: nowhere. */
  readonly metrics?: Address | undefined;
  /** Called when a commit's fate is unknown: only a restart finds out. */
  readonly onFatal: (error: Error) => void;
  /** URL of the module with the rules, if not domain/decide.ts. */
  readonly rules?: URL;
  /** See SqliteStoreOptions. */
  readonly synchronous?: Synchronous;
  /** See SqliteStoreOptions. */
  readonly checkpoints?: CheckpointLimits;
  /** See SqliteStoreOptions. */
  readonly eraReferences?: number;
  /** From the end of one background verification to the next; 0 or left out: none. */
  readonly scrubEveryMs?: number;
  /** For how long calls are kept that were refused before the ledger. Default: 30 days. */
  readonly keepRefusedMs?: number;
}

/** Stopping answers what is under way, writes the WAL into the database and gives up the ledger. */
export interface Core extends Service {
  readonly committer: Committer;
  /** Names of the channels that are open. */
  channels(): Promise<readonly string[]>;
}

const DAY_MS = 86_400_000;

const METRICS_SETTING = ['walletCore.metrics', 'WALLET_CORE_METRICS'] as const;

const DISK_FULL =
  'the disk of the ledger is full: reads go on, what would be written is answered as not applied (STORE_FULL) and may be ' +
  'sent again; make room, and it goes on by itself';

/** Builds the whole of wallet-core and starts it. */
export async function startCore(given: CoreOptions): Promise<Core> {
  const {
    data,
    backups,
    listen: at,
    access = OPEN,
    log,
    metrics: metricsAt,
    onFatal,
    rules,
    synchronous,
    checkpoints,
    eraReferences,
    scrubEveryMs = 0,
    keepRefusedMs = 30 * DAY_MS,
  } = given;
  const registry = metricsAt && (await registered(CORE_METRICS));
  const observer = new Observer(log, registry?.metrics);
  const owner = `process ${process.pid}, started ${new Date().toISOString()}, listening on ${formatAddress(at)}`;
  const chosen = {
    ...(rules ? { rules } : {}),
    ...(synchronous ? { synchronous } : {}),
    ...(checkpoints ? { checkpoints } : {}),
    ...(eraReferences === undefined ? {} : { eraReferences }),
  };
  const onRoom = (hasRoom: boolean) => {
    if (hasRoom) log.warn({ data }, 'the disk of the ledger has room again: commands are applied as before');
    else log.error({ data }, DISK_FULL);
  };
  const onDamage = (error: Error) => scrub.meet(error);
  const onUncounted = (error: Error) => log.error({ err: error }, 'movements and withholdings cannot be counted');
  const onGroup = (commands: number, took: GroupTimes) => {
    observer.group(commands, took);
    committer.took(took);
  };
  const heard = { onRoom, onDamage, onUncounted, onDeath: onFatal, onGroup };
  const options = { ...chosen, ...heard, ...(backups === undefined ? {} : { backups }) };
  const folder = await openFolder({ folder: data, owner, ...options }, keepRefusedMs, access);
  const { store, refused, tokens } = folder;
  const onFault = (error: Error, command: Answered['command'], origin: Origin) => {
    log.error({ err: error, ...subjectOf(command), ...origin }, 'a command met a fault');
    if (error instanceof CommitUnknownError) onFatal(error);
  };
  const committer = new Committer(store, onFault, COMMITTER_LIMITS, observer.answered.bind(observer));
  const scrub = new Scrub(store, log, scrubEveryMs, () => server.announceDamage());
  const server = await listen(formatAddress(at), store, committer, scrub, refused, access, tokens, observer, log).catch(
    async (error: unknown) => {
      await folder.close();
      throw listenProblem('walletCore.listen', 'WALLET_CORE_LISTEN', at, error);
    },
  );
  const digest = formatDigest(await store.queries.digest());
  const digestLog = new DigestLog(store.queries, log, digest);
  let metricsServer: MetricsServer | undefined;
  const stopRenewing = keepRenewing([access.tls, access.clientCa], log);
  const stop = async () => {
    stopRenewing();
    server.announceStop();
    scrub.stop();
    await server.stop();
    await committer.stop();
    observer.end();
    await digestLog.stop();
    await folder.close();
    metricsServer?.stop();
  };
  if (metricsAt && registry) {
    const measure = async () => {
      const room = await store.room().catch(() => undefined);
      const counts = await store.counts(0);
      const [waiting, damaged] = [committer.waiting, scrub.hasFound];
      tellExpiry(registry.metrics.certificateExpiry, access.tls);
      observer.measured({ waiting, damaged, openWithholdings: counts?.openWithholdings ?? NaN, room });
    };
    metricsServer = await serveMetrics(registry.registry, metricsAt, METRICS_SETTING, measure).catch(
      async (error: unknown) => {
        await stop();
        throw error;
      },
    );
  }
  scrub.start();
  return {
    host: at.host,
    port: server.port,
    about: {
      data,
      digest,
      ...(access.tls && { certificateValidTo: access.tls.now.validTo }),
      ...(metricsServer && { metrics: metricsServer.address }),
    },
    committer,
    channels: async () => (await store.queries.channels()).map(({ channel }) => channel),
    stop,
  };
}
