import { Connections } from './connections.js';

/** An answer over HTTP as its caller saw it. */
export interface Heard {
  readonly endpoint: string;
  /** Undefined: none came. */
  readonly text: string | undefined;
  readonly sentMs: number;
  readonly tookMs: number;
}

/** The clients' way to the system, which remembers what the gateway answered and how long that took. */
export class Watch extends Connections {
  heard: Heard[] = [];

  override async post(endpoint: string, body: string): Promise<string | undefined> {
    const sentMs = performance.now();
    const text = await super.post(endpoint, body);
    this.heard.push({ endpoint, text, sentMs, tookMs: performance.now() - sentMs });
    return text;
  }

  /** How many calls were answered with "busy, send it again". */
  get busy(): number {
    return this.heard.filter(isBusy).length;
  }
}

export function isBusy({ text }: Heard): boolean {
  return text !== undefined && /"status":4003[,}]|"error_code":"TIME_OUT"/.test(text);
}
