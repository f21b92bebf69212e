import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import * as zenodo from 'zenodo-ts';
import { lackOfPython, PYTHON } from '../../test/debian.js';
import { compiled } from '../../test/process.js';
import { startMockZenodo } from '../index.js';

const lack = await lackOfPython('python3-requests-oauthlib');

t.test("Python's requests-oauthlib, unchanged, against the mock as a process", { skip: lack }, async (t) => {
  const mock = spawn(process.execPath, [...compiled('mock-zenodo/cli.ts'), '--port', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.teardown(async () => {
    mock.kill();
    if (mock.exitCode === null && mock.signalCode === null) await once(mock, 'exit');
  });
  const [url] = await once(createInterface({ input: mock.stdout }), 'line', {
    signal: AbortSignal.timeout(30_000),
  });
  const script = fileURLToPath(new URL('requests_oauthlib_client.py', import.meta.url));
  const env = { ...process.env, OAUTHLIB_INSECURE_TRANSPORT: '1', NO_PROXY: '127.0.0.1,localhost' };
  const { stdout } = await promisify(execFile)(PYTHON, [script, String(url)], { env, timeout: 30_000 });
  t.same(JSON.parse(stdout), {
    page: [200, true],
    token: ['access_token', 'expires_at', 'expires_in', 'refresh_token', 'scope', 'token_type', 'user'],
    user: { id: '1', email: 'mock-user@example.org', email_verified: true },
    ping: { ping: 'pong' },
    draft: [201, 'unsubmitted'],
    rotated: [true, true],
    draft_after_refresh: true,
    old_token: 403,
    cookie_jar: [403, 400, 'CSRF token missing or incorrect.'],
  });
});

t.test('zenodo-ts, whose decoders are strict', async (t) => {
  const mock = await startMockZenodo();
  t.teardown(() => mock.close());
  const env = { fetch, zenodoApiKey: 'mock-token', zenodoUrl: new URL(mock.url) };
  const metadata: zenodo.DepositMetadata = {
    creators: [
      { name: 'Curie, Marie', orcid: '0000-0002-1825-0097' as never },
      { name: 'Lab of Radioactivity' },
    ],
    contributors: [{ name: 'Joliot, Irène', type: 'DataCollector' }],
    description: '<p>Measurements of radium.</p>',
    keywords: ['radium', 'polonium'],
    license: 'cc-by-4.0',
    notes: 'Handle with care.',
    publication_date: new Date('2026-01-02'),
    related_identifiers: [{ scheme: 'doi', identifier: '10.1234/foo', relation: 'isSupplementTo' }],
    title: 'Radium in pitchblende',
    upload_type: 'dataset',
  };

  const empty = right(await zenodo.createEmptyDeposition()(env)());
  t.ok(zenodo.depositionIsEmpty(empty));
  t.ok(zenodo.depositionIsEmpty(right(await zenodo.getDeposition(empty.id)(env)())));
  const draft = right(await zenodo.updateDeposition(metadata, empty)(env)());
  t.ok(zenodo.depositionIsUnsubmitted(draft));
  right(await zenodo.uploadFile({ name: 'radium.csv', content: 'day,mg\n1,0.1\n' })(empty)(env)());
  const published = right(await zenodo.publishDeposition(draft)(env)());
  t.equal(published.metadata.doi, `10.5281/zenodo.${empty.id}`);
  t.equal(published.metadata.title, metadata.title);
  t.ok(zenodo.depositionIsSubmitted(right(await zenodo.getDeposition(empty.id)(env)())));

  const record = right(await zenodo.getRecord(empty.id)({ ...env, zenodoApiKey: '' })());
  t.ok(zenodo.isOpenRecord(record));
  t.equal(record.conceptrecid, empty.id - 1);
  t.same(record.metadata.creators, metadata.creators);
  t.same(record.metadata.resource_type, { type: 'dataset' });
  if (zenodo.isOpenRecord(record)) {
    const [file] = record.files;
    t.same([file.key, file.size], ['radium.csv', 13]);
    t.equal(await (await fetch(file.links.self)).text(), 'day,mg\n1,0.1\n');
  }

  const unlocked = right(await zenodo.unlockDeposition(published)(env)());
  t.ok(zenodo.depositionIsInProgress(unlocked));
  const renamed = right(await zenodo.updateDeposition({ ...metadata, title: 'Radium' }, unlocked)(env)());
  t.equal(right(await zenodo.publishDeposition(renamed)(env)()).metadata.title, 'Radium');

  const direct = right(await zenodo.createDeposition(metadata)(env)());
  t.ok(zenodo.depositionIsUnsubmitted(direct));
  const refused = await zenodo.createEmptyDeposition()({ ...env, zenodoApiKey: 'dead' })();
  t.equal(refused._tag, 'Left', 'a dead token is an answer, not an exception');
});

/** The good half of a result; fails with what was wrong otherwise. */
function right<T>(result: { _tag: 'Left'; left: unknown } | { _tag: 'Right'; right: T }): T {
  if (result._tag === 'Right') return result.right;
  throw new Error(`zenodo-ts refused the answer: ${JSON.stringify(result.left)}`);
}
