import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { conform } from './conformance.js';
import { startFlawedWallet, type FlawedWallet } from './flawed-wallet.js';
import { FLAWS, type Flaw } from './flawed/flaws.js';
import { DEFAULTS, type Options } from './options.js';

const PEM = generateKeyPairSync('rsa', {
  modulusLength: 512,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const PLAYERS = 12;
const MAINTENANCE_CHANNEL = 2;
const API_V1_KEY = 'development-key';

/** What the simulator calls each mistake: rules that it must name for it, in the check list of each protocol that shows it. */
interface Finding {
  readonly ebet?: readonly string[];
  readonly apiv1?: readonly string[];
}

const FOUND_AS: Readonly<Record<Flaw, Finding>> = {
  'repeat-applied-again': {
    ebet: ['a bet again', 'a payout again', 'twenty copies of a bet at once'],
    apiv1: ['copy much later', 'copies at once', 'answer lost'],
  },
  'repeat-answered-anew': {
    ebet: ['a bet again', 'a bet again, later', 'a payout again'],
    apiv1: ['copy much later'],
  },
  'repeat-with-other-amount-answered': {
    ebet: ['another amount under a known seqNo'],
    apiv1: ['same id other value'],
  },
  'refused-stake-decided-anew': {
    ebet: ['type 1 beyond the balance', 'type 27 beyond the balance'],
    apiv1: ['refused stake is final', 'type 1', 'type 8'],
  },
  'refused-settlement-final': {
    ebet: ['a refused settlement is sent again', 'a return before its withholding'],
    apiv1: ['refused settlement may come again', 'refused settlement takes no id'],
  },
  overdraft: {
    ebet: ['the whole balance', 'type 1 beyond the balance', 'bets at once beyond the balance'],
    apiv1: ['stake beyond the balance', 'stakes at the same moment'],
  },
  floats: { ebet: ['sums of cents'], apiv1: ['sums are exact', 'balance beyond floats', 'answer balance'] },
  'decimals-rounded': { ebet: ['three decimals', 'a credit of three decimals'], apiv1: ['malformed action_value'] },
  'sign-of-money-unchecked': {
    ebet: ['type 1 with the wrong sign', 'type 2 with the wrong sign'],
    apiv1: ['wrong sign of value'],
  },

  'unknown-bet-refunded': { ebet: ['a refund before its debit, type 1', 'a batch before its bet'] },
  'declined-bet-refunded': { ebet: ['a bet that was declined'] },
  'refunded-twice': { ebet: ['a bet refunded before', 'refunds of a bet at once', 'the same bet twice in a batch'] },
  'refund-line-amount-trusted': { ebet: ['a wrong amount', 'a batch line with a wrong amount'] },
  'refund-repeat-decided-anew': { ebet: ['a refund request again', 'a batch again'] },
  'refund-of-another-player': { ebet: ["another player's bet", "a batch line with another player's bet"] },
  'paid-out-bet-refunded': { ebet: ['a bet that was paid out'] },
  'partly-returned-refunded': { ebet: ['a withholding of which a part came back'] },
  'no-block': { ebet: ['a refund before its debit, type 1', 'a batch before its bet'] },
  'stale-refund-accepted': { ebet: ['refundSingleWallet captured long ago', 'autoBatchRefund captured long ago'] },
  'batch-stopped-by-a-bad-line': { ebet: ['a batch of good and bad lines'] },
  'batch-threshold-ignored': { ebet: ['a batch line above the threshold'] },

  'return-beyond-outstanding': { ebet: ['more than was withheld', 'the same debit twice in a return'] },
  'return-sum-unchecked': { ebet: ['parts that are not the money'] },

  'signature-unchecked': {
    ebet: ['another amount than was signed', 'a signature by another key', 'a forged login'],
    apiv1: ['sign tampered', 'signed fields changed', 'sign by another key', 'sign of another call'],
  },
  'signature-over-parsed-numbers': { ebet: ['numbers signed as they stand'], apiv1: ['value as a number'] },
  'signature-over-sent-numbers-only': {
    ebet: ['numbers signed in their shortest form'],
    apiv1: ['value signed in its shortest form'],
  },
  'event-unchecked': { ebet: ['a call of another event at increaseCredit', 'a login replayed as a payment'] },
  'duplicate-keys-accepted': { ebet: ['a key that stands twice'], apiv1: ['value twice'] },
  'unknown-type-accepted': { ebet: ['type 99, which there is not'], apiv1: ['unknown type'] },
  'currency-unchecked': { ebet: ['another currency'] },
  'user-name-as-sent': {
    ebet: ['a name in capitals', 'a name in capitals is refunded'],
    apiv1: ['member in any case'],
  },
  'query-without-refunds': { ebet: ['what was refunded'] },

  'check-does-not-close': { apiv1: ['check closes debits', 'check closes before funds'] },
  'check-forgets-refusals': { apiv1: ['check refused stake'] },
  'balance-without-decimals': { apiv1: ['answer balance'] },
};

describe('a wallet with a planted bug, in front of the simulator', () => {
  let wallet: FlawedWallet | undefined;
  afterEach(async () => {
    await wallet?.stop();
    wallet = undefined;
  });

  /** Starts a wallet and gives what the simulator has to know of it, whoever it plays. */
  async function start(flaw: Flaw): Promise<Options> {
    const names = Array.from({ length: PLAYERS }, (_, index) => `demo-${index + 1}`);
    wallet = await startFlawedWallet({
      flaws: new Set([flaw]),
      ebet: { channelId: 1, currency: 'CNY', publicKey: PEM.publicKey, maintenanceChannelId: MAINTENANCE_CHANNEL },
      apiV1: { key: API_V1_KEY },
      players: Object.fromEntries([...names, 'frozen'].map((name) => [name, 1_000_00n])),
      frozen: ['frozen'],
      logins: { 'demo-1': { password: 'secret', accessToken: 'token-of-demo-1' } },
    });
    return {
      ...DEFAULTS,
      url: wallet.url,
      provider: 'ebet',
      key: PEM.privateKey,
      players: PLAYERS,
      seed: 20,
      // This machine may be busy with other tests.
      timeoutMs: 20_000,
      frozenPlayer: 'frozen',
      maintenanceChannel: MAINTENANCE_CHANNEL,
      loginPlayer: 'demo-1',
      loginPassword: 'secret',
      accessToken: 'token-of-demo-1',
    };
  }

  /** The rules that the wallet breaks. */
  async function broken(options: Options): Promise<string[]> {
    const { rules } = await conform(options);
    return rules.filter(({ result }) => result === 'broken').map(({ name }) => name);
  }

  for (const [flaw, { ebet, apiv1 }] of Object.entries(FOUND_AS) as [Flaw, Finding][]) {
    if (ebet) {
      it(`is found out by eBET. ${FLAWS[flaw]}`, async () => {
        expect(await broken(await start(flaw))).to.include.members([...ebet]);
      });
    }
    if (apiv1) {
      it(`is found out by an api-v1 provider. ${FLAWS[flaw]}`, async () => {
        const options = { ...(await start(flaw)), provider: 'apiv1', key: API_V1_KEY };
        expect(await broken(options)).to.include.members([...apiv1]);
      });
    }
  }
});
