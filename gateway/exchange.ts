import { type ClientDuplexStream, type Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import { trace } from '@opentelemetry/api';
import type { ExchangeRequest, ExchangeResponse, ExchangeServiceClient } from '../proto/gen/wallet/v1/exchange.js';
import type { PostBatchRequest, PostBatchResponse, PostingServiceClient } from '../proto/gen/wallet/v1/posting.js';
import type { GetBalanceRequest, GetBalanceResponse, QueryServiceClient } from '../proto/gen/wallet/v1/query.js';
import { onWallClock } from './deadline.js';
import { Slots } from './slots.js';
import { traced } from './traced.js';

/** Why there is no answer. */
export type Failure = Pick<ServiceError, 'code' | 'details'>;

/** Hears what became of a request: a failure, or its response. */
export type Answered<Response> = (failure: Failure | null, response?: Response) => void;

/** For whom something is asked, and until when, on the clock of performance.now(). */
interface Asker {
  readonly deadline: number;
  readonly traceId: string;
}

const TOO_LATE: Failure = { code: status.DEADLINE_EXCEEDED, details: 'wallet-core did not answer in time' };
const STOPPED: Failure = { code: status.UNAVAILABLE, details: 'wallet-core has closed the call' };

type Stream = ClientDuplexStream<ExchangeRequest, ExchangeResponse>;
type Answer = NonNullable<ExchangeResponse['body']>;

/** Who had less than this time for a balance check, because his request came slowly, says nothing of wallet-core. */
const FAIR_MS = 1_000;

interface UnderWay {
  answered: Answered<Answer>;
  readonly timer: NodeJS.Timeout;
}

/**
 * Posts batches and reads balances over one call that stays open: a call for each costs seven times the CPU time. It is opened
 * for the first request, and anew after it has ended. With OpenTelemetry each is a call of its own, so that its span is in the
 * trace of its callback.
 */
export class Exchange {
  readonly #client: ExchangeServiceClient;
  readonly #posting: PostingServiceClient;
  readonly #queries: QueryServiceClient;
  #stream: Stream | undefined;
  /** What the stream has not answered, by the ids of the requests: those of a stream are not used again before their answers. */
  #underWay = new Slots<UnderWay>();

  constructor(client: ExchangeServiceClient, posting: PostingServiceClient, queries: QueryServiceClient) {
    this.#client = client;
    this.#posting = posting;
    this.#queries = queries;
  }

  /** wallet-core does not begin with what it has not begun when the deadline, on the wall clock, has passed. */
  postBatch(
    request: PostBatchRequest,
    metadata: Metadata,
    options: { readonly deadline: number },
    answered: Answered<PostBatchResponse>,
  ): void {
    if (trace.getActiveSpan()) return void this.#posting.postBatch(request, metadata, options, answered);
    const leftMs = options.deadline - Date.now();
    this.#ask({ body: { $case: 'post', value: request } }, leftMs, (failure, answer) => {
      if (answer?.$case === 'post') answered(null, answer.value);
      else answered(failure ?? another(answer));
    });
  }

  getBalance(request: GetBalanceRequest, asker: Asker, answered: Answered<GetBalanceResponse>): void {
    const { deadline, traceId } = asker;
    if (trace.getActiveSpan()) {
      const options = { deadline: onWallClock(deadline) };
      return void this.#queries.getBalance(request, traced(asker), options, answered);
    }
    const leftMs = deadline - performance.now();
    this.#ask({ body: { $case: 'balance', value: request }, traceId }, leftMs, (failure, answer) => {
      if (answer?.$case === 'balance') answered(null, answer.value);
      else answered(failure ?? another(answer));
    });
  }

  /** Nothing is asked any more. */
  end(): void {
    this.#stream?.end();
  }

  #ask(request: Omit<ExchangeRequest, 'id'>, leftMs: number, answered: Answered<Answer>): void {
    const stream = (this.#stream ??= this.#open());
    const late = () => {
      // A wallet-core that is late with one answer is so with all: the call ends as a whole, and what was not begun of it with it.
      if (request.body?.$case === 'post' || leftMs >= FAIR_MS) {
        return this.#ended(stream, TOO_LATE, () => stream.cancel());
      }
      // Its number is not free before its answer has come.
      underWay.answered = () => {};
      answered(TOO_LATE);
    };
    const underWay: UnderWay = { answered, timer: setTimeout(late, leftMs) };
    const id = this.#underWay.put(underWay);
    stream.write({ id, ...request });
  }

  #open(): Stream {
    const stream = this.#client.exchange();
    stream.on('data', ({ id, body }: ExchangeResponse) => {
      const request = this.#stream === stream ? this.#underWay.take(id) : undefined;
      if (!request) return;
      clearTimeout(request.timer);
      if (body?.$case === 'failure') request.answered({ code: body.value.code, details: body.value.message });
      else request.answered(null, body);
    });
    // Comes with a status.
    stream.on('error', () => {});
    stream.on('status', ({ code, details }: StatusObject) => {
      this.#ended(stream, code === status.OK ? STOPPED : { code, details });
    });
    return stream;
  }

  /** What is under way on a stream that has ended has an unknown fate. */
  #ended(stream: Stream, failure: Failure, end = () => {}): void {
    if (this.#stream !== stream) return;
    const left = this.#underWay;
    this.#stream = undefined;
    this.#underWay = new Slots();
    end();
    for (const { timer, answered } of left.all()) {
      clearTimeout(timer);
      answered(failure);
    }
  }
}

/** An answer to something else than was asked. */
function another(answer: Answer | undefined): Failure {
  return { code: status.INTERNAL, details: `wallet-core answered with ${answer?.$case ?? 'nothing'}` };
}
