import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** The one message of a thread that reads what would keep calls waiting. An abort ends the thread first, then rejects. */
export async function fromThread<Answer>(module: string, workerData: unknown, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  const thread = new Worker(new URL(module, import.meta.url), { workerData });
  try {
    const [answer] = (await once(thread, 'message', { signal })) as [Answer];
    return answer;
  } finally {
    await thread.terminate();
  }
}
