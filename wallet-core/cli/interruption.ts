/** Runs something that SIGINT and SIGTERM cut short: it hears of them, cleans up and rejects. The error says so. */
export async function interruptible<T>(run: (interrupted: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort(new Error('it was interrupted'));
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await run(interruption.signal);
  } catch (error) {
    // Whatever was under way says only in its own words that it did not come about.
    interruption.signal.throwIfAborted();
    throw error;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
