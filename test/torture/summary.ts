import { table } from '../simulator/table.js';
import type { FullFigures } from './full-disks.js';
import { together } from './kept.js';
import type { CutFigures } from './power-cuts.js';
import { percent, sumOf } from './printout.js';
import type { StandstillFigures } from './standstill.js';
import type { StopFigures } from './stops.js';
import type { Figures } from './torture.js';

/** All that was done to a system in one run; left out: was not asked for, or did not come to its end. */
export interface Done {
  kills?: Figures;
  powerCuts?: CutFigures;
  fullDisks?: FullFigures;
  stops?: StopFigures;
  standstills?: readonly StandstillFigures[];
}

/** A table of what was done and what the answers came to. */
export function printSummary({ kills, powerCuts, fullDisks, stops, standstills = [] }: Done): string {
  const rows: [string, number, string][] = [];
  if (kills) {
    const all = sumOf(kills.kills);
    rows.push(['kills', all, `${percent(kills.midCall, all)} between the gateway's send and its answer`]);
  }
  if (powerCuts)
    rows.push(['power cuts', powerCuts.cuts, `lost or tore ${powerCuts.lost} writes that were not synced`]);
  if (fullDisks)
    rows.push(['full disks', fullDisks.rounds, `${fullDisks.absent} commands answered as not applied, and absent`]);
  if (stops) rows.push(['stops', sumOf(stops.stops), `each within ${Math.round(stops.stopMs)} ms`]);
  if (standstills.length > 0) rows.push(['standstills', standstills.length, 'each callback answered busy in time']);
  if (rows.length === 0) return '';
  const single = [powerCuts, fullDisks, stops, ...standstills].flatMap((figures) => (figures ? [figures.kept] : []));
  const kept = together([...(kills?.kept ?? []), ...single]);
  const verifications = kept.verified + kept.verifiedBefore;
  rows.push(
    ['verifications', verifications, `clean; ${kept.verified} of them afterwards, against the last digest`],
    ['commands', kept.commands, 'each answered in the end, and there once or not at all'],
    ['answers', kept.acknowledged, 'with those to repeats, and none untrue'],
    ['repeats', kept.repeats, 'of calls; the first answer again, byte for byte'],
    ['movements', kept.movements, 'looked for and found, once and with their balances'],
  );
  return table(
    ['what', 'count', 'seen'],
    rows.map(([what, count, seen]) => [what, String(count), seen]),
  );
}
