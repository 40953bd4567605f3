import { InvalidArgumentError } from 'commander';

/** Makes of the value of an option such as --limit a number from 1 to this one. */
export function limitOption(max: number): (text: string) => number {
  return (text) => {
    const limit = Number(text);
    if (Number.isInteger(limit) && limit >= 1 && limit <= max) return limit;
    throw new InvalidArgumentError(`Expected a number from 1 to ${max}.`);
  };
}
