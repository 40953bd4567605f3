import type { ClockFigures } from './clock-jumps.js';
import type { StandstillFigures } from './standstill.js';
import type { StopFigures } from './stops.js';
import type { FullFigures } from './full-disks.js';
import type { CutFigures } from './power-cuts.js';
import type { Figures } from './torture.js';

/** A run for people. */
export function printFigures(figures: Figures, seconds: number): string {
  const { kills, midCall, commandsUnderWay, ledgers, commands, acknowledged, unanswered, repeats } = figures;
  const all = Object.values(kills).reduce((sum, count) => sum + count, 0);
  const share = Math.round((100 * midCall) / Math.max(1, all));
  return [
    `${all} kills with SIGKILL in ${Math.round(seconds)} s on ${ledgers} ledgers: ` +
      Object.entries(kills)
        .map(([target, count]) => `${target} ${count}`)
        .join(', '),
    `${midCall} of them (${share}%) between the gateway's send and its answer, with ${commandsUnderWay} commands under way`,
    `${commands} commands, ${acknowledged} answers; ${unanswered} commands were unanswered after a restart and were sent again`,
    `${repeats} calls were repeated and got their first answer, byte for byte`,
    `${figures.movements} times an acknowledged movement was looked for and found, once and with its balances`,
    `${figures.entries} journal entries in unbroken chains; players and house sum to zero`,
  ].join('\n');
}

export function printCuts(figures: CutFigures): string {
  const { cuts, fused, atStart, unsynced, lost, namesLost, acknowledged, movements, entries } = figures;
  return [
    `${cuts} power cuts: ${fused} in the middle of a commit, ${atStart} while wallet-core started, the others at any time`,
    `${unsynced} writes were not synced, ${lost} of them were lost or torn; ${namesLost} changes of names were taken back`,
    `${acknowledged} answers; ${movements} times an acknowledged movement was looked for and found, once and with its balances`,
    `${entries} journal entries in an unbroken chain; players and house sum to zero`,
  ].join('\n');
}

export function printFull(figures: FullFigures): string {
  const { rounds, missed, notApplied, busy, reads, resumedMs, absent, acknowledged, movements, entries } = figures;
  return [
    `${rounds} times the disk got full, ${missed} writes found no room; ${reads} times balances and movements were read meanwhile`,
    `${notApplied} commands were answered as not applied, ${busy} callbacks as busy; the ledger has nothing of the ${absent} that got no other answer`,
    `at most ${Math.round(resumedMs)} ms after room was made, commands were applied again`,
    `${acknowledged} answers; ${movements} times an acknowledged movement was looked for and found, once and with its balances`,
    `${entries} journal entries in an unbroken chain; players and house sum to zero`,
  ].join('\n');
}

export function printStops(figures: StopFigures): string {
  const { stops, asked, answered, absent, stopMs, movements, entries } = figures;
  const all = Object.values(stops).reduce((sum, count) => sum + count, 0);
  const each = Object.entries(stops).map(([name, count]) => `${name} ${count}`);
  return [
    `${all} times SIGTERM under load (${each.join(', ')}); the end came after ${Math.round(stopMs)} ms at most, with exit code 0`,
    `${asked} commands were asked for after the signal, ${answered} of them were answered; nothing is recorded of the ${absent} that were not`,
    `${movements} times an acknowledged movement was looked for and found, once and with its balances`,
    `${entries} journal entries in an unbroken chain; players and house sum to zero`,
  ].join('\n');
}

export function printStandstill(figures: StandstillFigures): string {
  const { answered, slowestMs, absent, resumedMs, movements, entries } = figures;
  return [
    `${answered} callbacks were answered busy while wallet-core stood still, the slowest after ${Math.round(slowestMs)} ms`,
    `nothing is recorded of the ${absent} that were sent then; ${Math.round(resumedMs)} ms after it went on, one was applied`,
    `${movements} times an acknowledged movement was looked for and found, once and with its balances; ${entries} entries`,
  ].join('\n');
}

export function printClock(figures: ClockFigures): string {
  const { jumps, hanging, slowestMs, absent, movements, entries } = figures;
  return [
    `${jumps} times the clock jumped by an hour; the time of ${entries} entries never went back, and verify is clean`,
    `${hanging} callbacks hung at a jump, the slowest was answered after ${Math.round(slowestMs)} ms; nothing is recorded of ${absent}`,
    `${movements} times an acknowledged movement was looked for and found, once and with its balances`,
  ].join('\n');
}
