import { type Chance, createChance } from '../bench/soak/chance.js';

/** What a generated request may name. */
interface Known {
  /** Paths of what is there. */
  paths: readonly [string, ...string[]];
  /** Secrets that open something. */
  secrets: readonly [string, ...string[]];
}

/** Bytes to be sent over one connection, in pieces, and what the sender does afterwards. */
export interface RawRequest {
  pieces: Buffer[];
  /** `wait` for an answer, `half` close the connection and wait, `reset` it. */
  ending: 'wait' | 'half' | 'reset';
}

type Choices = readonly [string, ...string[]];

const METHODS: Choices = [
  ...(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const),
  ...([
    'QUERY',
    'PROPFIND',
    'TRACE',
    'CONNECT',
    'LINK',
    'PRI',
    'get',
    'G\0T',
    'GE T',
    '',
    'M-SEARCH',
  ] as const),
];

const VERSIONS: Choices = [
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/2.0',
  'HTTP/0.9',
  'HTTP/1.1 x',
  '',
];

const NUMBERS: Choices = [
  '0',
  '1',
  '4',
  '-1',
  '+1',
  '1e3',
  '0x4',
  '1.5',
  '99999999999999999999',
  '',
  ' ',
  'NaN',
  '4, 4',
];

const TEXTS: Choices = [
  'x',
  '\0',
  '\xff\xfe',
  '%00',
  '%ff',
  '\u2028',
  '"',
  '{}',
  '[[[[',
  'é',
  'a\tb',
  '../..',
  "'; --",
];

const TYPES: Choices = [
  ...(['application/json', 'application/offset+octet-stream', 'multipart/form-data; boundary=b'] as const),
  ...([
    'multipart/form-data',
    'application/x-www-form-urlencoded',
    'text/plain',
    'x',
    '',
    'application/json; charset=utf-16',
  ] as const),
];

/** Headers that mean something somewhere, each with odd values. */
const HEADERS: readonly [[string, Choices], ...[string, Choices][]] = [
  ['tus-resumable', ['1.0.0', '0.2.2', '', '1.0.0, 1.0.0']],
  ['upload-offset', NUMBERS],
  ['upload-length', NUMBERS],
  ['upload-defer-length', NUMBERS],
  ['upload-concat', ['partial', 'final;/a /b']],
  ['upload-group', TEXTS],
  [
    'upload-metadata',
    [
      'filename',
      'filename YQ==',
      'filename AA==',
      'filename /w==',
      'a YQ==,a YQ==',
      ' , ,',
      'é =',
      'relativePath Li4vYQ==',
    ],
  ],
  ['upload-checksum', ['md5', 'md5 x', 'md5 AAAA', `sha1 ${'A'.repeat(5000)}`, 'x y z', ' ']],
  ['x-http-method-override', ['PATCH', 'DELETE', 'HEAD', 'GET', 'x', '']],
  ['content-type', TYPES],
  ['content-length', NUMBERS],
  ['content-encoding', ['gzip', 'identity', 'x', '']],
  [
    'transfer-encoding',
    ['chunked', 'Chunked', 'chunked, chunked', 'gzip, chunked', 'identity', 'xchunked', ''],
  ],
  ['expect', ['100-continue', 'x', '']],
  ['connection', ['close', 'keep-alive', 'upgrade', 'close, keep-alive', 'host', '']],
  ['upgrade', ['h2c', 'websocket', '']],
  ['range', ['bytes=0-0', 'bytes=9-1', 'bytes=', 'x']],
  ['accept-language', ['de', 'de;q=x', '*', ',,,', '\xff', 'a'.repeat(3000)]],
  ['accept', ['text/html', '*/*;q=', '\0']],
  ['cookie', ['a', '=;=;', 'operator=x; operator=y', '\xff']],
  ['origin', ['null', 'http://x', '\xff']],
  ['prefer', ['respond-async', 'wait=x', '']],
  ['if-match', ['*', '"x"']],
  ['host', ['', 'x', 'a:b:c', '[::1', 'x\0y', 'http://x/']],
  ['x-forwarded-for', ['x', '1.2.3.4, \xff', '::ffff:1.2.3.4%eth0']],
  ['x-forwarded-host', ['evil', '\xff', 'a b']],
  ['x-request-id', ['x'.repeat(2000), '\xff', '']],
  ['webhook-signature', ['v1,x', ' ']],
];

/** Requests as no HTTP library makes them, the same for the same seed. */
export function rawRequests(seed: number, known: Known): () => RawRequest {
  const chance = createChance(seed);
  return () => {
    const count = chance.happens(0.2) ? chance.between(2, 4) : 1;
    const bytes = Buffer.concat(Array.from({ length: count }, () => one(chance, known)));
    return {
      pieces: cut(chance, bytes),
      ending: chance.oneOf(['wait', 'wait', 'wait', 'half', 'half', 'reset']),
    };
  };
}

function one(chance: Chance, known: Known): Buffer {
  const eol = chance.happens(0.05) ? '\n' : '\r\n';
  const body = bodyOf(chance);
  const lines = [`${chance.oneOf(METHODS)} ${targetOf(chance, known)} ${chance.oneOf(VERSIONS)}`];
  if (chance.happens(0.9)) lines.push('host: service');
  if (chance.happens(0.7)) lines.push(`authorization: Bearer ${chance.oneOf(known.secrets)}`);
  if (chance.happens(0.5)) lines.push('tus-resumable: 1.0.0');
  if (chance.happens(0.6)) lines.push(`content-type: ${chance.oneOf(TYPES)}`);
  const framing = chance.oneOf(['length', 'length', 'chunked', 'none']);
  if (framing === 'length') {
    const wrong = chance.happens(0.4) ? chance.between(-1, 1) * chance.between(1, 500) : 0;
    lines.push(`content-length: ${body.length + wrong}`);
  } else if (framing === 'chunked') lines.push('transfer-encoding: chunked');
  for (let more = chance.between(0, 4); more > 0; more -= 1) {
    const [name, values] = chance.oneOf(HEADERS);
    lines.push(`${name}: ${chance.oneOf(values)}`);
  }
  if (chance.happens(0.03)) lines.push(...Array.from({ length: 300 }, (_, index) => `x-${index}: y`));
  if (chance.happens(0.03)) lines.push(`x-long: ${'x'.repeat(chance.between(7000, 70_000))}`);
  if (chance.happens(0.03))
    lines.push(chance.oneOf([' folded', 'no colon', 'na me: x', 'nul\0: x', ': x', '\xff: x', 'x : y']));
  return Buffer.concat([Buffer.from(`${lines.join(eol)}${eol}${eol}`, 'latin1'), body]);
}

function targetOf(chance: Chance, { paths, secrets }: Known): string {
  let path: string = chance.oneOf(paths);
  if (chance.happens(0.15))
    path += chance.oneOf([
      '/',
      '//',
      '/..',
      '/%2e%2e',
      '/x',
      '%00',
      '%ff',
      '%',
      '%zz',
      '\xff',
      '\0',
      ';x',
      '.json',
    ]);
  if (chance.happens(0.15))
    path += chance.oneOf([
      '?',
      '?a=%ff',
      '?after=-1',
      '?after=9999999999999999999',
      '?size=0',
      '?access_token=x',
      '?a[]=1&a[b]=2',
      `?access_token=${chance.oneOf(secrets)}`,
      '?%00',
      '#x',
      `?${'a&'.repeat(2000)}`,
    ]);
  if (chance.happens(0.08))
    path =
      chance.oneOf([
        'http://evil.example',
        'https://service:99999',
        'http://[::1',
        'ftp://x',
        '//evil.example',
        'service',
      ]) + path;
  if (chance.happens(0.04))
    path = chance.oneOf([
      '*',
      '/',
      '',
      '/'.repeat(5000),
      `/${'x'.repeat(9000)}`,
      'service:443',
      '\\x',
      '/\u0001',
    ]);
  return path;
}

function bodyOf(chance: Chance): Buffer {
  const text = chance.oneOf([
    '',
    'x',
    '{}',
    '{"return_url": "http://127.0.0.1/"}',
    '{"files": [{"path": "a\\u0000", "size": 1}]}',
    '{"files": [{"path": "\\ud800", "size": 1e400}]}',
    '[[[[',
    '\xff\xfe\x00',
    '4\r\nabcd\r\n0\r\n\r\n',
    '4;x="y"\r\nabcd\r\n0\r\ntrailer: x\r\n\r\n',
    'ffffffffffffffffff\r\nabcd',
    '-1\r\nabcd\r\n',
    'g\r\nabcd\r\n',
    '4\r\nabcdefgh\r\n0\r\n\r\n',
    '00000000000000000000000000004\r\nabcd\r\n',
    '--b\r\ncontent-disposition: form-data; name="files"; filename="a.txt"\r\n\r\nabc\r\n--b--\r\n',
    '--b\r\ncontent-disposition: form-data; name="\0"; filename*=utf-8\'\'%ff\r\n\r\nabc',
    '--b\r\n\r\n--b\r\n',
    'key=%ff&form=x',
    'GET / HTTP/1.1\r\nhost: smuggled\r\n\r\n',
  ]);
  return Buffer.from(text, 'latin1');
}

function cut(chance: Chance, bytes: Buffer): Buffer[] {
  if (chance.happens(0.6)) return [bytes];
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const to = at + chance.between(1, Math.max(1, Math.ceil(bytes.length / 4)));
    pieces.push(bytes.subarray(at, to));
    at = to;
  }
  return pieces;
}
