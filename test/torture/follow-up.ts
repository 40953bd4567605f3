import { allOf, mapAtMost } from '../simulator/schedule.js';
import { Untrue, type Call, type ClientJournal, type Entry } from './client-journal.js';
import type { Crew } from './crew.js';
import { findEach, inspect, type Inspected } from './inspection.js';

/** How many calls a client has under way when it sends again. */
const AT_ONCE = 16;
const TRIES_MAX = 20;
/** How many calls of earlier cycles are repeated after each restart. */
const EARLIER = 30;

export interface FollowedUp extends Inspected {
  readonly unanswered: number;
  readonly repeats: number;
}

/**
 * After a restart: what was acknowledged is there as it was, and the product proves the ledger as it is then; what was not
 * answered is sent again until it is, as the providers do; every final answer is given again byte for byte; and then the
 * ledger has all of it exactly once.
 */
export async function followUp(crew: Crew): Promise<FollowedUp> {
  const { journal, cycle, players, random, verifications } = crew;
  const { clients } = crew.connections;
  const cohort = journal.entries.filter((entry) => entry.cohort === journal.cohort);
  await allOf([inspect(journal, cohort, players, clients, false), verifications.prove()]);
  await findEach(cycle, clients);
  const unanswered = cohort.filter((entry) => !entry.isAcknowledged);
  await mapAtMost(AT_ONCE, callsOf(unanswered), (call) => retry(journal, call));
  const earlier = random.shuffle(cohort.filter((entry) => entry.final)).slice(0, EARLIER);
  const repeats = callsOf([...cycle.filter((entry) => entry.final), ...earlier]);
  await mapAtMost(AT_ONCE, repeats, async (call) => {
    const entries = await journal.perform(call);
    const silent = entries.find(({ final, answers }) => final && answers.at(-1)?.fate !== 'final');
    if (silent) await retry(journal, call, true);
  });
  const { movements } = await inspect(journal, cohort, players, clients, true);
  return { movements, unanswered: unanswered.length, repeats: repeats.length };
}

/** Sends a call until it has an answer; `again`: although it had one. */
async function retry(journal: ClientJournal, call: Call, again = false): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const entries = await journal.perform(call);
    const answered = (entry: Entry) => (again ? isTold(entry) : entry.isAcknowledged);
    if (entries.every(answered)) return;
  }
  throw new Untrue(`${call.asked.map(({ what }) => what).join(', ')}: got no answer in ${TRIES_MAX} tries`);
}

function isTold({ answers }: Entry): boolean {
  const fate = answers.at(-1)?.fate;
  return fate === 'final' || fate === 'open';
}

function callsOf(entries: readonly Entry[]): Call[] {
  return [...new Set(entries.map(({ call }) => call))];
}
