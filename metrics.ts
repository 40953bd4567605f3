/** What one metric is; docs/operations.md and docs/grafana.json are written from it (npm run metrics-docs). The names follow Prometheus: seconds and bytes, counters end in `_total`. */
export interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Each has values of a closed set: never a player, a reference or a path that somebody sent. */
  readonly labels: readonly string[];
  /** What it counts or measures; stands in /metrics and in docs/operations.md. */
  readonly help: string;
  /** Upper bounds, for a histogram. */
  readonly buckets?: readonly number[];
  /** How Grafana shows its values; since, until: a time in seconds since 1970, shown as how long ago, or ahead, that is. */
  readonly unit: 's' | 'bytes' | 'short' | 'cps' | 'since' | 'until';
}

export type MetricTable = Readonly<Record<string, Metric>>;

const SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

const CERTIFICATE_EXPIRY = {
  type: 'gauge',
  labels: ['setting'],
  help: 'Until when the certificate that is shown now is valid, in seconds since 1970, by its setting. One whose files were replaced counts as soon as it is shown.',
  unit: 'until',
} as const;

/** All metrics of the gateway, beside those of Node.js. */
export const GATEWAY_METRICS = {
  calls: {
    name: 'single_wallet_gateway_calls_total',
    type: 'counter',
    labels: ['channel', 'endpoint', 'outcome'],
    help: 'Calls of providers, by the status that they were answered with (api-v1: SUCCESS or its error_code); UNREAD: the body did not come, or was too large; FAULT: HTTP 500. The channel is empty where a call named none of ours.',
    unit: 'cps',
  },
  stages: {
    name: 'single_wallet_gateway_stage_seconds',
    type: 'histogram',
    labels: ['endpoint', 'stage'],
    help: 'Time of a call in each stage: read (until its body has come and is parsed, as those are that came in the same turn), signature (checking it), wallet_core (waiting for wallet-core) and whole (until its answer is handed to the connection). A call is only in the stages that it came to.',
    buckets: SECONDS,
    unit: 's',
  },
  refusedSignatures: {
    name: 'single_wallet_gateway_refused_signatures_total',
    type: 'counter',
    labels: ['channel'],
    help: "Calls whose signature was by none of the channel's keys. One after a key was rotated is a mistake, many are an attack.",
    unit: 'cps',
  },
  turnedAway: {
    name: 'single_wallet_gateway_turned_away_total',
    type: 'counter',
    labels: [],
    help: 'Calls that were answered busy because too many were under way; most of them unread, and those are not in calls_total.',
    unit: 'cps',
  },
  underWay: {
    name: 'single_wallet_gateway_calls_under_way',
    type: 'gauge',
    labels: [],
    help: 'Calls that were taken in and are not answered yet; at 1,024, and in an overload at 128, more are answered busy.',
    unit: 'short',
  },
  batchSize: {
    name: 'single_wallet_gateway_batch_commands',
    type: 'histogram',
    labels: [],
    help: 'Commands in each batch that was sent to wallet-core; its count is the number of batches.',
    buckets: SIZES,
    unit: 'short',
  },
  batchTime: {
    name: 'single_wallet_gateway_batch_seconds',
    type: 'histogram',
    labels: [],
    help: 'Time from sending a batch to wallet-core to its answer, or to the failure of the call.',
    buckets: SECONDS,
    unit: 's',
  },
  failures: {
    name: 'single_wallet_gateway_wallet_core_failures_total',
    type: 'counter',
    labels: ['code'],
    help: 'gRPC calls to wallet-core that brought no answer, by gRPC status. Their callbacks are answered busy.',
    unit: 'cps',
  },
  certificateExpiry: { name: 'single_wallet_gateway_certificate_expiry_timestamp_seconds', ...CERTIFICATE_EXPIRY },
} as const satisfies MetricTable;

/** All metrics of wallet-core, beside those of Node.js. */
export const CORE_METRICS = {
  calls: {
    name: 'single_wallet_core_calls_total',
    type: 'counter',
    labels: ['rpc', 'code'],
    help: 'gRPC calls, by gRPC status. A call that is answered is OK, whatever became of its commands.',
    unit: 'cps',
  },
  callTime: {
    name: 'single_wallet_core_call_seconds',
    type: 'histogram',
    labels: ['rpc'],
    help: 'Time of a gRPC call from its arrival to its answer; of a stream to its end.',
    buckets: SECONDS,
    unit: 's',
  },
  commands: {
    name: 'single_wallet_core_commands_total',
    type: 'counter',
    labels: ['command', 'outcome', 'reason'],
    help: 'Commands by what became of them; REFUSED is a decline, with its reason. A repeat counts again, as what it got. Those that were not even read (malformed, or the queue was full) are the command "unread".',
    unit: 'cps',
  },
  stages: {
    name: 'single_wallet_core_stage_seconds',
    type: 'histogram',
    labels: ['stage'],
    help: 'Time of a command in each stage: wait (in the queue, until its group begins) and commit (from then until its group is on disk).',
    buckets: SECONDS,
    unit: 's',
  },
  blocksHit: {
    name: 'single_wallet_core_blocks_hit_total',
    type: 'counter',
    labels: [],
    help: 'Debits that were refused because their reference was refunded, or reported as failed, before they came. A repeat of one counts again.',
    unit: 'cps',
  },
  groupSize: {
    name: 'single_wallet_core_group_commands',
    type: 'histogram',
    labels: [],
    help: 'Commands in each group that was committed as one; its count is the number of commits.',
    buckets: SIZES,
    unit: 'short',
  },
  groupTime: {
    name: 'single_wallet_core_group_seconds',
    type: 'histogram',
    labels: ['step'],
    help: 'Time of the thread that writes, for a group: decide (load, decide and write), fsync (COMMIT, which syncs the WAL) and acknowledge (note down what is about to be answered, and at times move the rest of the WAL into the ledger).',
    buckets: SECONDS,
    unit: 's',
  },
  waiting: {
    name: 'single_wallet_core_commands_waiting',
    type: 'gauge',
    labels: [],
    help: 'Length of the queue: commands that wait for their group; at 4,096, in a lasting overload at 1,024, or with 64 MiB, more are not applied.',
    unit: 'short',
  },
  openWithholdings: {
    name: 'single_wallet_core_open_withholdings',
    type: 'gauge',
    labels: [],
    help: 'Withholdings of which something was not given back, of all time, as of the scrape before. NaN until the ledger was read once from the first scrape on, at a fifth of a core.',
    unit: 'short',
  },
  walBytes: {
    name: 'single_wallet_core_wal_bytes',
    type: 'gauge',
    labels: [],
    help: 'Size of the WAL, ledger.db-wal. It stays at the most that it once needed.',
    unit: 'bytes',
  },
  ledgerBytes: {
    name: 'single_wallet_core_ledger_bytes',
    type: 'gauge',
    labels: [],
    help: 'Size of the ledger, ledger.db.',
    unit: 'bytes',
  },
  freeBytes: {
    name: 'single_wallet_core_free_bytes',
    type: 'gauge',
    labels: [],
    help: 'Room that is left on the disk of the ledger. Without any, nothing more is applied until there is some. NaN: it cannot be read.',
    unit: 'bytes',
  },
  lastBackup: {
    name: 'single_wallet_core_last_backup_timestamp_seconds',
    type: 'gauge',
    labels: [],
    help: 'When the newest backup in walletCore.backups was made, in seconds since 1970; 0: there is none.',
    unit: 'since',
  },
  damaged: {
    name: 'single_wallet_core_damaged',
    type: 'gauge',
    labels: [],
    help: '1 from the moment on that a verification, the scrub or a call met damage in the ledger, until a restart; else 0.',
    unit: 'short',
  },
  certificateExpiry: { name: 'single_wallet_core_certificate_expiry_timestamp_seconds', ...CERTIFICATE_EXPIRY },
} as const satisfies MetricTable;

/** Those of Node.js that are worth a look, of both processes; prom-client counts these, and more. */
export const NODE_METRICS = {
  loopLag: {
    name: 'nodejs_eventloop_lag_p99_seconds',
    type: 'gauge',
    labels: [],
    help: 'How late the event loop was, in the slowest hundredth. It waits for what takes the processor for long, or has none.',
    unit: 's',
  },
  processor: {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    labels: [],
    help: 'Processor time; its rate is in cores.',
    unit: 'short',
  },
  memory: {
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    labels: [],
    help: 'Memory that the process holds. In wallet-core 2 bytes of it are for each movement of the ledger: 200 MB for 100 million.',
    unit: 'bytes',
  },
} as const satisfies MetricTable;
