// Runs wallet-core and the gateway as two processes for `npm start`: both run or neither does.
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { childEnvironment, ConfigError, readSetup } from './config.js';
import { type GatewayConfig, loadGatewayConfig } from './gateway/config.js';
import { balanceCheck, firstBet } from './gateway/development.js';
import { NODE_OPTIONS } from './node-options.js';
import { loadCoreConfig } from './wallet-core/config.js';

const STOP_MS_MAX = 10_000;

interface Child {
  readonly name: string;
  readonly process: ChildProcess;
  /** "host:port", once it listens. */
  readonly listening: Promise<string>;
  /** Its exit code, once it has ended; a child that a signal killed counts as 1, except by our own SIGTERM. */
  readonly ended: Promise<number>;
}

const children: Child[] = [];
let stopping = false;
let killed = false;
let finish: (exitCode: number) => void;
/** The exit code, once there is a reason to stop: a signal, or the end of a child. */
const finished = new Promise<number>((resolve) => (finish = resolve));

function start(name: keyof typeof NODE_OPTIONS, environment: Readonly<Record<string, string>>): Child {
  const child = spawn(process.execPath, [...NODE_OPTIONS[name], path.join(import.meta.dirname, name, 'main.js')], {
    // Out of the terminal's process group: Ctrl-C reaches only us, and the order of stopping is ours.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Where OpenTelemetry is switched on, it tells the two apart by that.
    env: childEnvironment({ OTEL_SERVICE_NAME: name, ...environment }),
  });
  let listens = false;
  const listening = new Promise<string>((resolve) =>
    child.on('message', (message: { listening?: unknown }) => {
      if (typeof message.listening !== 'string') return;
      listens = true;
      resolve(message.listening);
    }),
  );
  const ended = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      console.error(`${name} cannot be started: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (code, signal) => {
      // One that failed before it listened has said why itself.
      if (!stopping && (listens || !code)) {
        console.error(`${name} ended unexpectedly (${signal ? `killed by ${signal}` : `exit code ${code}`})`);
      }
      resolve(code ?? (stopping && signal === 'SIGTERM' ? 0 : 1));
    });
  });
  void ended.then((code) => finish(code || 1));
  const result = { name, process: child, listening, ended };
  children.push(result);
  return result;
}

function killAll(why: string): void {
  console.error(`${why}: killing what still runs`);
  killed = true;
  for (const child of children) child.process.kill('SIGKILL');
}

/** On Ctrl-C the terminal signals us, and npm, which it signals too, passes its own on: those two are one. */
const ONE_SIGNAL_MS = 1_000;
let signalled: number | undefined;

function onSignal(): void {
  const now = performance.now();
  if (signalled !== undefined && now - signalled > ONE_SIGNAL_MS) killAll('a second signal');
  signalled ??= now;
  finish(0);
}

/** Stops the gateway, so that calls under way are still answered, and then what it calls. */
async function stopAll(exitCode: number): Promise<number> {
  stopping = true;
  const timer = setTimeout(() => killAll(`not stopped within ${STOP_MS_MAX / 1000} s`), STOP_MS_MAX);
  let result = exitCode;
  for (const child of children.toReversed()) {
    child.process.kill('SIGTERM');
    const code = await child.ended;
    result ||= code;
  }
  clearTimeout(timer);
  return killed ? 1 : result;
}

/** What listens on every interface is reached on this machine through the loopback one. */
function reachable(address: string): string {
  return address.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:');
}

function welcome(
  core: Child,
  coreAddress: string,
  gateway: Child,
  gatewayAddress: string,
  { tls }: GatewayConfig,
): string {
  return `
wallet-core  gRPC ${coreAddress} (process ${core.process.pid})
gateway      ${tls ? 'https' : 'http'}://${gatewayAddress} (process ${gateway.process.pid})
`;
}

function developmentCommands(data: string, coreAddress: string, gatewayAddress: string): string {
  return `
No configuration file: this is the development set-up, its ledger and keys are in ${data}.
In another terminal, in this folder: a signed bet of 80.00 by the player demo, and the balance after it over gRPC and as
an api-v1 provider asks for it.

curl -sS -w '\\n' -H 'content-type: application/json' -d '${firstBet(data, Date.now())}' http://${reachable(gatewayAddress)}/increaseCredit

npx buf curl --protocol grpc --http2-prior-knowledge -d '{"playerId":"demo","currency":"CNY"}' http://${reachable(coreAddress)}/wallet.v1.QueryService/GetBalance

curl -sS -w '\\n' -H 'content-type: application/json' -d '${balanceCheck(Date.now())}' http://${reachable(gatewayAddress)}/api-v1/balance-check
`;
}

/** Runs until there is a reason to stop; returns the exit code. */
async function run(): Promise<number> {
  const setup = readSetup();
  const [, config] = allOrNothing(
    () => loadCoreConfig(setup),
    () => loadGatewayConfig(setup),
  );
  const core = start('wallet-core', {});
  const coreAddress = await Promise.race([core.listening, finished]);
  if (typeof coreAddress === 'number') return stopAll(coreAddress);
  const gateway = start('gateway', config.walletCoreNamed ? {} : { WALLET_CORE_ADDRESS: reachable(coreAddress) });
  const gatewayAddress = await Promise.race([gateway.listening, finished]);
  if (typeof gatewayAddress === 'number') return stopAll(gatewayAddress);
  const commands = config.development ? developmentCommands(config.data, coreAddress, gatewayAddress) : '';
  console.log(`${welcome(core, coreAddress, gateway, gatewayAddress, config)}${commands}\nCtrl-C stops both.\n`);
  return stopAll(await finished);
}

/** Both results, or one ConfigError with the problems of both, each said once. */
function allOrNothing<A, B>(first: () => A, second: () => B): [A, B] {
  const problems = new Set<string>();
  const attempt = <T>(load: () => T): T | undefined => {
    try {
      return load();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      error.problems.forEach((problem) => problems.add(problem));
      return undefined;
    }
  };
  const results = [attempt(first), attempt(second)];
  if (problems.size > 0) throw new ConfigError([...problems]);
  return results as [A, B];
}

// Whoever read our output may be gone (`npm start | tee`, and tee has died): no reason to stop moving money.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
// Not SIGHUP: a handler would undo nohup, and without one the children stop when they lose us.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
try {
  process.exitCode = await run();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
