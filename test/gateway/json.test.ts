import { expect } from 'chai';
import { DuplicateKeyError, JsonError, parseAndRedact, parseJson } from '../../gateway/json/reader.js';
import { JsonNumber, type Json, type WritableJson } from '../../gateway/json/value.js';
import { shortestNumber } from '../../gateway/json/shortest-number.js';
import { writeJson } from '../../gateway/json/writer.js';

const read = (text: string): Json => parseJson(Buffer.from(text));
const redact = (text: string, ...keys: string[]): string =>
  Buffer.from(parseAndRedact(Buffer.from(text), new Set(keys)).redacted).toString();

/** What JSON.parse would give, so that both readers can be compared. */
function plain(value: Json): unknown {
  if (value instanceof JsonNumber) return Number(value.text);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, member]) => [key, plain(member)]));
  return value;
}

function faultOf(body: string | Uint8Array): JsonError {
  try {
    parseJson(Buffer.from(body));
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
  throw new Error(`was accepted: ${Buffer.from(body).toString()}`);
}

/** A small generator with a seed, so that a failure can be repeated. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const TEXTS = [
  '',
  'seqNo',
  ' leading',
  '1|bet|2',
  '荷官',
  '😀',
  '"\\/\b\f\n\r\t',
  '\u0000\u001f\u007f\u0080\uffff',
  'é😀"荷',
];
const NUMBERS = [0, 1, -1, 44.9, -19275, 1e21, 1e-7, 1637308132650, 2 ** 53, -0.1];

function anyValue(next: (below: number) => number, depth: number): unknown {
  switch (next(depth > 4 ? 4 : 6)) {
    case 0:
      return TEXTS[next(TEXTS.length)];
    case 1:
      return NUMBERS[next(NUMBERS.length)];
    case 2:
      return next(2) === 0;
    case 3:
      return null;
    case 4:
      return Array.from({ length: next(5) }, () => anyValue(next, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: next(6) }, (_, i) => [`${TEXTS[next(TEXTS.length)]}${i}`, anyValue(next, depth + 1)]),
      );
  }
}

describe('reading JSON', () => {
  it('keeps the source text of every number', () => {
    const texts = [
      '820.00',
      '1637308132650.0',
      '1e400',
      '-0',
      '0',
      '-0.0e-0',
      '1.0E7',
      '1E+2',
      '12345678901234567890.123',
    ];
    expect(read(`[${texts.join(' , ')}]`)).to.deep.equal(texts.map((text) => new JsonNumber(text)));
  });

  it('accepts any value as a body, with white space around it', () => {
    expect(read(' null ')).to.equal(null);
    expect(read('\t\r\n"x"\n')).to.equal('x');
    expect(read('true')).to.equal(true);
    expect(read('false')).to.equal(false);
    expect(read('-80')).to.deep.equal(new JsonNumber('-80'));
    expect(read('[ ]')).to.deep.equal([]);
    expect(read('{ }')).to.deep.equal(new Map());
  });

  it('decodes every escape and joins surrogate pairs', () => {
    expect(read('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u8377官\\uD83D\\ude00é"')).to.equal('"\\/\b\f\n\r\tA荷官😀é');
  });

  it('takes keys of the prototype as ordinary data', () => {
    const body = read('{"__proto__":{"admin":true},"constructor":1,"toString":null}');
    expect(body).to.be.instanceOf(Map);
    expect([...(body as Map<string, Json>).keys()]).to.deep.equal(['__proto__', 'constructor', 'toString']);
    expect(({} as Record<string, unknown>)['admin']).to.equal(undefined);
  });

  it('reads a view into a larger buffer', () => {
    const buffer = new TextEncoder().encode('xx{"a":"é"}xx');
    expect(parseJson(buffer.subarray(2, buffer.length - 2))).to.deep.equal(new Map([['a', 'é']]));
  });

  it('reads 32 levels and refuses the 33rd', () => {
    expect(() => read('['.repeat(32) + ']'.repeat(32))).not.to.throw();
    expect(() => read('[[],[]' + ',[]'.repeat(100) + ']')).not.to.throw();
    expect(faultOf('{"a":'.repeat(33) + '1' + '}'.repeat(33)).message).to.contain('nested deeper than 32 levels');
    expect(faultOf('['.repeat(1_000_000)).position).to.equal(32);
  });

  it('agrees with JSON.parse on thousands of generated values, compact and indented', () => {
    const next = generator(20_261_122);
    for (let i = 0; i < 5000; i++) {
      const text = JSON.stringify(anyValue(next, 0), null, next(3));
      expect(plain(read(text)), text).to.deep.equal(JSON.parse(text));
    }
  });

  it('agrees with JSON.parse on what is JSON at all, for bodies with one byte changed', () => {
    const sound = '{"a":[1.5e-3,-0,"\\u0041\\n",true],"b":{"c":null,"d":"x"}}';
    const next = generator(7);
    for (let i = 0; i < 20_000; i++) {
      const at = next(sound.length);
      const text = sound.slice(0, at) + String.fromCharCode(next(128)) + sound.slice(at + next(2));
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        expect(() => read(text), text).to.throw(JsonError);
        continue;
      }
      try {
        expect(plain(read(text)), text).to.deep.equal(expected);
      } catch (error) {
        // The two faults that JSON.parse lets through.
        if (!(error instanceof JsonError)) throw error;
        expect(error.message, text).to.match(/stands twice|surrogate/);
      }
    }
  });
});

describe('malformed JSON', () => {
  const malformed: [what: string, body: string | Uint8Array, position: number, fault: string][] = [
    ['nothing', '', 0, 'the text ends here where a value is expected'],
    ['only white space', ' \n', 2, 'the text ends here where a value is expected'],
    ['two values', '1 2', 2, 'something else stands here where the end is expected'],
    ['a byte order mark', '\ufeff{}', 0, 'where a value is expected'],
    ['a no-break space', '\u00a0{}', 0, 'where a value is expected'],
    ['a form feed', '\f{}', 0, 'where a value is expected'],
    ['a comment', '{}//', 2, 'where the end is expected'],
    ['a NUL at the end', '{}\0', 2, 'where the end is expected'],
    ['single quotes', "{'a':1}", 1, 'where a key in double quotes is expected'],
    ['a bare key', '{a:1}', 1, 'where a key in double quotes is expected'],
    ['no colon', '{"a" 1}', 5, 'where ":" is expected'],
    ['no member value', '{"a":}', 5, 'where a value is expected'],
    ['a trailing comma in an object', '{"a":1,}', 7, 'where a key in double quotes is expected'],
    ['a trailing comma in an array', '[1,]', 3, 'where a value is expected'],
    ['a leading comma', '[,1]', 1, 'where a value is expected'],
    ['no comma', '[1 2]', 3, 'where "," or "]" is expected'],
    ['the wrong bracket', '{"a":1]', 6, 'where "," or "}" is expected'],
    ['an open object', '{"a":1', 6, 'the text ends here where "," or "}" is expected'],
    ['an open array', '[1', 2, 'the text ends here where "," or "]" is expected'],
    ['a wrong word', 'nul', 0, 'where a value is expected'],
    ['a capital word', 'True', 0, 'where a value is expected'],
    ['a word run on', 'nullx', 4, 'where the end is expected'],
    ['NaN', 'NaN', 0, 'where a value is expected'],
    ['Infinity', '-Infinity', 1, 'where a digit is expected'],
    ['a plus sign', '+1', 0, 'where a value is expected'],
    ['a lone minus', '-', 1, 'the text ends here where a digit is expected'],
    ['a leading zero', '01', 0, 'a number with a leading zero'],
    ['a negative leading zero', '[-00]', 1, 'a number with a leading zero'],
    ['a leading point', '.5', 0, 'where a value is expected'],
    ['a trailing point', '[1.]', 3, 'where a digit is expected'],
    ['an empty exponent', '1e', 2, 'the text ends here where a digit is expected'],
    ['an exponent of a sign', '1e+', 3, 'the text ends here where a digit is expected'],
    ['a hexadecimal number', '0x10', 1, 'where the end is expected'],
    ['an open string', '"abc', 4, 'a string without an end'],
    ['an open string after an escape', '"\\n', 3, 'a string without an end'],
    ['an escape at the end', '"\\', 1, 'no such escape in a string'],
    ['a line break in a string', '"a\nb"', 2, 'a control character in a string'],
    ['a control character after an escape', '"\\n\u0001"', 3, 'a control character in a string'],
    ['a NUL in a string', '"\0"', 1, 'a control character in a string'],
    ['an unknown escape', '"\\x41"', 1, 'no such escape in a string'],
    ['a short unicode escape', '"\\u12"', 1, '"\\u" without four hexadecimal digits'],
    ['a unicode escape with a sign', '"\\u+123"', 1, '"\\u" without four hexadecimal digits'],
    ['a lone high surrogate', '"\\ud83d"', 1, 'a surrogate without its other half'],
    ['a lone low surrogate', '"\\ude00"', 1, 'a surrogate without its other half'],
    ['two high surrogates', '"\\ud83d\\ud83d"', 1, 'a surrogate without its other half'],
    ['surrogates apart', '"\\ud83dx\\ude00"', 1, 'a surrogate without its other half'],
    ['a stray continuation byte', Uint8Array.of(0x22, 0x80, 0x22), 0, 'the body is not valid UTF-8'],
    ['an overlong slash', Uint8Array.of(0x22, 0xc0, 0xaf, 0x22), 0, 'the body is not valid UTF-8'],
    ['a surrogate in UTF-8', Uint8Array.of(0x22, 0xed, 0xa0, 0xbd, 0x22), 0, 'the body is not valid UTF-8'],
    ['a character cut off', Uint8Array.of(0x22, 0xe8, 0x8d), 0, 'the body is not valid UTF-8'],
    ['UTF-16', Buffer.from('{}', 'utf16le'), 1, 'where a key in double quotes is expected'],
  ];
  for (const [what, body, position, fault] of malformed) {
    it(`is refused: ${what}`, () => {
      const error = faultOf(body);
      expect(error).not.to.be.instanceOf(DuplicateKeyError);
      expect(error.position).to.equal(position);
      expect(error.message)
        .to.match(/^JSON, position \d+: /)
        .and.contain(fault);
    });
  }
});

describe('a body of very many values', () => {
  const array = (length: number, value: string) => `[${Array<string>(length).fill(value).join(',')}]`;

  it('is read up to nearly 20,000 of them', () => {
    for (const value of ['{}', '[]', '1', '""', 'null']) {
      expect(read(array(19_990, value)), value).to.have.length(19_990);
    }
  });

  for (const [what, body] of [
    ['20,001 numbers', array(20_001, '1')],
    ['20,001 words', array(20_001, 'null')],
    ['20,001 texts', array(20_001, '""')],
    ['20,001 lists', array(20_001, '[]')],
    ['20,001 members', `{${Array.from({ length: 20_001 }, (_, n) => `"${n}":1`).join(',')}}`],
    ['20,001 values in many lists', array(201, array(100, '1'))],
    ['20,001 values in a secret', `{"password":${array(20_001, '1')}}`],
    ['1 MiB of objects', array(349_525, '{}')],
  ] as const) {
    it(`is refused: ${what}`, () => {
      for (const reading of [() => void read(body), () => void redact(body, 'password')]) {
        expect(reading).to.throw(JsonError, /^JSON, position \d+: more than 20000 values$/);
      }
    });
  }
});

describe('a key that stands twice', () => {
  it('is refused with its name and place', () => {
    const error = faultOf('{"money":-80,    "money":-8}');
    expect(error).to.be.instanceOf(DuplicateKeyError);
    expect(error.message).to.equal('JSON, position 17: the key "money" stands twice');
  });

  for (const body of [
    '{"a":1,"\\u0061":1}',
    '[{"x":{"é":1,"\\u00e9":null}}]',
    '{"__proto__":1,"__proto__":2}',
    '{"":1,"":1}',
  ]) {
    it(`is refused in ${body}`, () => expect(faultOf(body)).to.be.instanceOf(DuplicateKeyError));
  }

  it('is no fault in two objects, one within the other or side by side', () => {
    expect(() => read('{"a":{"a":[{"a":1},{"a":2}]},"A":1}')).not.to.throw();
  });
});

describe('the source without secrets', () => {
  const SECRETS = ['sessionToken', 'accessToken', 'password'];

  it('is the body byte for byte but for the values of secret keys', () => {
    const body = ' {"seqNo" : "1|荷",\n\t"sessionToken" :  "f73e\\"0e27" ,"money":820.00, "x":"\\u0041"}\r\n';
    expect(redact(body, ...SECRETS)).to.equal(body.replace('"f73e\\"0e27"', '""'));
  });

  it('has none of them at any depth, whatever kind of value they have', () => {
    const body =
      '[{"password":1.50,"a":{"accessToken":["s",{"password":"t"}],"b":[{"sessionToken":{"k":"s"}}]},"c":true}]';
    const expected = '[{"password":"","a":{"accessToken":"","b":[{"sessionToken":""}]},"c":true}]';
    expect(redact(body, ...SECRETS)).to.equal(expected);
  });

  it('is not deceived by an escaped key', () => {
    expect(redact('{"session\\u0054oken":"s"}', ...SECRETS)).to.equal('{"session\\u0054oken":""}');
  });

  it('keeps null, and a secret name that is a value', () => {
    const body = '{"accessToken":null,"event":"password","x":["sessionToken","s"]}';
    expect(redact(body, ...SECRETS)).to.equal(body);
  });

  it('comes with the value as it was sent', () => {
    const { value } = parseAndRedact(Buffer.from('{"sessionToken":"s"}'), new Set(SECRETS));
    expect(value).to.deep.equal(new Map([['sessionToken', 's']]));
  });
});

describe('writing JSON', () => {
  it('writes exact decimals, and leaves out what is undefined', () => {
    const answer = {
      username: 'apitest01 "荷"',
      money: new JsonNumber('1000.01'),
      moneyBefore: new JsonNumber('8002.00'),
      status: 200,
      seqNo: undefined,
      lines: [null, true, -1, '', {}, []],
    };
    expect(writeJson(answer)).to.equal(
      '{"username":"apitest01 \\"荷\\"","money":1000.01,"moneyBefore":8002.00,"status":200,"lines":[null,true,-1,"",{},[]]}',
    );
  });

  it('writes an object without members as {}', () => expect(writeJson({ seqNo: undefined })).to.equal('{}'));

  for (const wrong of [0.1, NaN, Infinity, 2 ** 53, -(2 ** 53)]) {
    it(`throws on the number ${wrong}`, () =>
      expect(() => writeJson({ money: wrong })).to.throw(TypeError, 'safe integer'));
  }

  for (const wrong of ['', '1,"x":2', '01', 'NaN', '1.', ' 1', '1\n']) {
    it(`throws on ${JSON.stringify(wrong)} as the text of a number`, () =>
      expect(() => writeJson(new JsonNumber(wrong))).to.throw(TypeError, 'not the text of a JSON number'));
  }

  it('throws on what would come out as an empty object', () => {
    for (const wrong of [new Map(), new Date(0), 1n, [undefined]]) {
      expect(() => writeJson(wrong as unknown as WritableJson)).to.throw(TypeError);
    }
  });

  it('writes what JSON.stringify writes, for values without fractions', () => {
    const next = generator(42);
    for (let i = 0; i < 2000; i++) {
      const value = anyValue(next, 0);
      if (/[.e]|9007199254740992/.test(JSON.stringify(value))) continue;
      expect(writeJson(value as WritableJson)).to.equal(JSON.stringify(value));
    }
  });
});

describe('the shortest form of a number', () => {
  const shortest: [text: string, expected: string | undefined][] = [
    ['0', '0'],
    ['-0', '0'],
    ['-0.0', '0'],
    ['0e999999999999', '0'],
    ['-80', '-80'],
    ['100', '100'],
    ['44.9', '44.9'],
    ['44.90', '44.9'],
    ['820.00', '820'],
    ['-0.50', '-0.5'],
    ['1637308132650.0', '1637308132650'],
    ['1.0E7', '10000000'],
    ['1.5e+3', '1500'],
    ['-12.34e1', '-123.4'],
    ['12.34e2', '1234'],
    ['120e-1', '12'],
    ['1200e-5', '0.012'],
    ['0.00100', '0.001'],
    ['0.001e3', '1'],
    ['1e59', `1${'0'.repeat(59)}`],
    ['1e60', undefined],
    ['1e-59', `0.${'0'.repeat(58)}1`],
    ['1e-60', undefined],
    ['9'.repeat(60), '9'.repeat(60)],
    ['9'.repeat(61), undefined],
    [`-${'9'.repeat(59)}.5`, `-${'9'.repeat(59)}.5`],
    [`1.${'0'.repeat(500_000)}`, '1'],
    [`0.${'0'.repeat(500_000)}1`, undefined],
    ['1e400', undefined],
    ['-1e-999999999999999999999', undefined],
    [`1e${'9'.repeat(400)}`, undefined],
    ['no number', undefined],
    ['', undefined],
  ];
  for (const [text, expected] of shortest) {
    const name = (form: string): string =>
      form.length > 70 ? `${form.slice(0, 20)}… (${form.length} characters)` : form;
    it(`of ${name(text)} is ${expected === undefined ? 'not worked out' : name(expected)}`, () =>
      expect(shortestNumber(text)).to.equal(expected));
  }
});
