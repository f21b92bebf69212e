import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { request } from 'undici';
import { lackOfPython, PYTHON } from './debian.js';
import { startService } from './service.js';
import { leftIn, newDraft, noise, stored, TOKEN, upload } from './uploads.js';

const run = promisify(execFile);

/** Sends a body of `size` bytes in every way that is refused, and prints what `requests` saw. */
const REFUSALS = `
import json, os, sys, requests
url, draft, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
body = os.urandom(1024) * (size // 1024)
token = {'access_token': '${TOKEN}'}
big = ('f', ('a.bin', body))
files = f'{url}/depositions/{draft}/files'
def say(name, send):
    try:
        answer = send()
        print(json.dumps([name, answer.status_code, answer.json()['code']]))
    except Exception as error:
        print(json.dumps([name, 0, type(error).__name__]))
post = lambda **how: requests.post(how.pop('url', files), timeout=30, **how)
say('wrong token', lambda: post(data={'access_token': 'wrong'}, files=[big]))
say('no such draft', lambda: post(url=f'{url}/depositions/999999999/files', data=token, files=[big]))
say('no number', lambda: post(url=f'{url}/depositions/abc/files', data=token, files=[big]))
say('dots', lambda: post(data=token, files=[('f', ('../a.bin', body))]))
say('second name', lambda: post(data=token, files=[('f', ('x.txt', 'x')), ('f', ('X.txt', body))]))
say('too large', lambda: post(data={**token, 'sizes': json.dumps({'a.bin': 60 * 10**9})}, files=[big]))
say('late fault', lambda: post(data=token, files=[big, ('f', ('/etc/x', 'x'))]))
say('JSON', lambda: post(data=body, headers={'content-type': 'application/json', 'authorization': 'Bearer ${TOKEN}'}))
say('raw to nobody', lambda: requests.put(f'{files}/a.bin', data=body, timeout=30))
say('raw with a wrong md5', lambda: requests.put(f'{files}/a.bin', data=body, timeout=30,
    headers={'authorization': 'Bearer ${TOKEN}', 'content-md5': '0' * 32}))
say('nowhere', lambda: requests.put(f'{url}/nowhere', data=body, timeout=30))
`;

t.test('what other programs see', { skip: await lackOfPython('python3-requests') }, async (t) => {
  const { url, mock, stagingDir } = await startService(t);
  const folder = await mkdtemp(join(tmpdir(), 'zenodo-service-clients-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));

  for (const size of [1024 ** 2, 64 * 1024 ** 2]) {
    await t.test(`Python's requests receives every refusal of ${size / 1024 ** 2} MiB`, async (t) => {
      const id = await newDraft(mock);
      const { stdout } = await run(PYTHON, ['-c', REFUSALS, url, String(id), String(size)]);
      const seen = stdout.trim().split('\n');
      t.same(
        seen.map((line) => JSON.parse(line) as unknown),
        [
          ['wrong token', 401, 'invalid_token'],
          ['no such draft', 404, 'deposition_not_found'],
          ['no number', 400, 'invalid_deposition_id'],
          ['dots', 400, 'invalid_file_name'],
          ['second name', 400, 'duplicate_file_name'],
          ['too large', 413, 'payload_too_large'],
          ['late fault', 400, 'invalid_file_name'],
          ['JSON', size > 1024 ** 2 ? 413 : 400, size > 1024 ** 2 ? 'payload_too_large' : 'invalid_json'],
          ['raw to nobody', 401, 'missing_token'],
          ['raw with a wrong md5', 400, 'checksum_mismatch'],
          ['nowhere', 404, 'not_found'],
        ],
      );
      t.same(await leftIn(stagingDir), []);
    });
  }

  await t.test('zips are read by unzip and by Python, names and bytes', async (t) => {
    const id = await newDraft(mock);
    const files = {
      'Daten/Größe é.txt': 'umlauts',
      'Daten/数据/a b.csv': '1,2',
      'Daten/Run:1.txt': 'colon',
      'Daten/empty.txt': '',
      'Daten/noise.bin': noise(300_000),
      'note.txt': 'so that the folder stays one',
    };
    t.equal((await upload(url, id, files)).status, 200);
    t.same(Object.keys(stored(mock, id)).sort(), ['Daten.zip', 'note.txt']);
    const answer = await request(`${url}/depositions/${id}/files/Daten.zip`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    const path = join(folder, 'Daten.zip');
    await writeFile(path, Buffer.from(await answer.body.arrayBuffer()));
    const read = `import json,sys,zipfile
z = zipfile.ZipFile(sys.argv[1])
print(json.dumps([z.testzip(), [[i.filename, i.file_size, i.compress_type] for i in z.infolist()]]))`;
    const [broken, entries] = JSON.parse((await run(PYTHON, ['-c', read, path])).stdout) as [null, unknown[]];
    t.equal(broken, null);
    t.same(entries, [
      ['Daten/Größe é.txt', 7, 0],
      ['Daten/Run:1.txt', 5, 0],
      ['Daten/empty.txt', 0, 0],
      ['Daten/noise.bin', 300_000, 0],
      ['Daten/数据/a b.csv', 3, 0],
    ]);
    const unzip = await run('unzip', ['-t', path]).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return { stdout: 'no unzip here' };
    });
    t.match(unzip.stdout, /No errors detected|no unzip here/);
  });
});
