/** Nothing can be played: the message says what is wrong and what mends it. Ends a run with exit code 2. */
export class SetupError extends Error {}
