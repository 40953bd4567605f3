import type { ClockFigures } from './clock-jumps.js';
import type { FullFigures } from './full-disks.js';
import type { Kept } from './kept.js';
import { together } from './kept.js';
import type { CutFigures } from './power-cuts.js';
import type { StandstillFigures } from './standstill.js';
import type { StopFigures } from './stops.js';
import type { Figures } from './torture.js';

/** A run for people. */
export function printFigures(
  { kills, midCall, commandsUnderWay, inCheckpoint, kept }: Figures,
  seconds: number,
): string {
  const all = sumOf(kills);
  const per = (seconds / Math.max(1, all)).toFixed(1);
  return [
    `${all} kills with SIGKILL in ${Math.round(seconds)} s (${per} s each) on ${kept.length} ledgers: ${each(kills)}`,
    `${midCall} of them (${percent(midCall, all)}) between the gateway's send and its answer, with ${commandsUnderWay} commands under way`,
    `${inCheckpoint} of wallet-core while the WAL was written into the database`,
    ...printKept(together(kept)),
  ].join('\n');
}

export function printCuts(figures: CutFigures): string {
  const { cuts, fused, atStart, inCheckpoint, besideCommit, unsynced, lost, namesLost, kept } = figures;
  return [
    `${cuts} power cuts: ${fused} in the middle of a commit, ${atStart} while wallet-core started, the others at any time`,
    `${inCheckpoint} while the WAL was written into the database, ${besideCommit} of these in the middle of a commit beside that`,
    `${unsynced} writes were not synced, ${lost} of them were lost or torn; ${namesLost} changes of names were taken back`,
    ...printKept(kept),
  ].join('\n');
}

export function printFull(figures: FullFigures): string {
  const { rounds, missed, notApplied, busy, reads, resumedMs, absent, kept } = figures;
  return [
    `${rounds} times the disk got full, ${missed} writes found no room; ${reads} times balances and movements were read meanwhile`,
    `${notApplied} commands were answered as not applied, ${busy} callbacks as busy; the ledger has nothing of the ${absent} that got no other answer`,
    `at most ${Math.round(resumedMs)} ms after room was made, commands were applied again`,
    ...printKept(kept),
  ].join('\n');
}

export function printStops({ stops, asked, answered, absent, stopMs, kept }: StopFigures): string {
  return [
    `${sumOf(stops)} times SIGTERM under load (${each(stops)}); the end came after ${Math.round(stopMs)} ms at most, with exit code 0`,
    `${asked} commands were asked for after the signal, ${answered} of them were answered; nothing is recorded of the ${absent} that were not`,
    ...printKept(kept),
  ].join('\n');
}

/** Of one or several times. */
export function printStandstills(all: readonly StandstillFigures[]): string {
  const sum = (of: 'answered' | 'absent') => all.reduce((total, figures) => total + figures[of], 0);
  const most = (of: 'slowestMs' | 'resumedMs') => Math.round(Math.max(...all.map((figures) => figures[of])));
  return [
    `${all.length} times wallet-core stood still; ${sum('answered')} callbacks were answered busy meanwhile, the slowest after ${most('slowestMs')} ms`,
    `nothing is recorded of the ${sum('absent')} that were sent then; at most ${most('resumedMs')} ms after it went on, one was applied`,
    ...printKept(together(all.map(({ kept }) => kept))),
  ].join('\n');
}

export function printClock({ jumps, hanging, slowestMs, absent, kept }: ClockFigures): string {
  return [
    `${jumps} times the clock jumped by an hour; the time of the journal's entries never went back`,
    `${hanging} callbacks hung at a jump, the slowest was answered after ${Math.round(slowestMs)} ms; nothing is recorded of ${absent}`,
    ...printKept(kept),
  ].join('\n');
}

function printKept(kept: Kept): string[] {
  const { commands, acknowledged, unanswered, repeats, movements, verified, verifiedBefore, entries } = kept;
  return [
    `${commands} commands, ${acknowledged} answers; ${unanswered} commands were unanswered when it was over and were sent again`,
    `${repeats} calls were repeated and got their first answer, byte for byte`,
    `${movements} times an acknowledged movement was looked for and found, once and with its balances`,
    `${verified} verifications afterwards were clean, and ${verifiedBefore} before and under load; each found the digest of the last in the ledger`,
    `${entries} journal entries in unbroken chains; players and house sum to zero`,
  ];
}

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

export function percent(part: number, all: number): string {
  return `${Math.round((100 * part) / Math.max(1, all))}%`;
}

function each(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
