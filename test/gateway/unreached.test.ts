import { once } from 'node:events';
import { type AddressInfo, createServer as createPlain, type Server, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';
import { toldOf } from '../../gateway/unreached.js';
import { OperationsServiceClient } from '../../proto/gen/wallet/v1/operations.js';
import { transportTo } from '../../transport.js';
import { certificate, type Pair } from '../certificates.js';

const RENEW = 'the certificate of walletCore.tls, or of an authority behind it, is not valid now';
const SHOW = 'set gateway.walletCoreTls to one by an authority of walletCore.clientCa that is valid now';
const HUNG_UP =
  'wallet-core hung up at once: if it speaks TLS, set gateway.walletCoreCa to who certified it; if that is set, ' +
  'gateway.walletCoreTls must be by an authority of walletCore.clientCa and valid now';

/** A fatal alert of TLS before anything is encrypted (RFC 8446, 6). */
const alert = (description: number) => Buffer.from([21, 3, 3, 0, 2, 2, description]);

describe('what the log says of a connection to wallet-core that fails', () => {
  let authority: Pair;
  const opened: Server[] = [];

  before(async () => (authority = await certificate('authority', { isAuthority: true })));
  afterEach(() => opened.splice(0).forEach((server) => server.close()));

  /** What is told of a call to what listens there, by TLS or without. */
  async function told(server: Server, byTls = true): Promise<Readonly<Record<string, string>>> {
    opened.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const files = { authorities: Buffer.from(authority.certificate), certificate: null, key: null };
    const client = new OperationsServiceClient(address, ...transportTo(address, byTls ? files : undefined));
    const error = await new Promise<ServiceError | null>((resolve) => client.getReadiness({}, resolve));
    client.close();
    if (!error) throw new Error('it was answered');
    return toldOf(error);
  }

  for (const [what, days] of [
    ['has expired', { fromDays: -10, toDays: -1 }],
    ['is not valid yet', { fromDays: 1, toDays: 10 }],
  ] as const) {
    it(`is to renew the certificate of wallet-core where that ${what}, not to trust another authority`, async () => {
      const { certificate: cert, key } = await certificate('wallet-core', { issuer: authority, ...days });
      const { fix } = await told(createServer({ cert, key, ALPNProtocols: ['h2'] }));
      expect(fix).to.contain(RENEW);
    });
  }

  for (const byTls of [true, false]) {
    it(`is the same for a connection that is reset as for one that is closed at once, ${byTls ? 'with' : 'without'} TLS`, async () => {
      const hungUp = (hangUp: (socket: Socket) => void) =>
        told(
          createPlain((socket) => socket.on('error', () => {}).once('data', () => hangUp(socket))),
          byTls,
        );
      const closed = await hungUp((socket) => socket.destroy());
      const reset = await hungUp((socket) => socket.resetAndDestroy());
      expect([closed['fix'], reset['fix']], JSON.stringify([closed, reset])).to.deep.equal([HUNG_UP, HUNG_UP]);
    });
  }

  for (const [what, description] of [
    ['is required', 116],
    ['has expired', 45],
    ['is bad', 42],
    ['is of an authority that it does not know', 48],
  ] as const) {
    it(`is to show another certificate where wallet-core says that the gateway's ${what}`, async () => {
      const server = createPlain((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => socket.end(alert(description)));
      });
      const { fix, details } = await told(server);
      expect(fix, details).to.contain(SHOW);
    });
  }
});
