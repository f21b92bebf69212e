import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import ts from 'typescript';
import { FAKETIME_PROGRAM, lackOfFaketime } from './debian.js';
import { compiled } from './process.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * All that is ours: none of it may depend on the day, the time zone or the language of the machine.
 */
const FOLDERS = ['src', 'mock-zenodo', 'scripts', 'contract', 'bench', 'tools', 'examples', 'test'];

/** What is generated, or is somebody else's. */
const FOREIGN = /node_modules|\/generated\/|\/dist\//;

/** Methods of Date and others that answer in the machine's time zone or language. */
const LOCAL =
  /^(?:[gs]et(?:Hours|Minutes|Date|Day|Month|FullYear|TimezoneOffset)|toLocale\w*|to(?:Date|Time)String|localeCompare)$/;

/** A day on which the tests may run one day: an assertion about it holds only until then. */
const TO_COME = /\b20(?:26-12|(?:2[7-9]|[3-8]\d)-(?:0[1-9]|1[0-2]))-(?:0[1-9]|[12]\d|3[01])\b/g;

/** Where tests are, and what they use. */
const TESTS = /(?:^|\/)(?:test|conformance|fixtures)\//;

async function sources(wanted = /\.(?:ts|mjs|js)$/): Promise<{ path: string; text: string }[]> {
  const found = await Promise.all(
    FOLDERS.map(async (folder) => {
      const names = await readdir(join(ROOT, folder), { recursive: true });
      return names.map((name) => join(folder, name)).filter((path) => wanted.test(path));
    }),
  );
  const paths = found.flat().filter((path) => !FOREIGN.test(`/${path}`));
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(ROOT, path), 'utf8') })));
}

/** Expressions whose value depends on the machine's time zone or language, each with its line. */
function localIn(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const note = (node: ts.Node) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    found.push(`${path}:${line + 1}: ${node.getText(file).split('\n')[0]}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      if (LOCAL.test(node.expression.name.text)) note(node);
    }
    if (ts.isNewExpression(node)) {
      const [first, ...more] = node.arguments ?? [];
      const made = node.expression.getText(file);
      // Several numbers, and a time without a zone, are read in the machine's own.
      if (made === 'Date' && (more.length > 0 || (first !== undefined && isLocalText(first)))) note(node);
      if (/^Intl\./.test(made) && (first === undefined || first.getText(file) === 'undefined')) note(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isLocalText(node: ts.Node): boolean {
  return (
    ts.isStringLiteral(node) &&
    /\d/.test(node.text) &&
    /[T ]\d/.test(node.text) &&
    !/Z|[+-]\d\d:?\d\d$/.test(node.text)
  );
}

t.test('nothing asks the machine for its time zone or language', async (t) => {
  const all = await sources();
  t.ok(all.length > 500, 'there is something to look at');
  t.same(
    all.flatMap(({ path, text }) => localIn(path, text)),
    [],
  );
  const wrong = [
    'new Date().getHours()',
    'a.localeCompare(b)',
    'new Date(2026, 1, 1)',
    "new Date('2026-01-01T00:00')",
    'new Intl.NumberFormat()',
    'n.toLocaleString()',
  ];
  for (const text of wrong) t.equal(localIn('x.ts', text).length, 1, `${text} would be found`);
});

t.test('no test holds only until a day that comes', async (t) => {
  const all = await sources(/\.(?:ts|mjs|js|py|json|ya?ml|rdmc|cff|md)$/);
  const tests = all.filter(({ path }) => TESTS.test(path));
  t.ok(
    tests.some(({ path }) => path.includes('fixtures')),
    'there is something to look at',
  );
  for (const { path, text } of tests) {
    const days = (text.match(TO_COME) ?? []).filter(isDay);
    // A test that sets the clock knows which day it is.
    if (days.length > 0)
      t.match(text, /clock\.(?:set|advance)|'\/clock'|'Clock'|now:/, `${path}: ${days.join(', ')}`);
  }
});

function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** Folders list what is in them in the opposite order, as another file system might. */
const REVERSED = `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  const { readdirSync, promises } = fs;
  const { readdir } = promises;
  fs.readdirSync = (...asked) => readdirSync(...asked).reverse();
  promises.readdir = async (...asked) => (await readdir(...asked)).reverse();
  syncBuiltinESMExports();`;
const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(REVERSED)}`;

const MAPPING = 'test/mapping.test.ts';
const MOCK = 'mock-zenodo/test/deposit.test.ts';

/**
 * Days, zones and languages, each with files in which they matter most; one also with what is
 * generated, past midnight. In both zones the day is another one than in UTC: there it is February
 * 29 and June 15. All of them also read folders in another order.
 */
const ELSEWHEN = [
  { faketime: '2028-03-01 12:00:00', TZ: 'Pacific/Kiritimati', files: [MAPPING, MOCK] },
  { faketime: '2026-12-31 23:59:30', files: [MAPPING, 'test/recorded-examples.test.ts'] },
  {
    faketime: '2027-06-14 18:00:00',
    TZ: 'America/Los_Angeles',
    LANG: 'de_DE.UTF-8',
    LC_ALL: 'de_DE.UTF-8',
    files: [MAPPING, MOCK],
  },
];

t.test('other days, zones and languages', { skip: await lackOfFaketime() }, async (t) => {
  for (const { faketime, files, ...env } of ELSEWHEN) {
    for (const file of files) {
      const args = [faketime, process.execPath, ...compiled(file)];
      const options = {
        cwd: ROOT,
        env: { ...process.env, ...env, TAP: '1', NODE_OPTIONS },
        maxBuffer: 2 ** 26,
      };
      const run = await promisify(execFile)(FAKETIME_PROGRAM, args, options).catch(
        ({ stdout }: { stdout: string }) => ({ stdout }),
      );
      const { stdout } = run;
      t.notMatch(stdout, /^ *not ok/m, `${faketime}: ${file}`);
      t.match(stdout, /^1\.\.\d+$/m, 'it came to its end');
    }
  }
});
