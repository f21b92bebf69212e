import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { consent } from './consent.js';
import { lackOfPython, PYTHON } from './debian.js';
import { freePort } from './free-port.js';
import { startProgram } from './process.js';
import { startService } from './service.js';
import { temporaryFolder } from './teardown.js';
import { md5, noise, stored } from './uploads.js';

const SEND_FILES = fileURLToPath(new URL('../examples/python/send_files.py', import.meta.url));

t.test(
  'the Python example shows progress, waits, asks for consent again, and names the fields that are wrong',
  { skip: await lackOfPython('python3-requests') },
  async (t) => {
    const { url, mock } = await startService(t);
    const cwd = await temporaryFolder(t);
    const port = await freePort();
    const bytes = noise(3_000_000);
    await writeFile(join(cwd, 'radium ü.csv'), bytes);
    const metadata = { title: 'Measurements of radium', contributors: [{ last_name: 'Carberry' }] };
    await writeFile(join(cwd, 'metadata.json'), JSON.stringify(metadata));
    await writeFile(join(cwd, 'wrong.json'), JSON.stringify({ ...metadata, publication_date: 'soon' }));
    const run = (described: string) =>
      startProgram(t, [PYTHON, SEND_FILES, url, 'radium', described, 'radium ü.csv'], {
        cwd,
        env: { CALLBACK_PORT: String(port), PYTHONDONTWRITEBYTECODE: '1' },
      });
    const allow = async (page: string) => {
      const callback = `http://127.0.0.1:${port}/zenodo/callback`;
      const foreign = await fetch(`${callback}?code=theirs&state=theirs`);
      t.equal(foreign.status, 403, 'what was not begun here is refused');
      const back = await consent(page);
      const answer = await fetch(`${callback}?${new URLSearchParams({ ...back })}`);
      t.equal(await answer.text(), 'You can close this page.');
    };
    const page = /give consent: (http\S+)/;

    const first = run('metadata.json');
    await allow((await first.says(page))[1] ?? '');
    t.equal(await first.ended(), 0, first.output());
    const { deposition_id: id } = JSON.parse(first.output().trim().split('\n').at(-1) ?? '');
    t.same(stored(mock, id), { 'radium ü.csv': md5(bytes) });
    t.match(first.output(), /radium ü\.csv \[#{30}\] 100%/, 'it showed how far it was');
    t.equal((await stat(join(cwd, '.zenodo-token'))).mode & 0o777, 0o600);

    mock.faults.add({ method: 'POST', path: '/api/deposit/depositions', status: 503, times: 1 });
    mock.faults.add({ path: `/api/deposit/depositions/${id}`, status: 503, times: 1 });
    const second = run('wrong.json');
    t.equal(await second.ended(), 1, second.output());
    t.match(second.output(), /Trying again in 1 s\./, 'a Zenodo that fails is waited for');
    t.match(second.output(), /invalid_metadata: .+\n {2}publication_date: /, 'the field is named');
    t.notMatch(second.output(), page, 'no user is asked again as long as the token serves');

    await fetch(`${url}/oauth/disconnect`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await readFile(join(cwd, '.zenodo-token'), 'utf8')}` },
    });
    const third = run('metadata.json');
    await allow((await third.says(page))[1] ?? '');
    t.equal(await third.ended(), 0, third.output());
    t.match(third.output(), `"deposition_id": ${id}`, 'the same draft, found again');
  },
);
