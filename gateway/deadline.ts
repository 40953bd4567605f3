/** eBET gives up after about 2,000 ms, so every callback is answered before. */
const ANSWER_MS = 1_500;

/** When a callback must be answered, both on the clock of performance.now(). */
export function answerBy(came: number): number {
  return came + ANSWER_MS;
}

/** The same on the clock that grpc-js wants. */
export function onWallClock(deadline: number): number {
  return Date.now() + deadline - performance.now();
}
