import type { ServiceError } from '@grpc/grpc-js';
import { Check, type Finding, type Verification, type VerifyResponse } from '../../proto/gen/wallet/v1/operations.js';
import type { Clients } from '../system.js';

/** Asks a running wallet-core to verify; `progress` hears of every message before the last. */
export function verify({ operations }: Clients, against = '', progress: () => void = () => {}): Promise<Verification> {
  return new Promise((resolve, reject) => {
    const call = operations.verify({ against });
    call.on('data', ({ news }: VerifyResponse) => {
      if (news?.$case === 'verification') resolve(news.value);
      else progress();
    });
    call.on('error', (error: ServiceError) => reject(error));
  });
}

/** "ACCOUNTS 1.7.0 demo CNY balance before", with what was expected and seen. */
export function told({ check, recordId, account, subject, expected, seen }: Finding): string {
  const where = [Check[check], recordId, account, subject].filter((part) => part !== '').join(' ');
  return `${where}: ${expected}, not ${seen}`;
}
