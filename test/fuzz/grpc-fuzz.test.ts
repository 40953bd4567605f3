import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { Decimal } from 'decimal.js';
import { ExchangeRequest } from '../../proto/gen/wallet/v1/exchange.js';
import { Kind, Outcome } from '../../proto/gen/wallet/v1/movement.js';
import { PostBatchRequest, type Command, PostRequest } from '../../proto/gen/wallet/v1/posting.js';
import { Random } from '../simulator/random.js';
import { movements, TestCore } from '../wallet-core/core.js';
import { verify } from '../wallet-core/verify.js';
import { BODY_MUTATIONS } from './body-mutations.js';
import { type GoodRequest, goodRequests, SERVICES } from './grpc-requests.js';
import { withOtherField } from './wire-mutations.js';

const CALLS = Number(process.env['FUZZ_GRPC_CALLS'] ?? 10_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const AT_ONCE = 400;
const FAULTS = ['INTERNAL', 'UNKNOWN', 'UNIMPLEMENTED', 'UNAVAILABLE', 'DATA_LOSS'];

const same = (bytes: Buffer) => bytes;

describe(`wallet-core under ${CALLS} spoilt calls, seed ${SEED}`, () => {
  let core: TestCore;
  /** By status and details, how many calls were answered so. */
  const codes = new Map<string, number>();
  const called = new Set<string>();
  const faults: string[] = [];
  /** "reference player amount" of every movement that any of the calls can be read as asking for. */
  const asked = new Set<string>();

  before(async function () {
    this.timeout(60_000 + CALLS * 20);
    core = await TestCore.start('1000000.00', ', reflection: token');
    await core.player('other', '100.00');
    await core.post(movements({ reference: 'bet-1' }));
    for (let first = 0; first < CALLS; first += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => spoiltCall(first + n)));
    }
    console.log(`      ${CALLS} calls, answers by status: ${JSON.stringify(Object.fromEntries(codes))}`);
  });
  after(() => core.stop());

  async function spoiltCall(n: number): Promise<void> {
    const random = new Random(SEED, `grpc ${n}`);
    const good = goodRequests(`call-${n}`);
    const chosen = random.weighted(good);
    const bytes = spoilt(chosen.bytes, random.pick(good).bytes, random);
    for (const command of commandsIn(chosen.path, bytes)) note(command);
    const answer = await send(chosen, bytes);
    called.add(chosen.path);
    const [code = ''] = answer.split(':');
    codes.set(code, (codes.get(code) ?? 0) + 1);
    if (FAULTS.includes(code))
      faults.push(`call ${n}, ${chosen.path} ${bytes.toString('hex').slice(0, 400)}: ${answer}`);
  }

  function spoilt(bytes: Buffer, other: Buffer, random: Random): Buffer {
    if (random.chance(0.1)) return bytes;
    if (random.chance(0.3)) return random.weighted(BODY_MUTATIONS).mutate(bytes, random, other);
    const once = withOtherField(bytes, random);
    return random.chance(0.2) ? withOtherField(once, random) : once;
  }

  function commandsIn(path: string, bytes: Buffer): Command[] {
    try {
      if (path.endsWith('/PostBatch')) return PostBatchRequest.decode(bytes).commands;
      if (path.endsWith('/Exchange')) {
        const { body } = ExchangeRequest.decode(bytes);
        return body?.$case === 'post' ? body.value.commands : [];
      }
      return path.endsWith('/Post') ? [PostRequest.decode(bytes).command].filter((command) => !!command) : [];
    } catch {
      return [];
    }
  }

  function note({ body }: Command): void {
    if (body?.$case !== 'movements') return;
    for (const { reference, playerId, amount } of body.value.movements) {
      if (/^-?\d{1,20}(\.\d\d?)?$/.test(amount))
        asked.add(`${reference} ${playerId} ${new Decimal(amount).toFixed(2)}`);
    }
  }

  function send({ path, streams }: GoodRequest, bytes: Buffer): Promise<string> {
    const { posting } = core.clients;
    return new Promise((resolve) => {
      const done = (error: ServiceError | null) => resolve(error ? `${status[error.code]}: ${error.details}` : 'OK');
      if (!streams) return posting.makeUnaryRequest(path, same, same, bytes, new Metadata(), done);
      const stream = posting.makeServerStreamRequest(path, same, same, bytes, new Metadata());
      stream.on('error', done).on('end', () => done(null));
      // What is watched has no end.
      if (path.endsWith('/Watch')) stream.once('data', () => (done(null), stream.cancel()));
      return stream.resume();
    });
  }

  it('calls every method of wallet.v1', () => {
    const paths = SERVICES.flatMap((service) => Object.values(service) as { path: string }[]).map(({ path }) => path);
    expect(goodRequests('x').map(({ path }) => path)).to.include.members(paths);
  });

  it('calls health and reflection too', () => {
    const beside = [...called].filter((path) => !path.startsWith('/wallet.v1.'));
    expect(beside.sort()).to.deep.equal([
      '/grpc.health.v1.Health/Check',
      '/grpc.health.v1.Health/Watch',
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
    ]);
  });

  it('answers each without a fault, and has none in its log', () => {
    expect(faults.slice(0, 3)).to.deep.equal([]);
    expect([...codes.keys()]).to.include.members(['OK', 'INVALID_ARGUMENT', 'NOT_FOUND']);
    expect(core.process.output.split('\n').filter((line) => /"level":[56]0/.test(line))).to.deep.equal([]);
  });

  it('moves what was asked for and nothing else', async () => {
    const all = await core.clients.movements();
    const applied = all.filter(({ outcome, kind }) => outcome === Outcome.APPLIED && kind !== Kind.REFUND);
    const calls = applied.filter(({ reference }) => !/^(bet-1|deposit-.*)$/.test(reference));
    const unasked = calls.filter(({ reference, playerId, amount }) => !asked.has(`${reference} ${playerId} ${amount}`));
    expect(unasked).to.deep.equal([]);
    expect(calls.length).to.be.above(CALLS / 20);
  });

  it('leaves a ledger that is proved', async () => {
    expect((await verify(core.clients)).clean).to.equal(true);
  });
});
