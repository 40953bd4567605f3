import { type Client, connectivityState, credentials, type ServiceError, status } from '@grpc/grpc-js';
import type { Command } from 'commander';
import { OperationsServiceClient } from '../../proto/gen/wallet/v1/operations.js';

/** For a connection only: what is asked over it may take as long as it takes. */
const CONNECT_TIMEOUT_MS = 10_000;
// A proxy that the environment names is for the world outside.
const OPTIONS = { 'grpc.enable_http_proxy': 0 };

/** The one place that says how the command line reaches wallet-core. */
function connectionTo({ address }: ServerOptions) {
  return [address, credentials.createInsecure(), OPTIONS] as const;
}

/** How a command that asks wallet-core reaches it. */
export interface ServerOptions {
  readonly address: string;
}

/** Adds what says how wallet-core is reached to the options of a command. */
export function withServerOptions(command: Command): Command {
  return command.option('--address <host:port>', 'where wallet-core answers', '127.0.0.1:50051');
}

/** The services that commands ask. */
export interface WalletCore {
  readonly operations: OperationsServiceClient;
}

/**
 * Connects to wallet-core, asks it and hangs up. Rejects with what `asking` throws; an answer of gRPC that is no answer
 * becomes an error for a person, who is told what to do where nothing answers.
 */
export async function ask<T>(
  server: ServerOptions,
  asking: (core: WalletCore) => Promise<T>,
  connectTimeoutMs = CONNECT_TIMEOUT_MS,
): Promise<T> {
  const { address } = server;
  const operations = new OperationsServiceClient(...connectionTo(server));
  try {
    if (!(await settles(operations, Date.now() + connectTimeoutMs))) {
      throw unreachable(address, `no connection within ${connectTimeoutMs / 1000} s`);
    }
    return await asking({ operations });
  } catch (error) {
    if (!isServiceError(error)) throw error;
    const { code, details } = error;
    const state = operations.getChannel().getConnectivityState(false);
    if (code === status.UNAVAILABLE && state === connectivityState.TRANSIENT_FAILURE) {
      throw unreachable(address, details.replace(/\.? Resolution note: $/, ''));
    }
    throw new Error(`wallet-core at ${address} answered ${status[code]}: ${details}`, { cause: error });
  } finally {
    operations.close();
  }
}

/** Whether it turns out in time if there is a connection. If there is none, the first call fails at once and says why. */
async function settles(client: Client, deadline: number): Promise<boolean> {
  const channel = client.getChannel();
  for (;;) {
    const state = channel.getConnectivityState(true);
    if (state === connectivityState.READY || state === connectivityState.TRANSIENT_FAILURE) return true;
    const changed = new Promise<boolean>((resolve) =>
      channel.watchConnectivityState(state, deadline, (late) => resolve(!late)),
    );
    if (!(await changed)) return false;
  }
}

function unreachable(address: string, why: string): Error {
  return new Error(`nothing answers at ${address} (${why}); start wallet-core, or say with --address where it listens`);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error && typeof error.details === 'string';
}
