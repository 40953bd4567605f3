import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';

const ROOT = path.join(import.meta.dirname, '..', '..');

/** What a file takes from elsewhere: paths from the root for our own files, names for packages and node: modules. */
interface Uses {
  readonly imports: readonly string[];
  readonly environment: boolean;
}

interface Rule {
  readonly says: string;
  readonly files: (file: string) => boolean;
  /** What such a file may import; absent: anything. */
  readonly mayImport?: (name: string, file: string) => boolean;
  readonly mayReadEnvironment?: false;
}

const within = (...folders: readonly string[]) => {
  return (file: string) => folders.some((folder) => file === folder || file.startsWith(`${folder}/`));
};
const isGrpc = (name: string) =>
  within('wallet-core/grpc', 'proto', '@grpc')(name) || name.startsWith('grpc-') || name === '@bufbuild/protobuf';

const isFlawed = within('test/simulator/flawed', 'test/simulator/flawed-wallet.ts');

/** Arrows point inward (STYLE.md, 1). */
const RULES: readonly Rule[] = [
  {
    says: 'the domain imports nothing but itself and the money type',
    files: within('wallet-core/domain'),
    mayImport: within('wallet-core/domain', 'wallet-core/money.ts'),
  },
  {
    says: 'the journal imports nothing of ours but the domain, and no package',
    files: within('wallet-core/journal'),
    mayImport: (name) => within('wallet-core/journal', 'wallet-core/domain')(name) || name.startsWith('node:'),
  },
  {
    says: 'what verifies knows neither SQL nor gRPC',
    files: within('wallet-core/verify'),
    mayImport: (name) =>
      within('wallet-core/verify', 'wallet-core/journal', 'wallet-core/domain')(name) || name.startsWith('node:'),
  },
  {
    says: 'the storage knows no gRPC',
    files: within('wallet-core/storage'),
    mayImport: (name) => !isGrpc(name),
  },
  {
    says: 'the command line asks the server over gRPC, or opens the files of a ledger that has none; it shares nothing with it',
    files: within('wallet-core/cli'),
    mayImport: (name) =>
      !within('wallet-core')(name) ||
      name === 'wallet-core/lines.ts' ||
      name === 'wallet-core/money.ts' ||
      within(...['cli', 'storage', 'verify', 'journal', 'domain'].map((folder) => `wallet-core/${folder}`))(name),
  },
  {
    says: 'wallet-core never imports from the gateway, but for the check of kept requests',
    files: within('wallet-core'),
    mayImport: (name, file) =>
      !within('gateway')(name) || (within('wallet-core/cli')(file) && name === 'gateway/kept-request.ts'),
  },
  {
    says: 'the gateway imports nothing of wallet-core but the money type',
    files: within('gateway'),
    mayImport: (name) => !within('wallet-core')(name) || name === 'wallet-core/money.ts',
  },
  {
    says: 'what runs never imports from the tests',
    files: (file) => !within('test')(file),
    mayImport: (name) => !within('test')(name) && !['mocha', 'chai'].includes(name),
  },
  {
    says: 'the simulator shares no code with what it checks',
    files: (file) => within('test/simulator')(file) && !file.endsWith('.test.ts'),
    mayImport: (name) =>
      within('test/simulator')(name) || name.startsWith('node:') || ['commander', 'cli-progress'].includes(name),
  },
  {
    says: 'the wallet with planted bugs shares no code with anything',
    files: isFlawed,
    mayImport: (name) => isFlawed(name) || name.startsWith('node:'),
  },
  {
    says: 'the simulator shares no code with the wallet with planted bugs',
    files: (file) => within('test/simulator')(file) && !isFlawed(file) && !file.endsWith('.test.ts'),
    mayImport: (name) => !isFlawed(name),
  },
  {
    says: 'the model of the ledger shares nothing with it but the protocol',
    files: within('test/model/naive'),
    mayImport: within('test/model/naive', 'proto/gen/wallet/v1'),
  },
  {
    says: 'only configuration reads the environment',
    files: (file) =>
      (!within('test')(file) || (within('test/simulator')(file) && !file.endsWith('.test.ts'))) &&
      path.basename(file) !== 'config.ts',
    mayReadEnvironment: false,
  },
];

/** What the text of a file uses, as TypeScript's own parser reads it. */
function usesOf(file: string, text: string): Uses {
  const imports: string[] = [];
  let environment = false;
  const add = (node: ts.Node | undefined) => {
    if (node && ts.isStringLiteralLike(node)) imports.push(resolve(file, node.text));
    else imports.push('a name that is computed');
  };
  const isProcess = (node: ts.Node) =>
    /^(process|globalThis\.process|globalThis\.global\.process)$/.test(node.getText());
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node.moduleSpecifier);
    else if (ts.isExternalModuleReference(node)) add(node.expression);
    else if (ts.isImportTypeNode(node)) add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined);
    else if (ts.isCallExpression(node)) {
      const { kind } = node.expression;
      if (kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require') add(node.arguments[0]);
    } else if (ts.isPropertyAccessExpression(node)) {
      environment ||= node.name.text === 'env' && isProcess(node.expression);
    } else if (ts.isElementAccessExpression(node)) {
      environment ||= isProcess(node.expression);
    } else if (ts.isVariableDeclaration(node) && node.initializer && isProcess(node.initializer)) {
      environment ||= ts.isObjectBindingPattern(node.name);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return { imports, environment: environment || imports.includes('node:process') };
}

/** The path of the source that a relative import means; another name as it is. */
function resolve(file: string, name: string): string {
  if (!name.startsWith('.')) return name;
  return path.posix.join(path.posix.dirname(file), name).replace(/\.js$/, '.ts');
}

/** Which rules a file breaks, and how. */
function violationsOf(file: string, text: string): string[] {
  const { imports, environment } = usesOf(file, text);
  return RULES.filter(({ files }) => files(file)).flatMap(({ says, mayImport, mayReadEnvironment }) => [
    ...imports
      .filter((name) => !name.startsWith('a name') && mayImport && !mayImport(name, file))
      .map((name) => `${file} imports ${name}: ${says}`),
    ...(environment && mayReadEnvironment === false ? [`${file} reads process.env: ${says}`] : []),
  ]);
}

/** Our own sources, by their path from the root. */
function sources(): string[] {
  const top = readdirSync(ROOT).filter((name) => name.endsWith('.ts'));
  const inside = ['gateway', 'wallet-core', 'test'].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name.split(path.sep).join('/')}`),
  );
  return [...top, ...inside];
}

describe('the direction of imports', () => {
  it('is held by every source', () => {
    const files = sources();
    for (const folder of [
      'gateway',
      'wallet-core',
      'wallet-core/domain',
      'wallet-core/storage',
      'wallet-core/journal',
    ]) {
      expect(files.some(within(folder)), folder).to.equal(true);
    }
    expect(files).to.include.members(['start.ts', 'config.ts', 'wallet-core/money.ts', 'gateway/main.ts']);
    const violations = files.flatMap((file) => violationsOf(file, readFileSync(path.join(ROOT, file), 'utf8')));
    expect(violations).to.deep.equal([]);
  });

  it('is held to files that are there', () => {
    const files = new Set(sources());
    for (const file of files) {
      const { imports } = usesOf(file, readFileSync(path.join(ROOT, file), 'utf8'));
      const ours = imports.filter(within('gateway', 'wallet-core', 'test'));
      for (const name of ours) expect(files.has(name), `${name}, of ${file}`).to.equal(true);
    }
  });

  const PLANTED: readonly (readonly [file: string, text: string, broken: string])[] = [
    ['wallet-core/domain/x.ts', `import { readFileSync } from 'node:fs';`, 'imports node:fs'],
    ['wallet-core/domain/x.ts', `import { Decimal } from 'decimal.js';`, 'imports decimal.js'],
    [
      'wallet-core/domain/x.ts',
      `import type { Store } from '../storage/port.js';`,
      'imports wallet-core/storage/port.ts',
    ],
    ['wallet-core/domain/x.ts', `export * from '../committer.js';`, 'imports wallet-core/committer.ts'],
    ['wallet-core/domain/x.ts', `type A = import('../password.js').A;`, 'imports wallet-core/password.ts'],
    ['wallet-core/journal/x.ts', `import { z } from 'zod';`, 'imports zod'],
    ['wallet-core/journal/x.ts', `import '../money.js';`, 'imports wallet-core/money.ts'],
    ['wallet-core/verify/x.ts', `import Database from 'better-sqlite3';`, 'imports better-sqlite3'],
    ['wallet-core/storage/sqlite/x.ts', `import { status } from '@grpc/grpc-js';`, 'imports @grpc/grpc-js'],
    ['wallet-core/storage/x.ts', `import { unary } from '../grpc/unary.js';`, 'imports wallet-core/grpc/unary.ts'],
    [
      'wallet-core/storage/x.ts',
      `import type { Kind } from '../../proto/gen/wallet/v1/movement.js';`,
      'imports proto/gen/wallet/v1/movement.ts',
    ],
    ['wallet-core/cli/x.ts', `import { startCore } from '../core.js';`, 'imports wallet-core/core.ts'],
    ['wallet-core/cli/x.ts', `import { unary } from '../grpc/unary.js';`, 'imports wallet-core/grpc/unary.ts'],
    ['wallet-core/x.ts', `const app = await import('../gateway/app.js');`, 'imports gateway/app.ts'],
    ['wallet-core/cli/x.ts', `import { startGateway } from '../../gateway/app.js';`, 'imports gateway/app.ts'],
    ['wallet-core/grpc/x.ts', `import '../../gateway/kept-request.js';`, 'imports gateway/kept-request.ts'],
    ['wallet-core/x.ts', `import { System } from '../test/system.js';`, 'imports test/system.ts'],
    [
      'gateway/ebet/x.ts',
      `import { KINDS } from '../../wallet-core/domain/kinds.js';`,
      'imports wallet-core/domain/kinds.ts',
    ],
    ['gateway/x.ts', `const money = require('../wallet-core/core.js');`, 'imports wallet-core/core.ts'],
    ['gateway/x.ts', `import chai = require('chai');`, 'imports chai'],
    ['gateway/x.ts', `const port = process.env.PORT;`, 'reads process.env'],
    ['gateway/x.ts', `const port = process['env'].PORT;`, 'reads process.env'],
    ['wallet-core/x.ts', `const { env } = process;`, 'reads process.env'],
    ['test/simulator/x.ts', `import { parseMoney } from '../../wallet-core/money.js';`, 'imports wallet-core/money.ts'],
    [
      'test/simulator/ebet/x.ts',
      `import { STATUS } from '../../../gateway/ebet/status.js';`,
      'imports gateway/ebet/status.ts',
    ],
    ['test/simulator/x.ts', `import { System } from '../system.js';`, 'imports test/system.ts'],
    ['test/simulator/x.ts', `const key = process.env.KEY;`, 'reads process.env'],
    ['test/simulator/flawed/x.ts', `import { cents } from '../money.js';`, 'imports test/simulator/money.ts'],
    ['test/simulator/x.ts', `import './flawed-wallet.js';`, 'imports test/simulator/flawed-wallet.ts'],
    [
      'test/model/naive/x.ts',
      `import { KINDS } from '../../../wallet-core/domain/kinds.js';`,
      'imports wallet-core/domain/kinds.ts',
    ],
    ['start.ts', `import { env } from 'node:process';`, 'reads process.env'],
    ['start.ts', `spawn('node', { env: { ...process.env } });`, 'reads process.env'],
  ];
  for (const [file, text, broken] of PLANTED) {
    it(`is broken by ${file} with ${text}`, () => {
      const [violation, ...more] = violationsOf(file, text);
      expect(violation).to.match(new RegExp(`^${`${file} ${broken}: `.replaceAll('.', '\\.')}`));
      expect(more).to.deep.equal([]);
    });
  }

  const ALLOWED: readonly (readonly [file: string, text: string])[] = [
    ['wallet-core/domain/x.ts', `import { withinLimit } from '../money.js'; import './kinds.js';`],
    ['wallet-core/journal/x.ts', `import { createHash } from 'node:crypto'; import '../domain/record.js';`],
    [
      'wallet-core/storage/sqlite/x.ts',
      `import type { Database } from 'better-sqlite3'; import '../../domain/state.js';`,
    ],
    ['wallet-core/cli/x.ts', `import '../../proto/gen/wallet/v1/query.js'; import '../storage/sqlite/restore.js';`],
    ['gateway/x.ts', `import '../wallet-core/money.js'; import '../proto/gen/wallet/v1/query.js'; import 'koa';`],
    ['wallet-core/cli/x.ts', `import '../../gateway/kept-request.js';`],
    ['gateway/config.ts', `const port = process.env.PORT;`],
    ['start.ts', `import './gateway/config.js'; import './wallet-core/config.js'; process.exit(1);`],
    ['wallet-core/x.ts', `// import '../gateway/app.js'; process.env is for configuration\nconst a = "import 'chai'";`],
    ['test/simulator/x.ts', `import './wire.js'; import { Command } from 'commander'; import 'node:http';`],
    ['test/simulator/flawed-wallet.ts', `import 'node:http'; import './flawed/ledger.js';`],
    ['test/simulator/x.test.ts', `import { System } from '../system.js'; import '../../gateway/app.js';`],
    ['test/x.ts', `import '../wallet-core/core.js'; import '../gateway/app.js'; process.env.PATH;`],
  ];
  for (const [file, text] of ALLOWED) {
    it(`allows ${file} ${text.replace(/\n.*/, ' …')}`, () => {
      expect(violationsOf(file, text)).to.deep.equal([]);
    });
  }
});
