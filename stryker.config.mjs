/** `npm run mutation`: changes the rules of money in one place at a time and sees whether a test notices (docs/mutation.md). */
export default {
  mutate: ['wallet-core/domain/**/*.ts', 'wallet-core/money.ts'],
  // Everything happens in a copy of the project, which is built once with all changes, each behind a switch.
  tempDirName: 'dist/mutation/sandbox',
  ignorePatterns: ['dist', 'data', 'docs'],
  buildCommand: 'tsc -p test/mutation',
  plugins: ['./dist/test/mutation/mocha-runner.js'],
  testRunner: 'mocha',
  coverageAnalysis: 'perTest',
  concurrency: 1,
  reporters: ['json', 'progress'],
  jsonReporter: { fileName: 'dist/mutation/report.json' },
};
