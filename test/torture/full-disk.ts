import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

/** More than any test writes. */
const PLENTY = 2 ** 50;

/** The disk of one folder, for the process that runs with this environment: full-disk.c says what it does. */
export class Disk {
  readonly #file: string;

  constructor(
    readonly folder: string,
    readonly shim: string,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#file = `${folder}-room`;
    this.makeRoom();
  }

  get environment(): Record<string, string> {
    return { LD_PRELOAD: this.shim, FULL_DISK_FOLDER: this.folder, FULL_DISK_ROOM: this.#file };
  }

  /** So many bytes from now on, and not one more. */
  leave(bytes: number): void {
    const numbers = Buffer.alloc(16);
    numbers.writeBigInt64LE(BigInt(bytes));
    // In place: the process has it mapped.
    writeFileSync(this.#file, numbers, { flag: existsSync(this.#file) ? 'r+' : 'w' });
  }

  makeRoom(): void {
    this.leave(PLENTY);
  }

  /** How often something found no room since it was said how much there is. */
  get missed(): number {
    return Number(readFileSync(this.#file).readBigInt64LE(8));
  }
}
