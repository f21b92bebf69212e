import { readFile } from 'node:fs/promises';
import t from 'tap';
import { CONTAINER_FIELDS, containerFieldOf } from '../src/metadata/container.js';
import { DescribeSchema } from '../src/schemas/metadata.js';
import { blocksOf } from './blocks.js';
import { call } from './consent.js';
import { startService } from './service.js';

t.test('every example of docs/rdmc.md does what it says', async (t) => {
  const { url } = await startService(t);
  const token = 'mock-token';
  const made = await call(`${url}/depositions`, { json: { container_id: 'documented' }, token });
  let answer = made;
  for (const { note, text } of blocksOf('docs/rdmc.md', 'json')) {
    const [kind, status = '200'] = note.split(' ');
    const json = JSON.parse(text) as Record<string, unknown>;
    if (kind === 'answer') {
      t.match(answer, { status: Number(status), body: json }, text.slice(0, 60));
      for (const name of ['warnings', 'dropped']) {
        if (name in json) t.same(answer.body[name], json[name], name);
      }
      continue;
    }
    t.equal(kind, 'request');
    if ('access_token' in json) json['access_token'] = token;
    answer = await call(`${url}/depositions/${made.body['deposition_id']}/metadata`, { json, token });
  }
});

t.test('docs/rdmc.md names every field that a container may have', async (t) => {
  const text = await readFile(new URL('../docs/rdmc.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-zA-Z_-]+)` \|/gm)].map(([, name]) => name);
  t.same(rows.map((name = '') => containerFieldOf(name)).sort(), [...CONTAINER_FIELDS].sort());
  const named = Object.keys(DescribeSchema.properties);
  t.same(
    rows.filter((name = '') => !named.includes(name)),
    [],
    'and openapi.yaml names them too',
  );
});
