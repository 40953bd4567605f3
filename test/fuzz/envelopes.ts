import { gzipSync } from 'node:zlib';
import type { Random } from '../simulator/random.js';

/** A request on its way, as the parts that an envelope may spoil. */
export interface Letter {
  readonly path: string;
  readonly body: Buffer;
}

/** One way to send a body: the bytes on the wire. */
export interface Envelope {
  readonly name: string;
  readonly weight: number;
  /**
   * Whether what it makes may be taken for another number of requests than one, or is answered by hanging up: then it has
   * a connection of its own, which ends behind it.
   */
  readonly alone?: true;
  readonly write: (letter: Letter, random: Random) => Buffer;
}

const TYPE = 'Content-Type: application/json';

/** A request with these header lines beside its length. */
function request(method: string, path: string, headers: readonly string[], body: Buffer, version = '1.1'): Buffer {
  const length = method === 'GET' && body.length === 0 ? [] : [`Content-Length: ${body.length}`];
  const head = [`${method} ${path} HTTP/${version}`, 'Host: gateway', ...headers, ...length, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/** A request whose header lines are all given. */
function bare(method: string, path: string, headers: readonly string[], body: Buffer | string): Buffer {
  const head = [`${method} ${path} HTTP/1.1`, ...headers, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]);
}

function chunked(body: Buffer, random: Random): string {
  let text = '';
  for (let at = 0; at < body.length;) {
    const length = random.int(1, 200);
    const chunk = body.subarray(at, at + length);
    text += `${chunk.length.toString(16)}\r\n${chunk.toString('latin1')}\r\n`;
    at += length;
  }
  return `${text}0\r\n\r\n`;
}

const HEADERS: readonly string[] = [
  ...['Content-Type: text/plain', 'Content-Type: application/xml', 'Content-Type: application/json; charset=utf-16'],
  ...[
    'Content-Type: multipart/form-data; boundary=x',
    'Content-Type: ',
    'Content-Type: a/b; __proto__=1',
    'Accept: */*',
  ],
  ...['X-Forwarded-For: 203.0.113.7', 'X-Forwarded-For: ,,,%00', `X-Forwarded-For: ${'1.1.1.1,'.repeat(500)}`],
  ...['Content-Encoding: gzip', 'Content-Encoding: identity', 'Cookie: __proto__=1', 'Forwarded: for=127.0.0.1'],
  ...['X-HTTP-Method-Override: DELETE', 'Origin: null', 'Range: bytes=0-', 'If-None-Match: *', '__proto__: 1'],
  ...['Authorization: Bearer x', 'Transfer-Encoding: identity', 'Upgrade-Insecure-Requests: 1', 'constructor: x'],
];

const PATHS: readonly ((path: string) => string)[] = [
  (path) => `${path}/`,
  (path) => path.toUpperCase(),
  (path) => `/${path}`,
  (path) => `${path}?__proto__[money]=1&channelId=1`,
  (path) => `${path}#x`,
  (path) => `/.${path}`,
  (path) => `/a/..${path}`,
  (path) => path.replace(/.$/, (last) => `%${last.charCodeAt(0).toString(16)}`),
  (path) => `${path}%00`,
  (path) => `${path}%ff%`,
  (path) => `http://gateway${path}`,
  (path) => `//gateway${path}`,
  () => '*',
  () => '/__proto__',
  () => '/constructor/prototype',
  (path) => `${path}/${'a'.repeat(8_000)}`,
  () => `/${'../'.repeat(100)}etc/passwd`,
];

export const ENVELOPES: readonly Envelope[] = [
  { name: 'as it should be', weight: 60, write: ({ path, body }) => request('POST', path, [TYPE], body) },
  {
    name: 'a strange header',
    weight: 8,
    write: ({ path, body }, random) => request('POST', path, [random.pick(HEADERS)], body),
  },
  {
    name: 'another method',
    weight: 4,
    write: ({ path, body }, random) => {
      const method = random.pick(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'TRACE', 'SEARCH', 'PURGE']);
      return request(method, path, [TYPE], body);
    },
  },
  {
    name: 'another path',
    weight: 5,
    write: ({ path, body }, random) => request('POST', random.pick(PATHS)(path), [TYPE], body),
  },
  {
    name: 'in chunks',
    weight: 6,
    write: ({ path, body }, random) =>
      bare(
        'POST',
        path,
        ['Host: gateway', TYPE, 'Transfer-Encoding: chunked'],
        Buffer.from(chunked(body, random), 'latin1'),
      ),
  },
  {
    name: 'many headers',
    weight: 1,
    write: ({ path, body }, random) => {
      const many = Array.from({ length: random.pick([50, 500]) }, (_, n) => `X-${n}: ${random.int(0, 99)}`);
      return request('POST', path, [TYPE, ...many], body);
    },
  },
  {
    name: 'compressed, and said so',
    weight: 2,
    write: ({ path, body }) => request('POST', path, [TYPE, 'Content-Encoding: gzip'], gzipSync(body, { level: 1 })),
  },
  {
    name: 'a flood of headers',
    weight: 0.3,
    alone: true,
    write: ({ path, body }, random) => {
      const many = Array.from({ length: 3_000 }, (_, n) => `X-${n}: ${random.int(0, 99)}`);
      return request('POST', path, [TYPE, ...many], body);
    },
  },
  {
    name: 'lengths that conflict',
    weight: 3,
    alone: true,
    write: ({ path, body }, random) => {
      const { length } = body;
      const lines = random.pick([
        [`Content-Length: ${length}`, `Content-Length: ${length + 1}`],
        [`Content-Length: ${length}`, `Content-Length: ${length}`],
        [`Content-Length: ${length}`, 'Transfer-Encoding: chunked'],
        [`Content-Length: ${Math.max(0, length - 10)}`],
        [`Content-Length: ${length + 10}`],
        ['Content-Length: -1'],
        ['Content-Length: 1e3'],
        ['Content-Length: 99999999999999999999'],
        ['Content-Length: '],
        ['Transfer-Encoding: gzip, chunked'],
        ['Transfer-Encoding: chunked, chunked'],
        ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
        ['Transfer-Encoding : chunked'],
        [],
      ]);
      return bare('POST', path, ['Host: gateway', TYPE, ...lines], body);
    },
  },
  {
    name: 'chunks that are none',
    weight: 2,
    alone: true,
    write: ({ path, body }, random) => {
      const text = random.pick([
        `FFFFFFFFFFFFFFFFF\r\n${body.toString('latin1')}`,
        `-1\r\n${body.toString('latin1')}\r\n0\r\n\r\n`,
        `5;${'x'.repeat(20_000)}\r\nabcde\r\n0\r\n\r\n`,
        `2\r\nabcdef\r\n0\r\n\r\n`,
        `0\r\nTrailer: ${'x'.repeat(20_000)}\r\n\r\n`,
        chunked(body, random).slice(0, -6),
        '',
      ]);
      return bare('POST', path, ['Host: gateway', TYPE, 'Transfer-Encoding: chunked'], Buffer.from(text, 'latin1'));
    },
  },
  {
    name: 'what is hardly HTTP',
    weight: 3,
    alone: true,
    write: ({ path, body }, random) => {
      const text = body.toString('latin1');
      return Buffer.from(
        random.pick([
          `POST ${path} HTTP/2.0\r\nHost: gateway\r\n\r\n${text}`,
          `POST ${path} HTTP/0.9\r\n\r\n${text}`,
          `POST ${path}\r\n\r\n${text}`,
          `post ${path} HTTP/1.1\r\nHost: gateway\r\nContent-Length: ${body.length}\r\n\r\n${text}`,
          `POST ${path} HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${text}`,
          `POST ${path} HTTP/1.1\nHost: gateway\nContent-Length: ${body.length}\n\n${text}`,
          `POST ${path} HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: ${body.length}\r\n\r\n${text}`,
          `POST  ${path} HTTP/1.1\r\nHost: gateway\r\n\r\n`,
          `POST ${path} HTTP/1.1\r\nHost: gateway\r\nX: a\0b\r\n\r\n`,
          `POST ${path} HTTP/1.1\r\nHost: gateway\r\n X: folded\r\n\r\n`,
          `CONNECT gateway:443 HTTP/1.1\r\nHost: gateway\r\n\r\n${text}`,
          `HEAD ${path} HTTP/1.1\r\nHost: gateway\r\n\r\n`,
          `POST ${path} HTTP/1.1\r\nHost: gateway\r\nExpect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n${text}`,
          `POST ${path} HTTP/1.1\r\nHost: gateway\r\nExpect: the-moon\r\nContent-Length: ${body.length}\r\n\r\n${text}`,
          `GET ${path} HTTP/1.1\r\nHost: gateway\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n${text}`,
          `POST ${path} HTTP/1.0\r\nContent-Length: ${body.length}\r\n\r\n${text}`,
          'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
          '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
          text,
          '\r\n\r\n\r\n',
          '',
        ]),
        'latin1',
      );
    },
  },
];
