import type { Command } from 'commander';
import {
  type CreateTokenResponse,
  type ListTokensResponse,
  type RevokeTokenResponse,
  Role,
  type Token,
} from '../../proto/gen/wallet/v1/access.js';
import { answerOf, ask, type ServerOptions, withServerOptions } from './client.js';
import { escaped } from './escaped.js';
import { ending, EXIT, tried } from './exit.js';
import { operatorOf, type OperatorOptions, withOperatorOptions } from './operator.js';
import { print } from './print.js';
import { iso } from './time.js';
import { utc } from './words.js';

interface Json extends ServerOptions {
  readonly json: boolean;
}

interface RevokeOptions extends Json, OperatorOptions {}

interface CreateOptions extends RevokeOptions {
  readonly role: readonly string[];
  readonly channel: readonly string[];
}

const ROLES = [Role.READ, Role.POST, Role.OPERATE];

export function addToken(program: Command): void {
  const tokens = program
    .command('token')
    .summary('Makes, lists, revokes tokens of platforms, gateways, operators.')
    .description('The tokens with which platforms, gateways and operators call wallet-core (walletCore.tokens).');
  withServerOptions(withOperatorOptions(tokens.command('create')))
    .argument('<name>', 'whose it is; not unique')
    .summary('Makes a token and prints it, this once.')
    .description(
      'Makes a token and prints it, this once: wallet-core keeps only its SHA-256. Several of one name are valid side by side: to ' +
        'change one, create the next, give it to whom it is for, and revoke the old one.',
    )
    .requiredOption(
      '--role <roles...>',
      'read: everything is read; post: posts under its own channels and reads their movements; of any player it reads the ' +
        'balance, opens accounts, checks logins and issues access tokens; operate: everything, on every channel',
    )
    .option(
      '--channel <channels...>',
      'of the role post, such as platform/cashier, or "ebet/*" for all that begin so',
      [],
    )
    .option('--json', 'id and token for machines on stdout and nothing else', false)
    .addHelpText('after', '\nExit codes: 0 the token is made, 2 none was made.')
    .action(async (name: string, options: CreateOptions) => ending(create)({ name, ...options }));
  withServerOptions(tokens.command('list'))
    .summary('Lists all tokens that were ever made.')
    .description(
      'Lists all tokens that were ever made: id, name, what they allow, who made and who revoked them, and when.',
    )
    .option('--json', 'the list for machines on stdout and nothing else', false)
    .addHelpText('after', '\nExit codes: 0 the list is whole, 2 there is none.')
    .action(ending(list));
  withServerOptions(withOperatorOptions(tokens.command('revoke')))
    .argument('<id>', 'as token list shows it')
    .description('Ends a token: the next call with it is refused.')
    .option('--json', 'whether it was valid until now, for machines on stdout and nothing else', false)
    .addHelpText('after', '\nExit codes: 0 the token is valid no more, 2 that is not known.')
    .action(async (id: string, options: RevokeOptions) => ending(revoke)({ id, ...options }));
}

async function create({ name, role, channel, json, ...options }: CreateOptions & { name: string }): Promise<number> {
  const words = ROLES.map(wordOf);
  const wrong = role.find((each) => !words.includes(each));
  if (wrong !== undefined) {
    console.error(`--role: is "${wrong}"; expected one or more of ${words.join(', ')}`);
    return EXIT.failed;
  }
  return tried(
    () => 'no token was made',
    async () => {
      const roles = role.map((each) => ROLES[words.indexOf(each)] ?? Role.UNSPECIFIED);
      const request = { name, roles, channels: [...channel], by: operatorOf(options) };
      const made = await ask(options, ({ access }) =>
        answerOf<CreateTokenResponse>((done) => access.createToken(request, done)),
      );
      print(json, made, () => `token  ${made.token}\nid     ${made.tokenId}`);
      return EXIT.good;
    },
  );
}

async function list({ json, ...server }: Json): Promise<number> {
  return tried(
    () => 'the tokens are not known',
    async () => {
      const { tokens } = await ask(server, ({ access }) =>
        answerOf<ListTokensResponse>((done) => access.listTokens({}, done)),
      );
      print(json, tokens.map(asReport), () => tokens.map(asText).join('\n'));
      return EXIT.good;
    },
  );
}

async function revoke({ id, json, ...options }: RevokeOptions & { id: string }): Promise<number> {
  return tried(
    () => 'no token was revoked',
    async () => {
      const answer = await ask(options, ({ access }) =>
        answerOf<RevokeTokenResponse>((done) => access.revokeToken({ tokenId: id, by: operatorOf(options) }, done)),
      );
      print(json, answer, () => `The token ${id} ${answer.revoked ? 'is' : 'was already'} revoked.`);
      return EXIT.good;
    },
  );
}

function asReport({ createdMs, revokedMs, ...token }: Token) {
  return { ...token, roles: token.roles.map(wordOf), created: iso(createdMs), revoked: iso(revokedMs) };
}

function asText(token: Token): string {
  const { tokenId, name, roles, channels, createdMs, createdBy, createdReason, revokedMs, revokedBy, revokedReason } =
    token;
  const allows = [...roles.map(wordOf), ...channels].join(' ');
  const made = act('made', createdMs, createdBy, createdReason);
  const ended = revokedMs === 0n ? 'valid' : act('revoked', revokedMs, revokedBy, revokedReason);
  return escaped(`${tokenId}  ${name}: ${allows}; ${made}; ${ended}`);
}

function act(what: string, timeMs: bigint, by: string, reason: string): string {
  return `${what} ${utc(timeMs)} by ${by}${reason === '' ? '' : ` (${reason})`}`;
}

function wordOf(role: Role): string {
  return Role[role].toLowerCase();
}
