import type { Writable } from './json.js';

export interface Reply {
  readonly http: number;
  readonly body: Writable;
}

/** What a path answers to a body. */
export type Endpoint = (bytes: Uint8Array) => Reply;
