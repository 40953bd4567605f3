import { readdirSync } from 'node:fs';
import path from 'node:path';
import { INSTRUMENTER_CONSTANTS, type InstrumenterContext } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  DryRunStatus,
  toMutantRunResult,
  TestStatus,
  type DryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
} from '@stryker-mutator/api/test-runner';
import Mocha from 'mocha';

/** What the mutated code asks which mutant is active, and tells what it went through. */
const context: InstrumenterContext = {};
Object.assign(globalThis, { [INSTRUMENTER_CONSTANTS.NAMESPACE]: context });

/**
 * Runs the tests of a built copy of the project, in the folder in which Stryker starts it: all that were built. Stryker's
 * own runner for Mocha needs an older Mocha than ours.
 */
class MochaRunner implements TestRunner {
  readonly #mocha = new Mocha({ timeout: 0, bail: true }).cleanReferencesAfterRun(false);
  #loaded = false;

  capabilities() {
    // What was imported cannot be imported anew: for a mutant of what a module does when it loads, a new process must run.
    return { reloadEnvironment: false };
  }

  async init(): Promise<void> {
    const built = path.resolve('dist/test');
    const tests = readdirSync(built, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.js'));
    // The model takes seconds for its histories: it is asked last, of what no other test has noticed.
    const isModel = (file: string) => Number(file.endsWith('-model.test.js'));
    for (const file of tests.sort((a, b) => isModel(a) - isModel(b))) this.#mocha.addFile(path.join(built, file));
    this.#mocha.suite.beforeEach('tell which test runs', function () {
      if (this.currentTest) context.currentTestId = this.currentTest.fullTitle();
    });
  }

  async dryRun(): Promise<DryRunResult> {
    const result = await this.#run(undefined, false);
    const { mutantCoverage } = context;
    return result.status === DryRunStatus.Complete && mutantCoverage ? { ...result, mutantCoverage } : result;
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, mutantActivation, hitLimit, testFilter } = options;
    Object.assign(context, { hitLimit, hitCount: hitLimit === undefined ? undefined : 0 });
    const titles = testFilter?.map((title) => title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    this.#mocha.grep(titles ? new RegExp(`^(${titles.join('|')})$`) : /^/);
    const result = await this.#run(activeMutant.id, mutantActivation === 'static');
    return toMutantRunResult(determineHitLimitReached(context.hitCount, context.hitLimit) ?? result);
  }

  async #run(mutant: string | undefined, whileLoading: boolean): Promise<DryRunResult> {
    const activate = (id: string | undefined) => Object.assign(context, { activeMutant: id });
    try {
      activate(whileLoading ? mutant : undefined);
      if (!this.#loaded) await this.#mocha.loadFilesAsync();
      this.#loaded = true;
      activate(mutant);
      const tests: TestResult[] = [];
      this.#mocha.reporter(reporterInto(tests));
      await new Promise<void>((resolve) => this.#mocha.run(() => resolve()));
      return { status: DryRunStatus.Complete, tests };
    } catch (error) {
      return { status: DryRunStatus.Error, errorMessage: String(error instanceof Error ? error.stack : error) };
    }
  }
}

/** A reporter of Mocha that prints nothing and keeps what became of each test. */
function reporterInto(tests: TestResult[]) {
  return class extends Mocha.reporters.Base {
    constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
      super(runner, options);
      const resultOf = (test: Mocha.Runnable) => {
        const title = test.fullTitle();
        return { id: title, name: title, timeSpentMs: test.duration ?? 0 };
      };
      runner.on('pass', (test) => tests.push({ ...resultOf(test), status: TestStatus.Success }));
      runner.on('fail', (test, error: Error) =>
        tests.push({ ...resultOf(test), status: TestStatus.Failed, failureMessage: error.message }),
      );
    }
  };
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'mocha', MochaRunner)];
