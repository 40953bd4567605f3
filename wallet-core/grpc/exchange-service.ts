import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { ExchangeRequest, ExchangeResponse, ExchangeServiceServer } from '../../proto/gen/wallet/v1/exchange.js';
import type { GetBalanceRequest } from '../../proto/gen/wallet/v1/query.js';
import { isTraceId, traceIdOf } from '../../trace.js';
import type { Observer } from '../observer.js';
import type { Queries } from '../storage/port.js';
import { refusePost, tokenOf } from './authentication.js';
import { invalidArgument, statusOf } from './call-error.js';
import type { Poster } from './posting-service.js';
import { balanceOf } from './query-service.js';

type Call = ServerDuplexStream<ExchangeRequest, ExchangeResponse>;

/** ExchangeService: what a gateway asks all the time, in one call. `stopping`: calls end once they have answered. */
export function exchangeService(
  poster: Poster,
  queries: Queries,
  observer: Observer,
  stopping: AbortSignal,
  log: Logger,
): ExchangeServiceServer {
  const open = new Set<Exchange>();
  stopping.addEventListener('abort', () => open.forEach((exchange) => exchange.endWhenIdle()));

  return {
    exchange: (call) => {
      const answer = (request: ExchangeRequest) => observed(request, call);
      const exchange = new Exchange(call, answer, stopping);
      open.add(exchange);
      call.once('close', () => open.delete(exchange));
    },
  };

  /** The answer, told of as that to a call of its own would be. */
  async function observed(request: ExchangeRequest, call: Call): Promise<ExchangeResponse['body']> {
    const began = performance.now();
    const rpc = request.body?.$case === 'balance' ? 'QueryService/GetBalance' : 'PostingService/PostBatch';
    const tell = (code: status, why: { readonly why?: string }) => {
      const about = request.body?.$case === 'balance' ? aboutBalance(request.body.value, request, call) : {};
      observer.called({ rpc, code: status[code], ms: performance.now() - began, about: { ...about, ...why } });
    };
    try {
      const answer = await answerTo(request, call);
      tell(status.OK, {});
      return answer;
    } catch (error) {
      const { code, details } = statusOf(error, rpc, log);
      tell(code, { why: details });
      return { $case: 'failure', value: { code, message: details } };
    }
  }

  async function answerTo({ body }: ExchangeRequest, call: Call): Promise<ExchangeResponse['body']> {
    switch (body?.$case) {
      case 'post':
        refusePost(call.metadata, body.value);
        return { $case: 'post', value: { results: await poster.post(body.value.commands, call) } };
      case 'balance':
        return { $case: 'balance', value: await balanceOf(queries, body.value) };
      case undefined:
        throw invalidArgument('body: is missing; expected post or balance');
    }
  }
}

function aboutBalance({ playerId }: GetBalanceRequest, { traceId = '' }: ExchangeRequest, call: Call) {
  const known = isTraceId(traceId) ? traceId : traceIdOf(undefined);
  return { player: playerId.slice(0, 128), token: tokenOf(call.metadata), traceId: known };
}

/** One call, with what of it is under way. */
class Exchange {
  readonly #call: Call;
  readonly #stopping: AbortSignal;
  #underWay = 0;
  #isClosing = false;

  constructor(
    call: Call,
    answer: (request: ExchangeRequest) => Promise<ExchangeResponse['body']>,
    stopping: AbortSignal,
  ) {
    this.#call = call;
    this.#stopping = stopping;
    call.on('data', (request: ExchangeRequest) => {
      this.#underWay += 1;
      void answer(request).then((body) => this.#answered({ id: request.id, body }));
    });
    call.on('end', () => {
      this.#isClosing = true;
      this.endWhenIdle();
    });
    call.on('error', () => {});
  }

  endWhenIdle(): void {
    if (this.#underWay === 0) this.#call.end();
  }

  #answered(response: ExchangeResponse): void {
    this.#underWay -= 1;
    const { writableEnded, cancelled } = this.#call;
    if (cancelled || writableEnded) return;
    // Who does not read his answers is not read, either: those would pile up here.
    if (!this.#call.write(response) && !this.#call.isPaused()) {
      this.#call.pause();
      this.#call.once('drain', () => this.#call.resume());
    }
    if (this.#isClosing || this.#stopping.aborted) this.endWhenIdle();
  }
}
