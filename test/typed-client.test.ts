import { execFile } from 'node:child_process';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import createClient from 'openapi-fetch';
import t from 'tap';
import { blocksOf } from './blocks.js';
import { CALLBACK, consent } from './consent.js';
import type { components, paths } from './generated/zenodo-service.js';
import { freshEnvironment } from './process.js';
import { startService } from './service.js';
import { temporaryFolder } from './teardown.js';
import { eventually, md5, noise, stored } from './uploads.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../', import.meta.url));

type Upload = components['schemas']['Upload'];

t.test('the whole workflow through a client that is generated from openapi.yaml', async (t) => {
  const { url, mock } = await startService(t);
  const service = createClient<paths>({ baseUrl: url });

  const flow = await service.POST('/oauth/authorize', {
    body: { container_id: 42, django_callback_url: CALLBACK },
  });
  const back = await consent(flow.data?.zenodo_oauth_url);
  const granted = await service.POST('/oauth/callback', {
    body: { ...back, django_callback_url: CALLBACK },
  });
  if (granted.data?.deposition_id == null) throw new Error('no draft');
  const id = String(granted.data.deposition_id);
  const path = { id };
  service.use({
    onRequest: ({ request }) => request.headers.set('authorization', `Bearer ${granted.data?.access_token}`),
  });

  const bytes = noise(10_000);
  const form = new FormData();
  form.append('files', new Blob([bytes]), 'a.bin');
  form.append('files', new Blob(['b']), 'data/b.txt');
  const sent = await service.POST('/depositions/{id}/files', {
    params: { path, header: { prefer: 'respond-async' } },
    body: { files: [] },
    bodySerializer: () => form,
  });
  t.equal(sent.response.status, 202);
  let upload: Upload | undefined = sent.data;
  const isDone = await eventually(async () => {
    const params = { path: { uploadId: upload?.upload_id ?? '' } };
    upload = (await service.GET('/uploads/{uploadId}', { params })).data;
    return upload?.state === 'done';
  });
  t.ok(isDone, 'the upload is done');
  t.match(upload?.files, [
    { filename: 'a.bin', size: 10_000, status: 'uploaded' },
    { filename: 'data.zip', parts: [{ filename: 'data/b.txt', size: 1 }] },
  ]);
  t.equal(stored(mock, Number(id))['a.bin'], md5(bytes));

  const refused = await service.POST('/depositions/{id}/publish', { params: { path } });
  t.match(refused.error, {
    code: 'not_publishable',
    outcome: 'not_published',
    errors: [{ message: String }],
  });
  const described = await service.POST('/depositions/{id}/metadata', {
    params: { path },
    body: { title: 'Radium', description: 'Measured.', contributors: [{ last_name: 'Carberry' }] },
  });
  t.equal(described.data?.title, 'Radium');
  const checked = await service.POST('/depositions/{id}/check', { params: { path }, body: {} });
  t.same([checked.data?.publishable, checked.data?.problems], [true, []]);
  const published = await service.POST('/depositions/{id}/publish', { params: { path } });
  t.match(published.data, { outcome: 'published', repeated: false, deposition: { state: 'published' } });
  const version = await service.POST('/depositions/{id}/versions', {
    params: { path },
    body: { files: 'clear' },
  });
  t.equal(version.response.status, 201);
  const next = { id: String(version.data?.deposition_id) };
  t.equal((await service.DELETE('/depositions/{id}', { params: { path: next } })).response.status, 204);
  const listed = await service.GET('/depositions', {
    params: { query: { container_id: '42', page: 1, size: 25 } },
  });
  t.same(
    listed.data?.depositions.map(({ deposition_id, state }) => [deposition_id, state]),
    [[Number(id), 'published']],
  );
  const ended = await service.POST('/oauth/disconnect', { body: null });
  t.equal(ended.data?.zenodo_token_ended, true);
});

t.test('what the contract does not allow does not compile', async (t) => {
  const service = createClient<paths>({ baseUrl: 'http://127.0.0.1:1' });
  const params = { path: { id: '1' } };
  const never = [
    // @ts-expect-error there is no such call
    () => service.GET('/records', {}),
    // @ts-expect-error a field is missing
    () => service.POST('/oauth/authorize', { body: { container_id: 1 } }),
    // @ts-expect-error the id is needed
    () => service.GET('/depositions/{id}', {}),
    // @ts-expect-error `all` is none of the choices
    () => service.POST('/depositions/{id}/versions', { params, body: { files: 'all' } }),
    // @ts-expect-error a container's id is a number or a text
    () => service.POST('/depositions', { body: { container_id: true } }),
    async () => {
      const { data, error } = await service.GET('/uploads/{uploadId}', {
        params: { path: { uploadId: '' } },
      });
      // @ts-expect-error before the error is looked at there may be no data
      const state: Upload['state'] = data.state;
      // @ts-expect-error no problem has this code
      const wrong = error?.code === 'no_such_code';
      const size: number | null | undefined = data?.files[0]?.size;
      return [state, wrong, size];
    },
  ];
  t.equal(never.length, 6, 'the compiler is the test: npm run check');
});

t.test('docs/clients.md leads to a client that works', async (t) => {
  const { url } = await startService(t);
  const home = await temporaryFolder(t);
  const env = freshEnvironment();
  const here = (text: string) => text.replaceAll('http://127.0.0.1:3000', url);
  await symlink(join(ROOT, 'node_modules'), join(home, 'node_modules'));
  // What `npm install` leaves in an empty folder.
  await writeFile(join(home, 'package.json'), '{}');
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const [shown, ...others] = blocksOf('docs/clients.md', 'ts');
  t.same(others, []);
  await writeFile(join(home, 'example.ts'), here(shown?.text ?? ''));
  let said = '';
  for (const { text } of blocksOf('docs/clients.md', 'sh')) {
    for (const line of here(text).trim().split('\n')) {
      const [program = '', ...args] = line.split(' ');
      // What it would install is here already, in just this version.
      if (line.startsWith('npm install ')) {
        for (const [, name = '', version] of line.matchAll(/ ([a-z-]+)@(\S+)/g)) {
          t.ok(devDependencies[name].startsWith(version), `${name} ${version} is what is tested`);
        }
      } else {
        said = (await run(program, args, { cwd: home, env })).stdout;
      }
    }
  }
  t.match(said, /^http:\/\/127\.0\.0\.1:\d+\/oauth\/authorize\?/, 'it compiles, and runs');
});
