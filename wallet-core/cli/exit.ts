/** What a command of the command line ends with. */
export const EXIT = { good: 0, found: 1, failed: 2 } as const;
