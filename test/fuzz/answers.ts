/** An answer as far as the fuzzing looks at it. */
export interface WireAnswer {
  readonly http: number;
  readonly body: string;
}

/** Cuts what a server says on a connection into answers. */
export class Answers {
  #rest = Buffer.alloc(0);

  /** The answers that are whole with this; throws at what is no answer of HTTP. */
  take(chunk: Buffer): WireAnswer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const whole: WireAnswer[] = [];
    for (;;) {
      const end = this.#rest.indexOf('\r\n\r\n');
      if (end < 0) return whole;
      const head = this.#rest.toString('latin1', 0, end);
      const http = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? NaN);
      if (Number.isNaN(http)) throw new Error(`this is no answer: ${head.slice(0, 200)}`);
      const from = end + 4;
      const length = this.#lengthOf(head, from);
      if (length === undefined) return whole;
      if (this.#rest.length < from + length) return whole;
      whole.push({ http, body: this.#rest.toString('utf8', from, from + length) });
      this.#rest = this.#rest.subarray(from + length);
    }
  }

  /** Of its body; undefined: that is not whole yet. Node itself answers in chunks, of which the last one is empty. */
  #lengthOf(head: string, from: number): number | undefined {
    if (!/^transfer-encoding: chunked$/im.test(head)) return Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
    const last = this.#rest.indexOf('0\r\n\r\n', from);
    return last < 0 ? undefined : last + 5 - from;
  }
}
