import { status, type ServiceError } from '@grpc/grpc-js';
import type { GetAccountsResponse } from '../../proto/gen/wallet/v1/account.js';
import type { Movement } from '../../proto/gen/wallet/v1/movement.js';
import type { PostBatchResponse, PostResponse } from '../../proto/gen/wallet/v1/posting.js';
import type { FindMovementsResponse, GetBalanceResponse } from '../../proto/gen/wallet/v1/query.js';
import { call, type Clients } from '../system.js';
import type { Got } from './explain.js';
import type { Ledger, SeenPlayer } from './hold.js';
import type { Call, Part } from './history.js';
import type { Act } from './naive/act.js';

/** A running wallet-core, called over several connections, so that calls at the same moment overtake each other. */
export class GrpcLedger implements Ledger {
  constructor(readonly connections: () => readonly [Clients, ...Clients[]]) {}

  async send(part: Part): Promise<Got[][]> {
    const all = this.connections();
    return Promise.all(part.map((one, n) => sendCall(one, all[n % all.length] ?? all[0])));
  }

  async look(player: string): Promise<SeenPlayer> {
    const [clients] = this.connections();
    const [{ accounts, freezes }, movements] = await Promise.all([
      call<GetAccountsResponse>((done) => clients.accounts.getAccounts({ playerId: player }, done)).catch(nobody),
      clients.movements({ playerId: player }),
    ]);
    return {
      accounts: accounts.map(({ currency, balance }) => `${currency} ${balance}`),
      freezes: freezes.map(({ reason }) => reason).sort(),
      movements,
    };
  }

  async find(channel: string, references: readonly string[]): Promise<readonly Movement[]> {
    const request = { channel, references: [...references], playerId: '' };
    const [{ queries }] = this.connections();
    return (await call<FindMovementsResponse>((done) => queries.findMovements(request, done))).movements;
  }
}

async function sendCall(acts: Call, clients: Clients): Promise<Got[]> {
  const commands = acts.flatMap((act) => (act.act === 'post' ? [act.command] : []));
  if (commands.length > 1) {
    return (await call<PostBatchResponse>((done) => clients.posting.postBatch({ commands }, done))).results;
  }
  return Promise.all(acts.map((act) => perform(act, clients).catch(notFound)));
}

async function perform(act: Act, { accounts, posting, queries }: Clients): Promise<Got> {
  switch (act.act) {
    case 'post': {
      const { result } = await call<PostResponse>((done) => posting.post({ command: act.command }, done));
      if (!result) throw new Error('a post has no result');
      return result;
    }
    case 'open channel': {
      const { channel } = act;
      return changed((await call<{ opened: boolean }>((done) => accounts.openChannel({ channel }, done))).opened);
    }
    case 'open account': {
      const request = { playerId: act.player, currency: act.currency };
      return changed((await call<{ opened: boolean }>((done) => accounts.openAccount(request, done))).opened);
    }
    case 'maintenance': {
      const request = { channel: act.channel, maintenance: act.on, note: '' };
      return changed((await call<{ changed: boolean }>((done) => accounts.setMaintenance(request, done))).changed);
    }
    case 'freeze': {
      const request = { playerId: act.player, reason: act.reason, note: '' };
      return changed((await call<{ changed: boolean }>((done) => accounts.freezePlayer(request, done))).changed);
    }
    case 'unfreeze': {
      const request = { playerId: act.player, reason: act.reason, note: '' };
      return changed((await call<{ changed: boolean }>((done) => accounts.unfreezePlayer(request, done))).changed);
    }
    case 'balance': {
      const request = { playerId: act.player, currency: act.currency };
      return `balance ${(await call<GetBalanceResponse>((done) => queries.getBalance(request, done))).balance}`;
    }
  }
}

const changed = (is: boolean): Got => (is ? 'changed' : 'as it was');

function notFound(error: ServiceError): Got {
  if (error.code === status.NOT_FOUND) return 'NOT_FOUND';
  throw error;
}

function nobody(error: ServiceError): Pick<GetAccountsResponse, 'accounts' | 'freezes'> {
  if (error.code === status.NOT_FOUND) return { accounts: [], freezes: [] };
  throw error;
}
