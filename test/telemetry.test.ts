import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { Running } from './running.js';

const TELEMETRY = path.join(import.meta.dirname, '..', 'telemetry.js');
const ROOT = 'gateway: POST /increaseCredit';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

/** What a process exports over OTLP/HTTP, as JSON. */
interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { key: string; value: { stringValue?: string } }[] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

/** A collector of OpenTelemetry that keeps what it is sent. */
class Collector {
  readonly #server: Server;
  /** With the name of the service before each span's own. */
  readonly #spans: Span[] = [];

  constructor() {
    this.#server = createServer((request, response) => {
      const body: Buffer[] = [];
      request.on('data', (bytes: Buffer) => body.push(bytes));
      request.on('end', () => {
        this.#take(JSON.parse(Buffer.concat(body).toString()) as Export);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        this.#server.emit('taken');
      });
    });
  }

  async listens(): Promise<string> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #take({ resourceSpans }: Export): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
      const spans = scopeSpans.flatMap((scope) => scope.spans);
      this.#spans.push(...spans.map((span) => ({ ...span, name: `${service}: ${span.name}` })));
    }
  }

  /** The way from the root of a trace to the span of this name, once all of it is here. */
  async wayTo(name: string, traceId: string): Promise<string[]> {
    for (;;) {
      const ofTrace = this.#spans.filter((span) => span.traceId === traceId);
      const way: Span[] = [];
      let next = ofTrace.find((span) => span.name === name);
      for (; next; next = ofTrace.find(({ spanId }) => spanId === way[0]?.parentSpanId)) way.unshift(next);
      if (way[0]?.name === ROOT) return way.map((span) => span.name);
      await once(this.#server, 'taken');
    }
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe('OpenTelemetry, switched on with --import', () => {
  const data = mkdtempSync(path.join(tmpdir(), 'single-wallet-telemetry-'));
  const collector = new Collector();
  let running: Running;
  let bet: string;
  let url: string;

  before(async () => {
    running = new Running(data, {
      NODE_OPTIONS: `--import ${TELEMETRY}`,
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_ENDPOINT: await collector.listens(),
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,koa,grpc',
      OTEL_NODE_RESOURCE_DETECTORS: 'env',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    await running.ready();
    [, bet = '', url = ''] = await running.prints(/^curl .* -d '(.*)' (http:\S+\/increaseCredit)$/m);
  });
  after(async () => {
    running.signal('SIGTERM');
    await running.end();
    collector.close();
    rmSync(data, { recursive: true });
  });

  const post = async (headers: Readonly<Record<string, string>> = {}) =>
    (await (await fetch(url, { method: 'POST', body: bet, headers })).json()) as { status: number };

  it('traces a callback through the gateway, gRPC and the commit, which its line in the log names', async () => {
    expect((await post()).status).to.equal(200);
    const [, traceId = ''] = await running.prints(/"endpoint":"increaseCredit".*"traceId":"([0-9a-f]{32})"/);
    const way = await collector.wayTo('wallet-core: commit', traceId);
    expect(way.slice(-3)).to.deep.equal([
      'gateway: grpc.wallet.v1.PostingService/PostBatch',
      'wallet-core: grpc.wallet.v1.PostingService/PostBatch',
      'wallet-core: commit',
    ]);
  });

  it('goes on with the trace that the caller names', async () => {
    expect((await post({ traceparent: `00-${TRACE}-00f067aa0ba902b7-01` })).status).to.equal(200);
    await running.prints(new RegExp(`"traceId":"${TRACE}"`));
    expect(await collector.wayTo('wallet-core: commit', TRACE)).to.have.length.above(3);
  });
});
