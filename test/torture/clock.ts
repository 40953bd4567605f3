import { existsSync, writeFileSync } from 'node:fs';

/** The time of day of the processes that run with this environment: clock.c says how. */
export class Clock {
  #shiftMs = 0;

  constructor(
    readonly file: string,
    readonly shim: string,
  ) {
    this.shift(0);
  }

  get environment(): Record<string, string> {
    return { LD_PRELOAD: this.shim, CLOCK_SHIFT: this.file };
  }

  /** So far from the true time, from now on. */
  shift(ms: number): void {
    this.#shiftMs = ms;
    const number = Buffer.alloc(8);
    number.writeBigInt64LE(BigInt(ms));
    // In place: the processes have it mapped.
    writeFileSync(this.file, number, { flag: existsSync(this.file) ? 'r+' : 'w' });
  }

  /** What the processes take for now, in milliseconds since 1970. */
  get now(): number {
    return Date.now() + this.#shiftMs;
  }
}
