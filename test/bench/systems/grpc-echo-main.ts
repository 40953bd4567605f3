// The limit of the gRPC side: a server that reads the same messages, decides nothing, and answers in the same shape.
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { Outcome, Reason } from '../../../proto/gen/wallet/v1/movement.js';
import {
  PostingServiceService,
  type Command,
  type PostingServiceServer,
  type Result,
} from '../../../proto/gen/wallet/v1/posting.js';
import { announce } from './serve.js';

let id = 0;

function resultOf(command: Command | undefined): Result {
  const movements = command?.body?.$case === 'movements' ? command.body.value.movements : [];
  return {
    outcome: Outcome.APPLIED,
    reason: Reason.UNSPECIFIED,
    message: '',
    timeMs: BigInt(Date.now()),
    movements: movements.map(() => ({
      movementId: `1-${String((id += 1))}`,
      balanceBefore: '1000000.00',
      balanceAfter: '999999.50',
    })),
    refund: undefined,
    check: undefined,
  };
}

const service: PostingServiceServer = {
  post: (call, callback) => callback(null, { result: resultOf(call.request.command) }),
  postBatch: (call, callback) => callback(null, { results: call.request.commands.map(resultOf) }),
};
const server = new Server({ 'grpc.max_receive_message_length': 32 * 2 ** 20 });
server.addService(PostingServiceService, service);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  announce(`127.0.0.1:${port}`);
});
