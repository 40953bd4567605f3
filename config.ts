import { existsSync, readFileSync } from 'node:fs';
import { BlockList, isIPv6 } from 'node:net';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { hasToken } from './token-file.js';

/** What a user set wrongly, one line each: where, what it is, what it should be. Printed as it is, without a stack. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a process listens; the host is without the brackets of IPv6, port 0 lets the system choose. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What the environment and the configuration file say, before the sections are validated by those who own them. */
export interface Setup {
  /** The file as the user named it; undefined in the development set-up. */
  readonly file: string | undefined;
  /** Absolute; relative paths in the file start here. */
  readonly folder: string;
  /** Absolute path of the data folder. */
  readonly data: string;
  readonly content: unknown;
  readonly environment: Environment;
  readonly production: boolean;
  /** There is no file and this is not production. */
  readonly development: boolean;
}

const DEFAULT_FILE = 'single-wallet.yaml';

/** Reads the file that SINGLE_WALLET_CONFIG names, or single-wallet.yaml in the working directory if there is one. */
export function readSetup(environment: Environment = process.env, workingDirectory = process.cwd()): Setup {
  const production = environment.NODE_ENV?.toLowerCase() === 'production';
  const named = environment.SINGLE_WALLET_CONFIG || undefined;
  const file = named ?? (existsSync(path.join(workingDirectory, DEFAULT_FILE)) ? DEFAULT_FILE : undefined);
  if (file === undefined && production) {
    throw new ConfigError([
      `${DEFAULT_FILE}: is missing in ${workingDirectory}; NODE_ENV=production needs a configuration file: copy ` +
        `single-wallet.example.yaml there, or name yours in SINGLE_WALLET_CONFIG`,
    ]);
  }
  const folder = file === undefined ? workingDirectory : path.dirname(path.resolve(workingDirectory, file));
  const content = file === undefined ? {} : readYaml(file, path.resolve(workingDirectory, file), named !== undefined);
  const data = environment.SINGLE_WALLET_DATA
    ? path.resolve(workingDirectory, environment.SINGLE_WALLET_DATA)
    : path.resolve(folder, isSection(content) && typeof content.data === 'string' ? content.data : 'data');
  return { file, folder, data, content, environment, production, development: file === undefined };
}

function readYaml(file: string, absolute: string, fromEnvironment: boolean): unknown {
  let text: string;
  try {
    text = readFileSync(absolute, 'utf8');
  } catch (error) {
    const where = fromEnvironment ? `SINGLE_WALLET_CONFIG: is ${JSON.stringify(file)}` : `${file}: cannot be read`;
    throw new ConfigError([`${where}; expected a YAML file that this process may read (${messageOf(error)})`]);
  }
  const document = parseDocument(text);
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    throw new ConfigError(
      broken.map((error) => {
        const { line, col } = error.linePos?.[0] ?? { line: 1, col: 1 };
        const what = (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
        return `${file}: line ${line}, column ${col}: ${what}; expected valid YAML`;
      }),
    );
  }
  try {
    // A key without a value, such as a section of which every line is commented out, is one that is not set.
    return document.toJS({ reviver: (_key, value: unknown) => value ?? undefined }) ?? {};
  } catch (error) {
    throw new ConfigError([`${file}: ${messageOf(error)}; expected valid YAML`]);
  }
}

/**
 * Validates what was read, with environment variables in place of what they override: `overrides` maps their names to
 * paths such as "gateway.listen". The result is frozen; every problem is in the one ConfigError.
 */
export function validate<T extends z.ZodType>(
  setup: Setup,
  schema: T,
  overrides: Readonly<Record<string, string>>,
  content: unknown = setup.content,
): z.output<T> {
  const active = Object.entries(overrides).filter(([variable]) => setup.environment[variable]);
  const input = active.reduce(
    (partial, [variable, target]) => withValue(partial, target.split('.'), setup.environment[variable]),
    content,
  );
  const result = schema.safeParse(input);
  if (result.success) return deepFreeze(result.data);
  const variableOf = new Map(active.map(([variable, target]) => [target, variable]));
  const where = (field: readonly PropertyKey[]) => {
    const text = field.reduce<string>(
      (all, key) => `${all}${typeof key === 'number' ? `[${key}]` : `.${String(key)}`}`,
      '',
    );
    const dotted = text.replace(/^\./, '');
    return variableOf.get(dotted) ?? [setup.file, dotted].filter(Boolean).join(': ');
  };
  throw new ConfigError(
    result.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => `${where([...issue.path, key])}: is not a setting; ${issue.message}`)
        : [`${where(issue.path)}: is ${show(valueAt(input, issue.path))}; ${issue.message}`],
    ),
  );
}

/** A strict section: a key that it does not know is an error that lists those it knows. */
export function section<T extends z.ZodRawShape>(shape: T) {
  const keys = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `expected one of ${keys}` : `expected a section with the keys ${keys}`,
  });
}

/** The setting `data`, which both processes read. */
export function dataSetting(setup: Setup) {
  const error = 'expected the path of a folder, such as "data"';
  return z
    .string({ error })
    .min(1, { error })
    .optional()
    .transform(() => setup.data);
}

/** "host:port" with IPv6 as "[::1]:8080"; `lowestPort` 0 where the system may choose. */
export function addressSetting(example: string, lowestPort: 0 | 1) {
  const error = `expected host:port with a port from ${lowestPort} to 65535, such as "${example}" or "[::1]:${example.split(':')[1]}"`;
  return z.string({ error }).transform((text, context): Address => {
    const match = /^(?:\[([^\]]*)\]|([\w.-]+)):(\d{1,5})$/.exec(text);
    const port = Number(match?.[3]);
    const host = match?.[1] ?? match?.[2] ?? '';
    if (match && port >= lowestPort && port <= 65535 && (match[1] === undefined || isIPv6(host))) return { host, port };
    context.addIssue(error);
    return z.NEVER;
  });
}

/** "host:port", with brackets around an IPv6 host. */
export function formatAddress({ host, port }: Address): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only this machine reaches what listens there. */
export function isLoopback({ host }: Pick<Address, 'host'>): boolean {
  return host === 'localhost' || LOOPBACK.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const LISTEN_FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use; stop what listens there, or set another address',
  EADDRNOTAVAIL: 'is no address of this machine; expected one that is, such as 127.0.0.1',
  EACCES: 'may not be used by this user; expected a port from 1024 on',
};

/** Says in the words of the configuration why a process cannot listen; `setting` is its name, `variable` its override. */
export function listenProblem(setting: string, variable: string, address: Address, error: unknown): ConfigError {
  const text = messageOf(error);
  const [, code = ''] = /\b(E[A-Z]+)\b/.exec(text) ?? [];
  const fault = LISTEN_FAULTS[code] ?? 'cannot be listened on';
  return new ConfigError([`${setting} (${variable}): ${formatAddress(address)} ${fault} (${text})`]);
}

/** A setting that is true or false. */
export function flagSetting(byDefault: boolean) {
  return z.boolean({ error: 'expected true or false' }).default(byDefault);
}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LEVELS)[number];
export const logLevelSetting = z.enum(LEVELS, { error: `expected one of ${LEVELS.join(', ')}` }).default('info');

/** Our own environment with additions, for a child process. */
export function childEnvironment(additions: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...additions };
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withValue(content: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  // What is no section stays as it is, to be reported.
  if (content !== undefined && !isSection(content)) return content;
  return { ...content, [key]: withValue(content?.[key], rest, value) };
}

function valueAt(content: unknown, field: readonly PropertyKey[]): unknown {
  return field.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], content);
}

function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a section';
  const text = JSON.stringify(value);
  // No setting has so many; a password may.
  if (typeof value === 'number' && text.length > 7) return `a number of ${text.length} characters`;
  // Put where the name of its file belongs: nobody should read it in a log.
  if (hasToken(text)) return 'a token itself';
  if (text.includes('PRIVATE KEY')) return 'a private key itself';
  return text.length > 80 ? `${text.slice(0, 77)}…"` : text;
}

function deepFreeze<T>(value: T): T {
  // Keys and other objects of classes are left alone.
  if (Array.isArray(value) || (isSection(value) && Object.getPrototypeOf(value) === Object.prototype)) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Why a file cannot be used, without its name: what stands in place of that may be a secret itself. */
export function faultOfFile(error: unknown): string {
  return error instanceof Error && 'syscall' in error ? codeOf(error) : messageOf(error);
}

/** Such as "ENOENT", where the message would have what stands in place of the name of a file, and that may be the secret itself. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
}
