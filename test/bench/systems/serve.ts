import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Tells the benchmark where a server listens, and ends with it. */
export function announce(address: string): void {
  process.send?.({ listening: address });
  process.on('disconnect', () => process.exit(0));
  process.on('SIGTERM', () => process.exit(0));
}

export function serve(server: Server): void {
  server.listen(0, '127.0.0.1', () => announce(`127.0.0.1:${(server.address() as AddressInfo).port}`));
}
