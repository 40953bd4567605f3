import { InvalidArgumentError } from 'commander';

/** Tells stderr, whatever stdout is for, where a list may have been cut. */
export function tellLimit(
  found: number,
  limit: number,
  how = 'raise --limit, or ask in parts, with --from and --to',
): void {
  if (found >= limit) console.error(`These are the newest ${limit}; there may be more: ${how}`);
}

/** Makes of the value of an option such as --limit a number from 1 to this one. */
export function limitOption(max: number): (text: string) => number {
  return (text) => {
    const limit = Number(text);
    if (Number.isInteger(limit) && limit >= 1 && limit <= max) return limit;
    throw new InvalidArgumentError(`Expected a number from 1 to ${max}.`);
  };
}
