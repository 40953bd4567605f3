import type { Server } from 'node:http';
import { Server as NetServer, type AddressInfo } from 'node:net';
import Koa from 'koa';
import type { Logger } from 'pino';
import { listenProblem } from '../config.js';
import { registered, serveMetrics } from '../metrics-server.js';
import { GATEWAY_METRICS } from '../metrics.js';
import type { Service } from '../process.js';
import { keepRenewing } from '../renewed.js';
import { tellExpiry } from '../tls.js';
import { arrivals } from './arrivals.js';
import { Callbacks, isTheirs } from './callbacks.js';
import { clientAddress } from './client-address.js';
import type { Channel, GatewayConfig } from './config.js';
import { connectionTo } from './connection.js';
import { Health } from './health.js';
import { HTTP_LIMITS, httpServer } from './http-server.js';
import { type BusyAnswers, Intake } from './intake.js';
import { apiv1BusyAnswers, apiv1Routes } from './apiv1/routes.js';
import { ebetBusyAnswers, ebetRoutes } from './ebet/routes.js';
import { WalletClient } from './wallet-client.js';

/**
 * A provider's next call may be on its way when we stop, and a load balancer has to hear of it: so long calls are still taken, also on
 * new connections, and each answer says that the connection ends.
 */
const STOP_GRACE_MS = 250;
/** Longer than any answer takes; who has not finished his request by then is not answered. */
const STOP_MS_MAX = 2_500;

const METRICS_SETTING = ['gateway.metrics', 'GATEWAY_METRICS'] as const;

/** Builds the whole of the gateway and starts it. */
export async function startGateway(config: GatewayConfig, log: Logger, limits = HTTP_LIMITS): Promise<Service> {
  const measured = config.metrics && (await registered(GATEWAY_METRICS));
  const metrics = measured?.metrics;
  const client = new WalletClient(connectionTo(config), log, metrics);
  const stopping = new AbortController();
  const intake = new Intake(log, metrics);
  const callbacks = new Callbacks(
    (request) => clientAddress(request, config.trustedProxies),
    client.refused,
    log,
    metrics,
  );
  const health = new Health(() => client.readiness(), stopping.signal);
  const app = createApp(config, client, callbacks, log, intake, health, stopping.signal);
  const { channels, tls, trustedProxies } = config;
  const listener = arrivals(intake, busyAnswers(config), health, app.callback(), stopping.signal);
  const listed = channels.flatMap(({ allowFrom }) => allowFrom ?? []);
  const server = httpServer(tls, trustedProxies, listed, limits, log, listener);
  const { host } = config.listen;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(config.listen.port, host, resolve);
  }).catch((error: unknown) => {
    throw listenProblem('gateway.listen', 'GATEWAY_LISTEN', config.listen, error);
  });
  const { port } = server.address() as AddressInfo;
  const metricsServer =
    measured &&
    (await serveMetrics(measured.registry, config.metrics, METRICS_SETTING, async () => {
      measured.metrics.underWay.set(intake.underWay);
      tellExpiry(measured.metrics.certificateExpiry, tls, config.walletCoreTls);
    }).catch(async (error: unknown) => {
      await stop(server, client, stopping);
      throw error;
    }));
  const secure = tls ? { certificateValidTo: tls.now.validTo } : {};
  const about = {
    ...secure,
    ...(metricsServer && { metrics: metricsServer.address }),
    walletCore: config.walletCoreAddress,
    channels: channels.map(({ name }) => name),
  };
  // Not waited for: the log tells at once of settings with which no callback could be answered.
  void health.readiness();
  const stopRenewing = keepRenewing([tls, config.walletCoreCa, config.walletCoreTls], log);
  const stopAll = async () => {
    stopRenewing();
    await stop(server, client, stopping);
    metricsServer?.stop();
  };
  return { host, port, about, stop: stopAll };
}

/** One line per provider. */
function createApp(
  { channels }: GatewayConfig,
  client: WalletClient,
  callbacks: Callbacks,
  log: Logger,
  intake: Intake,
  health: Health,
  stopping: AbortSignal,
): Koa {
  const app = new Koa();
  app.use(async (ctx, next) => {
    await next();
    if (stopping.aborted) ctx.set('Connection', 'close');
  });
  const ebet = channels.filter((channel) => channel.provider === 'ebet');
  app.use(ebetRoutes(ebet, client, callbacks, intake, () => health.isAnswered()).routes());
  app.use(apiv1Routes(channels.filter(isApiv1), client, callbacks, intake).routes());
  // What of a request is no callback, or happens behind its answer.
  app.on('error', (error: Error) => {
    if (!isTheirs(error)) log.error({ err: error }, 'a request failed unexpectedly');
  });
  return app;
}

function isApiv1(channel: Channel) {
  return channel.provider === 'apiv1';
}

function busyAnswers({ channels }: GatewayConfig): BusyAnswers {
  return new Map([...ebetBusyAnswers(), ...apiv1BusyAnswers(channels.filter(isApiv1))]);
}

async function stop(server: Server, client: WalletClient, stopping: AbortController): Promise<void> {
  stopping.abort();
  await new Promise<void>((resolve) => {
    const closeIdle = () => server.closeIdleConnections();
    let idle: NodeJS.Timeout | undefined;
    const force = setTimeout(() => server.closeAllConnections(), STOP_MS_MAX);
    // Until then whoever asks anew finds out that it stops, by the paths of health, and is served.
    setTimeout(() => {
      // Takes no new connections; the close() of an HTTP server would end the idle ones at once.
      NetServer.prototype.close.call(server, () => {
        clearInterval(idle);
        clearTimeout(force);
        resolve();
      });
      // A connection that is idle between two calls would keep the server open, and so would one that never sends a call.
      idle = setInterval(closeIdle, 50);
      closeIdle();
    }, STOP_GRACE_MS);
  });
  await client.close();
}
