import { Metadata } from '@grpc/grpc-js';
import { traceparentOf } from '../trace.js';

/** So that wallet-core's line of a call has the trace of the callback's. */
export function traced({ traceId }: { readonly traceId: string }): Metadata {
  const metadata = new Metadata();
  metadata.set('traceparent', traceparentOf(traceId));
  return metadata;
}
