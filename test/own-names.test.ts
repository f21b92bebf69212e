import t from 'tap';
import { call } from './consent.js';
import { metadataFiles } from './fixtures/metadata-files.js';
import { startService } from './service.js';

const TOKEN = 'mock-token';

/** What Zenodo derives itself, or says of the whole. */
const DERIVED = new Set(['prereserve_doi']);

t.test(
  'what a .zenodo.json says at Zenodo it says through the service, but for what is gained',
  async (t) => {
    const { url, mock } = await startService(t, { mock: { rateLimit: '100000/min' } });
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const depositions = `${mock.url}/api/deposit/depositions`;
    const view = async (id: unknown) => {
      const answer = await fetch(`${depositions}/${id}`, { headers });
      const { metadata } = (await answer.json()) as { metadata: Record<string, unknown> };
      return metadata;
    };
    for (const { name, file, gained = {}, refused } of metadataFiles) {
      const body = JSON.stringify({ metadata: file });
      const direct = await fetch(depositions, { method: 'POST', headers, body });
      const made = await call(`${url}/depositions`, { json: { container_id: name }, token: TOKEN });
      const id = made.body['deposition_id'];
      const path = `${url}/depositions/${id}/metadata`;
      const described = await call(path, { json: { metadata: file }, token: TOKEN });
      t.match(described, { status: 200, body: { dropped: [] } }, name);
      if (refused) {
        t.equal(direct.status, 400, `${name}: Zenodo itself refuses it`);
        continue;
      }
      const { id: own } = (await direct.json()) as { id: number };
      const [theirs, ours] = [await view(own), await view(id)];
      const keys = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])].filter(
        (key) => !DERIVED.has(key),
      );
      const differing = keys.filter((key) => JSON.stringify(theirs[key]) !== JSON.stringify(ours[key]));
      const found = Object.fromEntries(differing.map((key) => [key, [theirs[key], ours[key]]]));
      t.same(found, gained, name);
    }
  },
);
