import { mapAtMost } from '../schedule.js';
import { Differs, type Connection, type Game, type Provider, type Rule, type Session } from '../provider.js';
import type { Random } from '../random.js';
import { Caller } from './caller.js';
import { finish } from './finish.js';
import { gameScripts } from './games.js';
import { CASE_OF, Mischief } from './mischief.js';
import { Model } from './model.js';
import { checkStakes, readBalance } from './reconnaissance.js';
import { ruleScripts, FAULTS } from './rules.js';
import { readPrivateKey } from './signature.js';
import { Stage } from './stage.js';

export const ebet: Provider = { name: 'ebet', faults: FAULTS, connect };

async function connect(connection: Connection): Promise<Session> {
  const { options, tally, players, faults } = connection;
  const caller = new Caller(connection, readPrivateKey(options.key));
  const frozen = options.frozenPlayer === undefined ? [] : [options.frozenPlayer];
  const model = new Model(
    options.failedBets,
    options.refundPaidOutBets,
    new Set(frozen.map((name) => name.toLowerCase())),
  );
  const [first] = players;
  if (first !== undefined) await checkStakes(caller, first, await readBalance(caller, first));
  const adopt = async (player: string) => model.adopt(player, await readBalance(caller, player));
  await mapAtMost(options.concurrency, [...players, ...frozen], adopt);

  const played = new Set<string>();
  const playOn = async (stage: Stage, script: (stage: Stage) => Promise<void>) => {
    for (const player of stage.players) played.add(player);
    try {
      await script(stage);
      await stage.mischief?.later(stage);
      await stage.checkBalance();
    } catch (error) {
      // Whatever the wallet did is where the next round begins.
      if (error instanceof Differs) for (const player of stage.players) await adopt(player);
      throw error;
    }
  };

  const games = gameScripts(faults.has('reordering')).map(({ name, says, weight, play }): Game => {
    tally.announce(name, says);
    const playGame = (seated: readonly string[], random: Random) =>
      playOn(new Stage(name, caller, model, seated, random, new Mischief(faults)), play);
    return { name, weight, seats: 1, play: playGame };
  });
  for (const name of Object.values(CASE_OF))
    tally.announce(name, 'each copy gets the first answer, and nothing moves twice');
  const rules = ruleScripts(options).map(({ play, ...rule }): Rule => {
    tally.announce(rule.name, rule.says);
    const playRule = (seated: readonly string[], random: Random) =>
      playOn(new Stage(rule.name, caller, model, seated, random), play);
    return { ...rule, play: playRule };
  });
  return { games, rules, finish: () => finish(caller, model, [...played]) };
}
