import { makeClientConstructor, type ServiceError } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';
import { clientAccess } from '../secured.js';
import { call, type Clients } from '../system.js';

const SERVICES = ['', ...['Posting', 'Query', 'Account', 'Operations'].map((name) => `wallet.v1.${name}Service`)];

/** What the health service says of every service, such as "SERVING"; more than one word if they differ. */
export async function health({ address }: Clients, token?: string): Promise<string> {
  const Health = makeClientConstructor(service, 'Health');
  const client = new Health(address, ...clientAccess(address, token));
  const check = client['check'];
  if (!check) throw new Error('the health service has no check');
  try {
    const statuses = await Promise.all(
      SERVICES.map((name) =>
        call<{ status: string }>((done) =>
          check.call(client, { service: name }, (error: ServiceError | null, answer: { status: string }) =>
            done(error, answer),
          ),
        ),
      ),
    );
    return [...new Set(statuses.map(({ status }) => status))].join(' ');
  } finally {
    client.close();
  }
}

/** Waits until it says so of every service. */
export async function healthBecomes(clients: Clients, status: string): Promise<void> {
  while ((await health(clients)) !== status);
}
