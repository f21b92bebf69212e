import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { call } from './consent.js';
import { endLeases, startReplica } from './replica.js';
import { startService } from './service.js';
import { eventually } from './uploads.js';

const TOKEN = 'mock-token';
const RDM = 'application/vnd.inveniordm.v1+json';

/** All that the records API can say, as it is typed on Zenodo's page. */
const TYPED = {
  resource_type: { id: 'publication-article' },
  title: 'Typed by hand',
  additional_titles: [{ title: 'Ein anderer Titel', type: { id: 'alternative-title' }, lang: { id: 'deu' } }],
  publisher: 'Nemo Press',
  publication_date: '2024-05/2024-06',
  creators: [
    {
      person_or_org: {
        type: 'organizational',
        name: 'Collaboration, The',
        identifiers: [{ identifier: '05a28rw58', scheme: 'ror' }],
      },
      affiliations: [{ name: 'One' }, { name: 'Two' }],
      role: { id: 'projectleader' },
    },
    {
      person_or_org: {
        type: 'personal',
        family_name: 'Marlin',
        given_name: 'Tess',
        identifiers: [{ identifier: '0000-0002-1825-0097', scheme: 'orcid' }],
      },
      affiliations: [{ id: '05a28rw58' }],
    },
  ],
  contributors: [{ person_or_org: { type: 'personal', family_name: 'Quay' }, role: { id: 'translator' } }],
  subjects: [{ subject: 'fog' }, { id: 'euroscivoc:225' }],
  dates: [{ date: '2020-05-05T10:00:00Z', type: { id: 'collected' }, description: 'at noon' }],
  languages: [{ id: 'eng' }, { id: 'deu' }],
  identifiers: [{ identifier: 'PMC77', scheme: 'other' }],
  related_identifiers: [
    { identifier: '10.1234/fog', scheme: 'doi', relation_type: { id: 'istranslationof' } },
    {
      identifier: '10.1234/tide',
      scheme: 'doi',
      relation_type: { id: 'cites' },
      resource_type: { id: 'project' },
    },
  ],
  sizes: ['10 pages'],
  formats: ['application/pdf'],
  version: '1',
  rights: [{ id: 'mit' }, { title: { en: 'Ours' }, link: 'https://example.org/l' }],
  copyright: '<p>Ours</p>',
  description: '<p>What it is</p>',
  additional_descriptions: [
    { description: '<p>More</p>', type: { id: 'series-information' }, lang: { id: 'deu' } },
    { description: '<p>By eye</p>', type: { id: 'methods' } },
  ],
  funding: [
    {
      funder: { name: 'Fog Fund' },
      award: {
        number: 'F-1',
        title: { en: 'Fog watch' },
        identifiers: [{ identifier: 'https://example.org/f1', scheme: 'url' }],
      },
    },
    { funder: { id: '00k4n6c32' }, award: { id: '00k4n6c32::654039' } },
  ],
  references: [{ reference: 'Quay 2020', identifier: '10.1234/q', scheme: 'doi' }],
  locations: {
    features: [
      { place: 'Nemo', geometry: { type: 'Point', coordinates: [1.5, 2] } },
      {
        description: 'Round the well',
        identifiers: [{ identifier: 'Q42', scheme: 'wikidata' }],
        geometry: { type: 'Polygon', coordinates: [ring(9), ring(1)] },
      },
    ],
  },
};

/** A square around 0, 0. Zenodo's deposit API fails on a polygon with one ring. */
function ring(size: number): number[][] {
  return [
    [-size, -size],
    [size, -size],
    [size, size],
    [-size, -size],
  ];
}

const TYPED_FIELDS = {
  'journal:journal': { title: 'J', issn: '2049-3630' },
  'imprint:imprint': { title: 'Weather', isbn: '978-3-16-148410-0', edition: '2' },
  'meeting:meeting': { title: 'FogCon', identifiers: [{ identifier: '10.1234/con', scheme: 'doi' }] },
  'thesis:thesis': { university: 'Univ. of Nemo', department: 'Air', date_defended: '2024' },
  'code:codeRepository': 'https://example.org/code',
  'code:programmingLanguage': [{ id: 'python' }],
  'code:developmentStatus': { id: 'wip' },
  'dwc:family': ['Gadidae'],
  'legacy:communities': ['nemo'],
  'legacy:subjects': [{ term: 'Fog', identifier: 'https://example.org/fog', scheme: 'url' }],
};

const EMBARGO = {
  record: 'public',
  files: 'restricted',
  embargo: { active: true, until: '2099-01-01', reason: 'why' },
};

/**
 * A call that makes all the calls of Zenodo that there are: an id is looked up, the files are
 * closed, and what Zenodo does not take is taken out.
 */
const SAID = {
  manifest: {
    Title: 'After',
    Owner: { name: 'Fog Choir', affiliation: { name: 'Port Lab', ror: '05a28rw58' } },
    'Artifacts Details': [{ artifact_name: 'a', access_level: 'Restricted' }],
  },
  metadata: { custom: { 'nosuch:field': 'x' } },
};

t.test('a metadata call changes what it says, or nothing', async (t) => {
  const { url, mock, env, app, databaseUrl } = await startService(t, { mock: { rateLimit: '100000/min' } });
  const draftPath = (id: number) => `/api/records/${id}/draft`;
  const atZenodo = async (method: string, path: string, json?: unknown, revision?: number) => {
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      accept: RDM,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(revision === undefined ? {} : { 'if-match': String(revision) }),
    };
    const body = json === undefined ? {} : { body: JSON.stringify(json) };
    const answer = await fetch(`${mock.url}${path}`, { method, headers, ...body });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const describe = (id: number, json: unknown, base = url) =>
    call(`${base}/depositions/${id}/metadata`, { json, token: TOKEN });
  const draftOf = async (id: number) => {
    const { metadata, custom_fields, access, pids, files } = (await atZenodo('GET', draftPath(id))).body;
    const { default_preview } = files as Record<string, unknown>;
    return {
      metadata: metadata as Record<string, unknown>,
      custom_fields,
      access,
      pids,
      files: { default_preview },
    };
  };
  const typed = async (container: string, access: unknown = EMBARGO): Promise<number> => {
    const made = await call(`${url}/depositions`, { json: { container_id: container }, token: TOKEN });
    const id = Number(made.body['deposition_id']);
    const saved = await atZenodo('PUT', draftPath(id), {
      metadata: TYPED,
      custom_fields: TYPED_FIELDS,
      access,
      files: { enabled: true },
    });
    t.equal(saved.status, 200);
    t.same(
      (saved.body['errors'] as { field: string }[]).map(({ field }) => field),
      ['files.enabled'],
    );
    return id;
  };

  await t.test(
    'what was typed on Zenodo’s page and is not sent stays, to the byte, with one PUT',
    async (t) => {
      const id = await typed('kept');
      await fetch(`${mock.url}${draftPath(id)}/pids/doi`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}` },
      });
      await fetch(`${mock.url}${draftPath(id)}/files`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: '[{"key": "a.txt"}]',
      });
      const chosen = { ...(await draftOf(id)), metadata: TYPED, files: { default_preview: 'a.txt' } };
      await atZenodo('PUT', draftPath(id), { ...chosen, access: withoutStatus(chosen.access) });
      const before = await draftOf(id);
      t.equal(before.files.default_preview, 'a.txt');
      mock.requests.clear();
      const { status, body } = await describe(id, { title: 'Only this' });
      t.match({ status, body }, { status: 200, body: { dropped: [] } });
      t.same(
        mock.requests.list().map(({ method, path }) => `${method} ${path}`),
        [`GET ${draftPath(id)}`, `PUT ${draftPath(id)}`, `GET /api/deposit/depositions/${id}`],
        'three calls of Zenodo, and no more',
      );
      const after = await draftOf(id);
      t.equal(
        JSON.stringify(after),
        JSON.stringify({ ...before, metadata: { ...before.metadata, title: 'Only this' } }),
      );
    },
  );

  await t.test('what Zenodo gives can be sent back as it is', async (t) => {
    const id = await typed('sent back');
    const before = await draftOf(id);
    const { status, body } = await describe(id, { record: before });
    t.match({ status, body }, { status: 200, body: { dropped: [], warnings: [] } });
    t.same(await draftOf(id), before);
  });

  await t.test('a save that failed changed nothing, and nothing is owed', async (t) => {
    const id = await typed('failed');
    const before = await draftOf(id);
    mock.faults.add({ method: 'PUT', path: draftPath(id), status: 502, times: 1 });
    t.match(await describe(id, { keywords: ['new'] }), { status: 502 });
    t.same(await draftOf(id), before);
    t.equal((await describe(id, { keywords: ['new'] })).status, 200);
    const [, fromVocabulary] = before.metadata['subjects'] as unknown[];
    const subjects = [fromVocabulary, { subject: 'new' }];
    t.same((await draftOf(id)).metadata, { ...before.metadata, subjects });
  });

  await t.test(
    'Zenodo cannot show the draft in the old names: the answer is made from the record',
    async (t) => {
      const id = await typed('not shown');
      const atMock = `${mock.url}/api/deposit/depositions/${id}`;
      const { metadata: shown } = (await call(atMock, { method: 'GET', token: TOKEN })).body;
      mock.faults.add({ method: 'GET', path: `/api/deposit/depositions/${id}`, status: 500, times: 1 });
      const { status, body } = await describe(id, { keywords: ['new'] });
      t.match(
        { status, body },
        {
          status: 200,
          body: {
            title: 'Typed by hand',
            metadata: {
              title: 'Typed by hand',
              keywords: ['new'],
              access_right: 'embargoed',
              embargo_date: '2099-01-01',
            },
            record: { metadata: { subjects: [{ id: 'euroscivoc:225' }, { subject: 'new' }] } },
          },
        },
      );
      t.match((body['warnings'] as string[]).join('\n'), /^metadata: Zenodo could not return/m);
      // Ids of licences and funders are those of record, names of what has an id are not known, and
      // the corners of a polygon are no point.
      const alike = (view: unknown) => {
        const { license, grants, keywords, prereserve_doi, locations, ...rest } = Object(view);
        return rest as Record<string, unknown>;
      };
      t.match(alike(shown), alike(body['metadata']), 'as Zenodo shows it');
      t.same(Object.keys(alike(shown)).sort(), Object.keys(alike(body['metadata'])).sort());
    },
  );

  await t.test('kill -9 between any two calls leaves the draft as before or as after', async (t) => {
    const OPEN = { record: 'public', files: 'public' };
    const twin = await typed('twin', OPEN);
    const before = JSON.stringify(await draftOf(twin));
    // The first call of a process asks whose the token is, and what ids stand for.
    const whole = await startReplica(t, { ...env, LOG_LEVEL: 'info' });
    mock.requests.clear();
    const { status, body } = await describe(twin, SAID, whole.url);
    t.match(
      { status, body },
      { status: 200, body: { dropped: [{ field: 'metadata.custom.nosuch:field' }] } },
    );
    await whole.kill('SIGKILL');
    const after = JSON.stringify(await draftOf(twin));
    t.match(JSON.parse(after), { metadata: { title: 'After' }, access: { files: 'restricted' } });
    const calls = mock.requests
      .list()
      .map(({ method, path }) => ({ method, path: path.split('?')[0] ?? '' }));
    calls.pop();
    t.same(
      calls.map(({ method, path }) => `${method} ${path.replace(`/${twin}`, '/…')}`),
      [
        'GET /api/deposit/depositions',
        'GET /api/affiliations/05a28rw58',
        'GET /api/records/…/draft',
        'PUT /api/records/…/draft',
        'PUT /api/records/…/draft',
        'GET /api/deposit/depositions/…',
      ],
    );
    for (const [index, { method, path }] of calls.entries()) {
      const id = await typed(`killed ${index}`, OPEN);
      const dying = await startReplica(t, { ...env, LOG_LEVEL: 'info' });
      const waited = { method, path: path.replace(`/${twin}`, `/${id}`) };
      const earlier = calls
        .slice(0, index)
        .filter((one) => one.method === method && one.path === path).length;
      mock.requests.clear();
      mock.faults.add({ ...waited, after: earlier, delay: 2, times: 1 });
      const running = () => mock.requests.list({ ...waited, running: true }).filter((one) => one.running);
      const isThere = () => mock.requests.list(waited).length === earlier && running().length > 0;
      const cut = describe(id, SAID, dying.url).catch(() => null);
      t.ok(await eventually(isThere), `${method} ${path}`);
      await dying.kill('SIGKILL');
      t.equal(await cut, null);
      await endLeases(databaseUrl);
      t.ok(await eventually(() => running().length === 0), 'the mock has seen the end of it');
      const left = JSON.stringify(await draftOf(id));
      t.ok(left === before || left === after, `${method} ${path}: ${left}`);
      t.equal(await app.database.pendingAction.count(), 0, 'nothing has to be paid back');
      t.ok(await eventually(async () => (await describe(id, SAID)).status === 200));
      t.equal(JSON.stringify(await draftOf(id)), after, 'the next call does all of it');
    }
  });

  await t.test('two replicas and a person save at once: no update is lost', async (t) => {
    const id = await typed('crowded');
    const other = await startReplica(t, { ...env, LOG_LEVEL: 'info' });
    // Both have read something before, so that the first call does not wait for a thread to start.
    for (const base of [url, other.url])
      t.equal((await describe(id, { dry_run: true, title: 'Any' }, base)).status, 200);
    const words = (who: string) => Array.from({ length: 12 }, (_, index) => `${who}-${index}`);
    const throughService = async (who: string, base: string) => {
      for (const subject of words(who))
        t.match(await describe(id, { subject }, base), { status: 200 }, subject);
    };
    const byHand = async () => {
      for (const subject of words('person')) {
        await pause(100);
        for (let saved = false; !saved; ) {
          const { body } = await atZenodo('GET', draftPath(id));
          const { metadata, custom_fields, access, pids, revision_id: revision } = body;
          const content = { ...TYPED, subjects: [...(Object(metadata).subjects as unknown[]), { subject }] };
          const json = {
            metadata: content,
            custom_fields,
            access: withoutStatus(access),
            pids,
            files: { enabled: true },
          };
          saved = (await atZenodo('PUT', draftPath(id), json, Number(revision))).status === 200;
        }
      }
    };
    await Promise.all([throughService('one', url), throughService('two', other.url), byHand()]);
    const { metadata } = await draftOf(id);
    const found = (metadata['subjects'] as { subject: string }[]).map(({ subject }) => subject).sort();
    t.same(found, ['fog', 'oncology', ...words('one'), ...words('two'), ...words('person')].sort());
    t.ok(mock.requests.list({ method: 'PUT', path: draftPath(id), status: 412 }).length > 0, 'they met');
  });
});

function withoutStatus(access: unknown): unknown {
  const { status: _status, ...rest } = Object(access) as Record<string, unknown>;
  return rest;
}
