import { compare } from '../comparison.js';
import { mapAtMost } from '../schedule.js';
import { balanceAnswer } from './answers.js';
import type { Caller, Endpoint } from './caller.js';
import type { Model } from './model.js';
import { queryAnswer, queryBody } from './records.js';

const BALANCES = 'balances at the end';
const RECORDS = 'records at the end';
/** Records asked for in one call, and of one player: his last ones. */
const RECORDS_PER_CALL = 20;
const RECORDS_PER_PLAYER = 60;

/** Compares each balance once more, and what the wallet has recorded. */
export async function finish(caller: Caller, model: Model, players: readonly string[]): Promise<void> {
  const { options, tally } = caller.connection;
  tally.announce(BALANCES, 'syncCredit answers what the model has');
  tally.announce(
    RECORDS,
    'queryIncreaseCreditRecord answers what was answered at the time, and 209 for what was refunded',
  );
  const ask = async (name: string, endpoint: Endpoint, text: string, expected: ReturnType<typeof balanceAnswer>) => {
    const answer = await caller.send(endpoint, text);
    compare(tally, name, { path: `/${endpoint}`, body: text }, expected, answer);
  };
  await mapAtMost(options.concurrency, players, async (username) => {
    const body = { username, ...caller.frame('syncCredit', 'sync') };
    await ask(
      BALANCES,
      'syncCredit',
      caller.text('syncCredit', body),
      balanceAnswer(body, username, model.balance(username)),
    );
    const seqNos = seqNosOf(model, username).slice(-RECORDS_PER_PLAYER);
    for (let from = 0; from < seqNos.length; from += RECORDS_PER_CALL) {
      const asked = seqNos.slice(from, from + RECORDS_PER_CALL);
      const query = queryBody(caller, username, asked);
      const text = caller.text('queryIncreaseCreditRecord', query);
      await ask(RECORDS, 'queryIncreaseCreditRecord', text, queryAnswer(model, query, username, asked));
    }
  });
}

function seqNosOf(model: Model, username: string): string[] {
  const own = [...model.entries.values()].filter(
    ({ movement }) => movement.username.toLowerCase() === username.toLowerCase(),
  );
  // A comma would separate two of them.
  return own.map(({ movement }) => movement.seqNo).filter((seqNo) => !seqNo.includes(','));
}
