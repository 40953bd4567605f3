import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { z } from 'zod';
import { type Address, addressSetting, flagSetting, formatAddress, isLoopback, listenProblem } from './config.js';
import type { CORE_METRICS, GATEWAY_METRICS, Metric, MetricTable } from './metrics.js';

interface OfType<Label extends string> {
  readonly counter: Counter<Label>;
  readonly gauge: Gauge<Label>;
  readonly histogram: Histogram<Label>;
}

/** The metrics of a table, by their names in it. */
export type Metrics<Table extends MetricTable> = {
  readonly [Key in keyof Table]: OfType<Table[Key]['labels'][number]>[Table[Key]['type']];
};

export type GatewayMetrics = Metrics<typeof GATEWAY_METRICS>;
export type CoreMetrics = Metrics<typeof CORE_METRICS>;

/** The metrics of a table and those of Node.js, to be served. */
export interface Registered<Table extends MetricTable> {
  readonly metrics: Metrics<Table>;
  readonly registry: Registry;
}

/** Makes the metrics of a table. Who serves none need not load the library, which makes each start longer. */
export async function registered<Table extends MetricTable>(table: Table): Promise<Registered<Table>> {
  const client = await import('prom-client');
  const registry = new client.Registry();
  client.collectDefaultMetrics({ register: registry });
  const made = ({ type, name, help, labels, buckets = [] }: Metric): unknown => {
    const shape = { name, help, labelNames: labels, registers: [registry] };
    switch (type) {
      case 'counter':
        return new client.Counter(shape);
      case 'gauge':
        return new client.Gauge(shape);
      case 'histogram':
        return new client.Histogram({ ...shape, buckets: [...buckets] });
    }
  };
  const metrics = Object.fromEntries(Object.entries(table).map(([key, metric]) => [key, made(metric)]));
  return { metrics: metrics as unknown as Metrics<Table>, registry };
}

export interface MetricsServer {
  /** "host:port". */
  readonly address: string;
  stop(): void;
}

/** Serves metrics over HTTP; `setting` and `variable` as for listenProblem; `measure` sets what is not counted as it happens. */
export async function serveMetrics(
  registry: Registry,
  at: Address,
  [setting, variable]: readonly [string, string],
  measure: () => Promise<void> = async () => {},
): Promise<MetricsServer> {
  const answer: RequestListener = (request, response) => {
    const [path] = (request.url ?? '').split('?');
    if (path !== '/metrics') return void response.writeHead(404).end('GET /metrics\n');
    if (request.method !== 'GET') return void response.writeHead(405, { Allow: 'GET' }).end();
    const page = measure().then(() => registry.metrics());
    page.then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  };
  const server = createServer(answer).listen(at.port, at.host);
  await once(server, 'listening').catch((error: unknown) => {
    throw listenProblem(setting, variable, at, error);
  });
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.close();
    // Prometheus keeps its connection.
    server.closeAllConnections();
  };
  return { address: formatAddress({ host: at.host, port }), stop };
}

/** The settings of a process for its metrics. */
export function metricsSettings(example: string) {
  return {
    metrics: addressSetting(example, 0).optional(),
    allowMetricsBeyondLoopback: flagSetting(false),
  };
}

interface MetricsSettings {
  readonly metrics?: Address | undefined;
  readonly allowMetricsBeyondLoopback: boolean;
}

/** There is no secret in metrics, but they tell everybody who reaches them how much is played. */
export function metricsRule({ metrics, allowMetricsBeyondLoopback }: MetricsSettings, context: z.RefinementCtx): void {
  if (!metrics || isLoopback(metrics) || allowMetricsBeyondLoopback) return;
  const message =
    'expected an address that only this machine reaches, such as "127.0.0.1:9464"; ' +
    'allowMetricsBeyondLoopback: true lifts that where only Prometheus reaches it';
  context.addIssue({ code: 'custom', path: ['metrics'], message });
}
