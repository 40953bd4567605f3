import { randomFillSync } from 'node:crypto';
import { trace } from '@opentelemetry/api';

/** https://www.w3.org/TR/trace-context/: version, trace, parent, flags; what a later version adds stands behind. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;
const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;

/**
 * The trace of a call, 32 hexadecimal digits, by which its lines are found in the logs of both processes: that of
 * OpenTelemetry if it is switched on, else the caller's own if its header `traceparent` is well-formed, else a new one.
 */
export function traceIdOf(traceparent: unknown): string {
  const span = trace.getActiveSpan()?.spanContext().traceId;
  if (span !== undefined && isTraceId(span)) return span;
  const theirs = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
  return theirs ?? newTraceId();
}

/** Random bytes for so many ids are made at once: one by one they would cost five times as much. */
const random = Buffer.alloc(16 * 256);
let used = random.length;

function newTraceId(): string {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  used += 16;
  return random.toString('hex', used - 16, used);
}

/** The header that hands a trace on. Its parent is no span: what has spans, OpenTelemetry, writes a header of its own. */
export function traceparentOf(traceId: string): string {
  return `00-${traceId}-0000000000000001-01`;
}

/** Whether a text is the id of a trace. */
export function isTraceId(text: string): boolean {
  return TRACE_ID.test(text);
}
