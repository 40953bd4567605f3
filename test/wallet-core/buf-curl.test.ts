import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, type FileDescriptorProto } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { certificate } from '../certificates.js';
import { Process } from '../system.js';

const ROOT = path.join(import.meta.dirname, '../../..');
const BUF = path.join(ROOT, 'node_modules/.bin/buf');
/** Where the documentation says that wallet-core listens. */
const DOCUMENTED = '127.0.0.1:50051';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Line {
  /** "README.md:72" */
  readonly at: string;
  readonly line: string;
}

/** What a line of grpcurl comes to for buf curl: its arguments after the base URL's flags, and the path of the URL. */
interface BufCall {
  readonly flags: readonly string[];
  readonly urlPath: string;
}

const LINE = {
  grpcurl: /^(\$ )?grpcurl [\x20-\x7e]*$/,
  'buf curl': /^(\$ )?(echo "authorization: Bearer \$TOKEN" \| )?npx buf curl [\x20-\x7e]*$/,
} as const;

/** The lines of a tool in the code blocks of a page. */
function linesOf(tool: keyof typeof LINE, page: string, text: string): Line[] {
  const found: Line[] = [];
  let inCode = false;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line.startsWith('```')) inCode = !inCode;
    // A picture may have the word too.
    else if (inCode && LINE[tool].test(line)) found.push({ at: `${page}:${index + 1}`, line });
  }
  return found;
}

/** A token that stands in a command is seen by whoever lists the processes of the machine: it comes from the environment, or through a pipe. */
const EXPORT = 'export TOKEN="$(cat data/operator.token)"';
const TOKEN = "-expand-headers -H 'authorization: Bearer ${TOKEN}' ";
const TLS = '-cacert keys/ca.pem -cert keys/own.pem -key keys/own.key ';

/** Which set-up a line is for: the development one, one that asks for tokens, or one that also asks for certificates over TLS. */
type Kind = 'development' | 'tokens' | 'tls';

function kindOf({ line }: Line): Kind {
  if (/-cacert /.test(line)) return 'tls';
  return /\$\{?TOKEN\b/.test(line) ? 'tokens' : 'development';
}

/** Throws at a form that is not one of those that the documentation may use. */
function translate({ at, line: written }: Line): BufCall {
  const line = written.replace(`${TLS}${TOKEN}`, '-plaintext ').replace(TOKEN, '');
  const address = DOCUMENTED.replaceAll('.', '\\.');
  const data = new RegExp(`^grpcurl -plaintext -d '([^']*)' ${address} ([\\w.]+/\\w+)$`).exec(line);
  if (data) return { flags: ['-d', data[1] ?? ''], urlPath: data[2] ?? '' };
  const look = new RegExp(`^grpcurl -plaintext ${address} (list|describe)(?: ([\\w.]+))?$`).exec(line);
  const [, verb, symbol] = look ?? [];
  if (verb === 'list') return { flags: [symbol ? '--list-methods' : '--list-services'], urlPath: '' };
  if (verb === 'describe' && symbol) {
    const request = JSON.stringify({ fileContainingSymbol: symbol });
    return { flags: ['-d', request], urlPath: 'grpc.reflection.v1.ServerReflection/ServerReflectionInfo' };
  }
  throw new Error(`${at}: ${written}: is none of the forms of grpcurl that this test can try`);
}

/** The pages that may show grpcurl. */
function pages(): string[] {
  const docs = existsSync(path.join(ROOT, 'docs')) ? readdirSync(path.join(ROOT, 'docs')) : [];
  const all = ['README.md', 'gateway/README.md', 'wallet-core/README.md', ...docs.map((name) => `docs/${name}`)];
  return all.filter((page) => page.endsWith('.md') && existsSync(path.join(ROOT, page)));
}

const CONFIGURATIONS: Readonly<Record<Kind, string | undefined>> = {
  development: undefined,
  tokens: '{}',
  tls: '{ walletCore: { tls: { certificate: keys/own.pem, key: keys/own.key }, clientCa: keys/ca.pem } }',
};

/** A set-up as a reader of the documentation has it, where nothing but its address is told to it. */
class DocumentedCore {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'buf-curl-'));
  readonly #process: Process;

  private constructor(
    readonly kind: Kind,
    files: Readonly<Record<string, string>> = {},
  ) {
    mkdirSync(path.join(this.#folder, 'keys'));
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(this.#folder, name), text);
    const settings = { SINGLE_WALLET_CONFIG: '', SINGLE_WALLET_DATA: 'data', WALLET_CORE_LISTEN: '127.0.0.1:0' };
    this.#process = new Process('wallet-core', settings, this.#folder);
  }

  static async start(kind: Kind = 'development'): Promise<DocumentedCore> {
    const content = CONFIGURATIONS[kind];
    if (content === undefined) return new DocumentedCore(kind);
    const authority = await certificate('authority', { isAuthority: true });
    const own = await certificate('own', { issuer: authority });
    return new DocumentedCore(kind, {
      'single-wallet.yaml': content,
      'keys/ca.pem': authority.certificate,
      'keys/own.pem': own.certificate,
      'keys/own.key': own.key,
    });
  }

  /** Runs buf curl, which knows nothing but what reflection tells it. */
  async curl(urlPath: string, ...flags: readonly string[]): Promise<Ran> {
    const address = await this.#process.listening;
    const url = `${this.kind === 'tls' ? 'https' : 'http'}://${address}${urlPath && `/${urlPath}`}`;
    return this.#run(BUF, 'curl', '--protocol', 'grpc', ...this.#flags(), ...flags, url);
  }

  /** What each line of grpcurl for this set-up says in its own words. */
  #flags(): readonly string[] {
    if (this.kind === 'development') return ['--http2-prior-knowledge'];
    const token = readFileSync(path.join(this.#folder, 'data/operator.token'), 'utf8').trim();
    const shown = ['-H', `authorization: Bearer ${token}`, '--reflect', '--reflect-header', '*'];
    const tls = ['--cacert', 'keys/ca.pem', '--cert', 'keys/own.pem', '--key', 'keys/own.key'];
    return this.kind === 'tls' ? [...shown, ...tls] : [...shown, '--http2-prior-knowledge'];
  }

  /** Pastes a line into a shell. */
  async paste(line: string): Promise<Ran> {
    const ours = line.replaceAll(DOCUMENTED, await this.#process.listening).replace(/(^|\| )npx buf /, `$1"${BUF}" `);
    return this.#run('sh', '-c', this.kind === 'development' ? ours : `${EXPORT}\n${ours}`);
  }

  #run(command: string, ...args: readonly string[]): Promise<Ran> {
    return new Promise((resolve) =>
      execFile(command, args, { cwd: this.#folder, timeout: 30_000 }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
      ),
    );
  }

  async json(urlPath: string, data: object): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await this.curl(urlPath, '-d', JSON.stringify(data));
    expect(code, stderr).to.equal(0);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  /** The files that reflection has of a symbol. */
  async describe(symbol: string, version: 'v1' | 'v1alpha'): Promise<FileDescriptorProto[]> {
    const service = `grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
    const answer = await this.json(service, { fileContainingSymbol: symbol });
    const { fileDescriptorProto } = answer['fileDescriptorResponse'] as { fileDescriptorProto: string[] };
    return fileDescriptorProto.map((file) => fromBinary(FileDescriptorProtoSchema, Buffer.from(file, 'base64')));
  }

  async stop(): Promise<void> {
    await this.#process.stop('SIGKILL');
    rmSync(this.#folder, { recursive: true });
  }
}

describe('buf curl, an independent client that knows only what reflection tells', () => {
  let core: DocumentedCore;

  before(async () => (core = await DocumentedCore.start()));
  after(() => core.stop());

  it('lists the services', async () => {
    const { code, stdout, stderr } = await core.curl('', '--list-services');
    expect(code, stderr).to.equal(0);
    expect(stdout.trim().split('\n')).to.deep.equal([
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
      'wallet.v1.AccessService',
      'wallet.v1.AccountService',
      'wallet.v1.ExchangeService',
      'wallet.v1.OperationsService',
      'wallet.v1.PostingService',
      'wallet.v1.QueryService',
    ]);
  });

  it('lists the methods', async () => {
    const { code, stdout, stderr } = await core.curl('', '--list-methods');
    expect(code, stderr).to.equal(0);
    expect(stdout.split('\n')).to.include.members([
      'wallet.v1.PostingService/Post',
      'wallet.v1.PostingService/PostBatch',
      'wallet.v1.QueryService/ListMovements',
      'wallet.v1.AccountService/FreezePlayer',
      'grpc.health.v1.Health/Check',
    ]);
  });

  for (const version of ['v1', 'v1alpha'] as const) {
    it(`describes a service and its messages by reflection ${version}`, async () => {
      const files = await core.describe('wallet.v1.PostingService', version);
      const posting = files.find(({ name }) => name === 'wallet/v1/posting.proto');
      expect(posting?.service.flatMap(({ method }) => method.map(({ name }) => name))).to.deep.equal([
        'Post',
        'PostBatch',
      ]);
      const fields = posting?.messageType.find(({ name }) => name === 'NewMovement')?.field.map(({ name }) => name);
      expect(fields).to.deep.equal([
        ...[
          'player_id',
          'currency',
          'kind',
          'amount',
          'reference',
          'round',
          'provider_type',
          'names',
          'withholding',
          'wager',
          'round_unsigned',
        ],
      ]);
      const movement = files.find(({ name }) => name === 'wallet/v1/movement.proto');
      expect(movement?.enumType.map(({ name }) => name)).to.deep.equal(['Kind', 'Outcome', 'Reason', 'Relation']);
    });
  }

  it('calls: a bet, its answer, and the balance after it', async () => {
    const movement = { playerId: 'demo', currency: 'CNY', kind: 'KIND_BET', amount: '-80.00', reference: 'buf-1' };
    const command = { channel: 'platform/development', movements: { movements: [movement] } };
    const { result } = await core.json('wallet.v1.PostingService/Post', { command });
    expect(result).to.deep.include({ outcome: 'OUTCOME_APPLIED' });
    expect((result as { movements: object[] }).movements[0]).to.include({
      balanceBefore: '10000.00',
      balanceAfter: '9920.00',
    });
    const balance = await core.json('wallet.v1.QueryService/GetBalance', { playerId: 'demo', currency: 'CNY' });
    expect(balance).to.deep.equal({ playerId: 'demo', currency: 'CNY', balance: '9920.00' });
  });

  it('asks for the health', async () => {
    expect(await core.json('grpc.health.v1.Health/Check', {})).to.deep.equal({ status: 'SERVING' });
  });

  it('fails with INVALID_ARGUMENT and the name of the field at a bad call', async () => {
    const data = '{"playerId":"Demo","currency":"CNY"}';
    const { code, stdout, stderr } = await core.curl('wallet.v1.QueryService/GetBalance', '-d', data);
    expect(code, 'the gRPC code, shifted by three').to.equal(3 << 3);
    expect(stdout).to.equal('');
    expect(JSON.parse(stderr)).to.deep.equal({
      code: 'invalid_argument',
      message: 'player_id: is "Demo"; expected 1 to 64 characters in lower case, no control characters',
    });
  });
});

/** It cannot be installed everywhere: where it is not, buf curl does what each of its lines says. */
const GRPCURL_IS_THERE = spawnSync('grpcurl', ['-version']).error === undefined;

describe('the lines of grpcurl and buf curl in the documentation', () => {
  const all = (tool: keyof typeof LINE) =>
    pages().flatMap((page) => linesOf(tool, page, readFileSync(path.join(ROOT, page), 'utf8')));
  const lines = [...all('grpcurl'), ...all('buf curl')];
  let cores: Readonly<Record<Kind, DocumentedCore>>;

  // One ledger of each kind for all pages: a reader tries one line after the other.
  before(async () => {
    const start = (kind: Kind) => DocumentedCore.start(kind);
    cores = { development: await start('development'), tokens: await start('tokens'), tls: await start('tls') };
  });
  after(() => Promise.all(Object.values(cores).map((core) => core.stop())));

  it('are found, for each set-up', () => {
    expect(lines.filter(({ at }) => at.startsWith('README.md:'))).to.not.deep.equal([]);
    for (const tool of ['grpcurl', 'buf curl'] as const) {
      expect(all(tool).map(kindOf), tool).to.include.members(['development', 'tls']);
    }
  });

  it('put no token into a command, which others on the machine would see', () => {
    for (const page of pages()) {
      const text = readFileSync(path.join(ROOT, page), 'utf8');
      expect(/Bearer \$\(|Bearer swt_/.exec(text)?.[0], page).to.equal(undefined);
      if (text.includes('TOKEN}') || text.includes('$TOKEN')) expect(text, page).to.contain(EXPORT);
    }
  });

  for (const documented of lines) {
    it(`work: ${documented.at}: ${documented.line.slice(0, 100)}`, async () => {
      const core = cores[kindOf(documented)];
      const isGrpcurl = LINE.grpcurl.test(documented.line);
      // Also where grpcurl runs, so that a line that it alone can try is found everywhere.
      const { flags, urlPath } = isGrpcurl ? translate(documented) : { flags: [], urlPath: '' };
      const pasted = !isGrpcurl || GRPCURL_IS_THERE;
      const { code, stdout, stderr } = await (pasted ? core.paste(documented.line) : core.curl(urlPath, ...flags));
      expect(code, stderr).to.equal(0);
      for (const wrong of ['OUTCOME_INVALID', 'OUTCOME_NOT_APPLIED', 'errorResponse']) {
        expect(stdout).to.not.contain(wrong);
      }
      const [, service] = /list ([\w.]+)$/.exec(documented.line) ?? [];
      if (service) expect(stdout).to.contain(`${service}/`);
    });
  }

  it('are read from code blocks only, also from those in a list, and not from pictures', () => {
    const page = [
      'Call `grpcurl` like this: grpcurl -plaintext nowhere',
      '```sh',
      'grpcurl -plaintext 127.0.0.1:50051 list',
      'curl http://127.0.0.1',
      'grpcurl ──gRPC──▶ wallet-core',
      '```',
      '1. first',
      '   ```sh',
      '   grpcurl -plaintext 127.0.0.1:50051 describe a.B',
      '   ```',
    ].join('\n');
    expect(linesOf('grpcurl', 'x.md', page).map(({ at }) => at)).to.deep.equal(['x.md:3', 'x.md:9']);
  });

  const REFUSED = [
    'grpcurl 127.0.0.1:50051 list',
    'grpcurl -plaintext 127.0.0.1:50052 list',
    'grpcurl -plaintext -d "{}" 127.0.0.1:50051 wallet.v1.A/B',
    'grpcurl -plaintext 127.0.0.1:50051 describe',
    '$ grpcurl -plaintext 127.0.0.1:50051 list',
    "grpcurl -plaintext -d '{}' 127.0.0.1:50051 \\",
    'grpcurl -cacert keys/ca.pem 127.0.0.1:50051 list',
  ];
  for (const line of REFUSED) {
    it(`are refused in a form that this test cannot try: ${line}`, () => {
      expect(() => translate({ at: 'x.md:1', line })).to.throw('x.md:1');
    });
  }
});
