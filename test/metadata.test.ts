import { readdir, readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { ZipArchive } from 'archiver';
import t from 'tap';
import { call } from './consent.js';
import { unpublishable } from './fixtures/unpublishable.js';
import { startService } from './service.js';
import { formOf, put, upload as sendForm } from './uploads.js';

const PERSON = { first_name: 'Ada', last_name: 'Lovelace' };
const RDM = 'application/vnd.inveniordm.v1+json';
const EXAMPLES = new URL('../examples/manifests/', import.meta.url);

t.test('metadata over real sockets', async (t) => {
  const { url, mock } = await startService(t);
  const post = (path: string, json: unknown) => call(`${url}${path}`, { json, token: 'mock-token' });
  const make = async (container: string): Promise<number> =>
    Number((await post('/depositions', { container_id: container })).body['deposition_id']);
  const describe = (id: number, json: unknown) => post(`/depositions/${id}/metadata`, json);
  const atZenodo = async (method: string, path: string, json?: unknown) => {
    const answer = await fetch(`${mock.url}${path}`, {
      method,
      headers: {
        authorization: 'Bearer mock-token',
        accept: path.startsWith('/api/records') ? RDM : 'application/json',
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Record<string, Record<string, unknown>>;
  };
  const rdm = (id: number) => atZenodo('GET', `/api/records/${id}/draft`);
  const upload = (id: number, name: string, text: string) => {
    const form = new FormData();
    form.set('files', new File([text], name));
    return fetch(`${url}/depositions/${id}/files`, {
      method: 'POST',
      headers: { authorization: 'Bearer mock-token' },
      body: form,
    }).then(async (answer) => ({
      status: answer.status,
      body: (await answer.json()) as Record<string, unknown>,
    }));
  };

  await t.test('the documented call: fields in, what Zenodo kept out', async (t) => {
    const id = await make('documented');
    const { status, body } = await describe(id, {
      access_token: 'mock-token',
      title: 'A container',
      description: 'Some *text*',
      description_format: 'markdown',
      contributors: [{ ...PERSON, orcid: 'https://orcid.org/0000-0002-1825-0097', role: 'Author' }],
      keywords: 'a, b',
      license: 'MIT',
      unheard_of: 1,
    });
    t.equal(status, 200);
    t.match(body, {
      deposition_id: id,
      title: 'A container',
      state: 'draft',
      doi: null,
      dropped: [],
      dry_run: false,
      metadata: {
        title: 'A container',
        description: '<p>Some <em>text</em></p>',
        creators: [{ name: 'Lovelace, Ada', orcid: '0000-0002-1825-0097' }],
        keywords: ['a', 'b'],
        license: 'mit-license',
        upload_type: 'dataset',
      },
      links: { self: `${url}/depositions/${id}` },
    });
    const warned = (body['warnings'] as string[]).join('\n');
    t.match(warned, /^unheard_of: /m);
    t.notMatch(warned, /access_token/, 'the token is no unknown field');
    t.match(body['record'], {
      metadata: { title: 'A container', rights: [{ id: 'mit' }], publisher: 'Zenodo' },
      access: { record: 'public', files: 'public' },
    });
    const calls = mock.requests.list().filter(({ path }) => path.includes(`/${id}`));
    t.same(
      calls.map(({ method, path }) => `${method} ${path}`),
      [`GET /api/records/${id}/draft`, `PUT /api/records/${id}/draft`, `GET /api/deposit/depositions/${id}`],
      'three calls at Zenodo',
    );
  });

  await t.test('a second call keeps what it does not send', async (t) => {
    const id = await make('merge');
    await describe(id, {
      title: 'First',
      contributors: [PERSON],
      keywords: ['k'],
      license: 'MIT',
      description: 'd',
    });
    const { body } = await describe(id, { title: 'Second', keywords: null });
    t.match(body['metadata'], {
      title: 'Second',
      creators: [{ name: 'Lovelace, Ada' }],
      license: 'mit-license',
    });
    t.notOk('keywords' in Object(body['metadata']), 'null removes');
    const replaced = await describe(id, { mode: 'replace', title: 'Third', contributors: [PERSON] });
    t.notOk('description' in Object(replaced.body['metadata']), 'replace keeps nothing');
    t.match(replaced.body['warnings'], [/^upload_type/, /^license: is missing, so the record/]);
  });

  await t.test('what Zenodo would not publish, check has foreseen', async (t) => {
    const said = { title: 'Sound', contributors: [PERSON], license: 'MIT', publication_date: '2024' };
    const other = await make('has a DOI');
    await describe(other, { ...said, metadata: { doi: '10.1234/taken' } });
    await upload(other, 'a.csv', 'a');
    t.same((await post(`/depositions/${other}/check`, {})).body['problems'], [], 'its own DOI is no problem');
    t.equal((await post(`/depositions/${other}/publish`, {})).status, 200);
    const longer = await make('has a longer DOI');
    await describe(longer, { ...said, metadata: { doi: '10.1234/taken?x=1' } });
    await upload(longer, 'a.csv', 'a');
    t.equal((await post(`/depositions/${longer}/publish`, {})).status, 200);
    const id = await make('foreseen');
    t.match(
      (await post(`/depositions/${id}/check`, { ...said, metadata: { doi: '10.1234/taken' } })).body,
      { problems: [{ field: 'metadata.doi', message: `is the DOI of record ${other} at Zenodo already` }] },
      'also where the search finds a longer one first',
    );
    const taken = await describe(id, { ...said, metadata: { doi: '10.1234/taken' } });
    t.match(taken.body['warnings'], [/^upload_type/, /^metadata\.doi: .*already exists/]);
    await describe(id, { metadata: { doi: null } });
    await upload(id, 'a.csv', 'a');
    const { metadata } = await rdm(id);
    const rest = { custom_fields: {}, access: { record: 'public', files: 'public' }, pids: {} };
    const sound = { ...metadata, rights: [{ id: 'mit' }], resource_type: { id: 'dataset' } };
    for (const { name, draft, field } of unpublishable) {
      await atZenodo('PUT', `/api/records/${id}/draft`, {
        ...rest,
        files: { enabled: true },
        ...draft,
        metadata: { ...sound, ...draft['metadata'] },
      });
      const checked = await post(`/depositions/${id}/check`, {});
      t.match(checked.body, { publishable: false, problems: [{ field }] }, name);
      t.match(
        await post(`/depositions/${id}/publish`, {}),
        { status: 409, body: { code: 'not_publishable' } },
        `${name}: Zenodo agrees`,
      );
    }
    await atZenodo('PUT', `/api/records/${id}/draft`, { ...rest, files: { enabled: true }, metadata: sound });
    t.same((await post(`/depositions/${id}/check`, {})).body['problems'], [], 'and nothing else');
    t.equal((await post(`/depositions/${id}/publish`, {})).status, 200);
    await post(`/depositions/${other}/edit`, {});
    t.same((await post(`/depositions/${other}/check`, {})).body['problems'], [], 'the DOI that it has');
    await describe(other, { metadata: { doi: '10.1234/another' } });
    t.match((await post(`/depositions/${other}/check`, {})).body, {
      problems: [{ field: 'metadata.doi', message: /10\.1234\/taken/ }],
    });
    t.match(await post(`/depositions/${other}/publish`, {}), { body: { code: 'not_publishable' } });
  });

  await t.test('what only Zenodo’s own form can say survives a call that does not touch it', async (t) => {
    const id = await make('typed by hand');
    await describe(id, { title: 'First', contributors: [PERSON], license: 'MIT' });
    const draft = await rdm(id);
    await atZenodo('PUT', `/api/records/${id}/draft`, {
      access: { record: 'public', files: 'restricted' },
      files: { enabled: true },
      custom_fields: {},
      pids: {},
      metadata: {
        ...draft['metadata'],
        resource_type: { id: 'dataset' },
        rights: [{ id: 'mit' }, { id: 'cc-by-4.0' }],
        additional_titles: [{ title: 'Ein anderer Titel', type: { id: 'alternative-title' } }],
        creators: [
          {
            person_or_org: { type: 'organizational', name: 'Collaboration, The' },
            affiliations: [{ name: 'One' }, { name: 'Two' }],
          },
        ],
        dates: [{ date: '2020-05-05', type: { id: 'collected' } }],
        languages: [{ id: 'eng' }, { id: 'deu' }],
        sizes: ['10 pages'],
        additional_descriptions: [
          { description: '<p>an abstract</p>', type: { id: 'abstract' } },
          { description: '<p>note</p>', type: { id: 'notes' } },
        ],
      },
    });
    const { status, body } = await describe(id, {
      keywords: ['new'],
      created_at: '2021-01-01',
      license: ['MIT', 'Zlib'],
    });
    t.equal(status, 200);
    t.same(body['dropped'], []);
    const { metadata, access } = await rdm(id);
    t.match(metadata, {
      title: 'First',
      additional_titles: [{ title: 'Ein anderer Titel' }],
      creators: [
        {
          person_or_org: { type: 'organizational', name: 'Collaboration, The' },
          affiliations: [{ name: 'One' }, { name: 'Two' }],
        },
      ],
      languages: [{ id: 'eng' }, { id: 'deu' }],
      sizes: ['10 pages'],
      subjects: [{ subject: 'new' }],
      rights: [{ id: 'mit' }, { id: 'zlib' }],
      dates: [{ date: '2020-05-05' }, { date: '2021-01-01', type: { id: 'created' } }],
    });
    const texts = metadata?.['additional_descriptions'] as { description: string }[];
    t.match(texts.map(({ description }) => description).join('|'), /an abstract.*note/s);
    t.match(access, { record: 'public', files: 'restricted' }, 'the files stay closed');
    await describe(id, { keywords: ['newer'] });
    const { metadata: again } = await rdm(id);
    t.match(again, { subjects: [{ subject: 'newer' }], additional_titles: [{ title: 'Ein anderer Titel' }] });
    t.match(
      again,
      { creators: [{ affiliations: [{ name: 'One' }, { name: 'Two' }] }] },
      'and every call after',
    );
  });

  await t.test('what Zenodo reports of what was sent is taken out, and named', async (t) => {
    const id = await make('dropped');
    const json = { title: 'Dropped', contributors: [PERSON], license: 'MIT' };
    const custom = { 'no:field': 'x', 'later:field': ['y'] };
    const { status, body } = await describe(id, { ...json, metadata: { custom } });
    t.equal(status, 200);
    const dropped = body['dropped'] as { field: string; message: string }[];
    t.same(dropped.map(({ field }) => field).sort(), [
      'metadata.custom.later:field',
      'metadata.custom.no:field',
    ]);
    t.match(
      dropped.find(({ field }) => field.endsWith('no:field'))?.message,
      /Unknown field/,
      'Zenodo’s reason',
    );
    t.equal(mock.requests.list({ method: 'PUT', path: `/api/records/${id}/draft` }).length, 2);
    t.same((await rdm(id))['custom_fields'], {});
    const again = await describe(id, { metadata: { journal_title: 'J' } });
    t.same(again.body['dropped'], [], 'what is not there is not told again');
    // Equal, and too short, only after Zenodo has decoded them.
    const names = ['Caf&eacute; Lab', 'Café Lab'];
    const short = await describe(id, { title: '&lt;', contributors: [{ ...PERSON, affiliations: names }] });
    t.match(short, {
      status: 200,
      body: { dropped: [{ field: 'contributors.0.affiliations' }, { field: 'title' }] },
    });
    const { metadata } = await rdm(id);
    t.notOk(metadata?.['title']);
    t.match(metadata?.['creators'], [{ person_or_org: { name: 'Lovelace, Ada' } }], 'the person stays');
    const path = `/api/records/${id}/draft`;
    const errors = [{ field: 'metadata.title', messages: ['Too plain.'], severity: 'error' }];
    mock.faults.add({ method: 'PUT', path, status: 200, times: 1, body: { ...(await rdm(id)), errors } });
    const plain = await describe(id, { title: 'Plain' });
    t.match(plain.body, { dropped: [], warnings: [/^title: Zenodo will not publish.* Too plain\./] });
  });

  await t.test('what Zenodo would keep as it is, and then not publish, is refused', async (t) => {
    const id = await make('judged');
    const refused = await describe(id, {
      title: 'Judged',
      contributors: [PERSON],
      license: 'MIT',
      metadata: {
        publication_date: 'some day',
        imprint_isbn: '123',
        dates: [{ type: 'Collected', start: '2020-06-01', end: '2020-05-01' }],
        related_identifiers: [
          { identifier: '10.1234/x', relation: 'cites' },
          { identifier: 'nonsense text', relation: 'cites' },
        ],
      },
      record: { metadata: { creators: [{ person_or_org: { type: 'personal' } }] } },
    });
    t.equal(refused.status, 400);
    t.same((refused.body['errors'] as { field: string }[]).map(({ field }) => field).sort(), [
      'metadata.dates.0',
      'metadata.imprint_isbn',
      'metadata.publication_date',
      'metadata.related_identifiers.1.identifier',
      'record.metadata.creators.0.person_or_org.family_name',
    ]);
    t.equal(mock.requests.list({ method: 'PUT', path: `/api/records/${id}/draft` }).length, 0);
    t.match(await describe(id, { title: 'Fine', metadata: { access_conditions: 'ask me' } }), {
      status: 200,
      body: { warnings: [/^metadata\.access_conditions: was not sent/] },
    });
  });

  await t.test('what Zenodo would answer with more than can be read is refused before', async (t) => {
    const id = await make('large');
    const refused = { status: 400, body: { code: 'invalid_metadata', errors: [{ field: 'metadata' }] } };
    // Zenodo writes each of these letters as six bytes, and all of the text twice.
    t.match(await describe(id, { title: 'Large', description: 'é'.repeat(900_000) }), refused);
    const title = 'long '.repeat(3000);
    t.match(await describe(id, { manifest: `title: ${title}` }), {
      status: 400,
      body: { code: 'invalid_metadata', errors: [{ message: 'must have at most 10000 characters' }] },
    });
    t.equal(mock.requests.list({ method: 'PUT', path: `/api/records/${id}/draft` }).length, 0);
    for (const description of ['é'.repeat(340_000), 'Short']) {
      t.match(await describe(id, { title: 'Large', description }), { status: 200 }, 'the most can be read');
    }
  });

  await t.test('what Zenodo refuses is refused at the caller’s own path', async (t) => {
    const id = await make('refused');
    const refused = await describe(id, {
      contributors: [PERSON, { ...PERSON, orcid: '0000-0002-1825-0098' }],
      title: 'x',
    });
    t.match(refused, { status: 400, body: { code: 'invalid_metadata' } });
    t.same(
      (refused.body['errors'] as { field: string }[]).map(({ field }) => field),
      ['title', 'contributors.1.orcid'],
      'all at once',
    );
    t.equal(mock.requests.list({ method: 'PUT', path: `/api/records/${id}/draft` }).length, 0);
    const noLanguage = await describe(id, { title: 'Fine', language: 'qqq' });
    t.match(noLanguage, { status: 400, body: { code: 'invalid_metadata', errors: [{ field: 'language' }] } });
    // A word that Zenodo's vocabulary has lost since this service was made.
    mock.faults.add({
      method: 'PUT',
      path: `/api/records/${id}/draft`,
      status: 400,
      times: 1,
      body: '{"status": 400, "message": "Invalid value swe."}',
    });
    const byZenodo = await describe(id, { title: 'Fine', language: 'Swedish' });
    t.match(byZenodo, {
      status: 400,
      body: { code: 'invalid_metadata', zenodo: { status: 400 }, errors: [{ field: /^language/ }] },
    });
    const typed = await describe(id, {
      title: 'Fine',
      metadata: { related_identifiers: [{ identifier: 'a b', relation: 'cites' }] },
    });
    t.match(typed, { status: 400, body: { errors: [{ field: /^metadata\.related_identifiers/ }] } });
    t.match(await describe(id, { metadata: 'x' }), {
      status: 400,
      body: { errors: [{ field: 'metadata' }] },
    });
    t.match(await describe(id, { mode: 'mrege' }), { status: 400, body: { code: 'invalid_request' } });
    t.match(await describe(id, []), { status: 400, body: { code: 'invalid_request' } });
  });

  await t.test(
    'a licence that Zenodo does not know is sent word for word, and the call says so',
    async (t) => {
      const id = await make('licence');
      const { status, body } = await describe(id, {
        title: 'Licence',
        contributors: [PERSON],
        license: 'Our-Own-1.0',
      });
      t.equal(status, 200);
      t.match(body['record'], { metadata: { rights: [{ title: { en: 'Our-Own-1.0' } }] } });
      t.notOk('license' in Object(body['metadata']));
      t.match((body['warnings'] as string[]).join('\n'), /^license: .*Our-Own-1\.0/im);
    },
  );

  await t.test('somebody else’s change in between is kept, not overwritten', async (t) => {
    const id = await make('conflict');
    await describe(id, { title: 'Ours', contributors: [PERSON], license: 'MIT' });
    // The save is slow; meanwhile the user saves on Zenodo's page. To one of two saves that truly
    // meet, Zenodo answers 500.
    for (const answer of [{ delay: 0.6 }, { delay: 0.3, status: 500 }]) {
      const path = `/api/records/${id}/draft`;
      mock.requests.clear();
      mock.faults.add({ method: 'PUT', path, times: 1, ...answer });
      const calling = describe(id, { title: `Ours ${answer.delay}` });
      await mock.requests.waitFor({ method: 'GET', path });
      await new Promise((resolve) => setTimeout(resolve, 150));
      const draft = await rdm(id);
      await atZenodo('PUT', path, {
        access: draft['access'],
        files: { enabled: true },
        pids: {},
        metadata: {
          ...draft['metadata'],
          resource_type: { id: 'dataset' },
          version: `typed ${answer.delay}`,
        },
      });
      const { status, body } = await calling;
      t.equal(status, 200);
      t.match(body['metadata'], { title: `Ours ${answer.delay}`, version: `typed ${answer.delay}` });
    }
  });

  await t.test('a draft that never stands still is a conflict, and says so', async (t) => {
    const id = await make('restless');
    const path = `/api/records/${id}/draft`;
    mock.faults.add({
      method: 'PUT',
      path,
      status: 412,
      times: 5,
      body: '{"status": 412, "message": "Revision"}',
    });
    t.match(await describe(id, { title: 'Restless' }), { status: 409, body: { code: 'metadata_conflict' } });
    t.equal((await describe(id, { title: 'Restless' })).status, 200);
  });

  await t.test('a dry run says what would be sent and changes nothing', async (t) => {
    const id = await make('dry');
    const { status, body } = await describe(id, { dry_run: true, title: 'Dry', contributors: [PERSON] });
    t.equal(status, 200);
    t.match(body, { dry_run: true, metadata: { title: 'Dry', creators: [{ name: 'Lovelace, Ada' }] } });
    t.equal((await rdm(id))['metadata']?.['title'], undefined);
    t.equal(
      (await call(`${url}/depositions/${id}`, { method: 'GET', token: 'mock-token' })).body['title'],
      '',
    );
  });

  await t.test('a dry run finds what check finds; ids are looked up in Zenodo’s vocabularies', async (t) => {
    const id = await make('dry findings');
    const body = { title: 'Dry', contributors: [PERSON], license: 'Our-Own-1.0' };
    const checked = await post(`/depositions/${id}/check`, body);
    const dry = await describe(id, { dry_run: true, ...body });
    t.same(dry.body['problems'], checked.body['problems']);
    t.same(dry.body['warnings'], checked.body['warnings']);
    t.match(dry.body['problems'], [{ field: 'files' }]);
    const places = [{ name: 'A, B', affiliation: 'https://ror.org/0zzzzzz99' }];
    const looked = await describe(id, { dry_run: true, ...body, contributors: places });
    t.match(
      (looked.body['warnings'] as string[]).join('\n'),
      /^contributors\.0\.affiliation: Zenodo does not know/m,
    );
    t.match(looked.body['record'], {
      metadata: { creators: [{ affiliations: [{ name: 'https://ror.org/0zzzzzz99' }] }] },
    });
    await describe(id, { dry_run: true, ...body, contributors: places });
    const asked = mock.requests.list({ method: 'GET', path: '/api/affiliations/:id' });
    t.same(
      asked.map(({ status }) => status),
      [404],
      'Zenodo was asked, once',
    );
    const odd = await describe(id, { dry_run: true, record: { metadata: { subjects: [{ id: '..' }] } } });
    t.match(odd, { status: 200, body: { warnings: [/does not know the subject \.\./] } });
    t.notOk('problems' in (await describe(id, body)).body, 'only where nothing is saved');
    const languages = await describe(id, { programming_language: ['C++', 'Python 3', 'Fogscript'] });
    t.match(languages.body, {
      record: { custom_fields: { 'code:programmingLanguage': [{ id: 'c++' }, { id: 'python' }] } },
      dropped: [],
    });
    t.match((languages.body['warnings'] as string[]).join('\n'), /^programming_language\.2: .*Fogscript/m);
  });

  await t.test('strict: what otherwise is a warning is a fault', async (t) => {
    const id = await make('strict');
    const refused = await describe(id, { strict: true, title: 'Strict', authors: ['Ada Lovelace'], foo: 1 });
    t.match(refused, { status: 400, body: { code: 'invalid_metadata' } });
    t.same(
      (refused.body['errors'] as { field: string }[]).map(({ field }) => field),
      ['authors.0', 'foo'],
    );
  });

  await t.test('strict: the structure of a manifest is examined, all of it at once', async (t) => {
    const id = await make('strict manifest');
    const fieldsOf = ({ body }: { body: Record<string, unknown> }) =>
      (body['errors'] as { field: string; message: string }[]).map(
        ({ field, message }) => `${field} ${message}`,
      );
    const empty = await describe(id, { strict: true, manifest: 'RDMC Title: Nothing in it\n' });
    t.equal(empty.status, 400);
    t.match(fieldsOf(empty), [
      /^manifest must name at least one contributor/,
      /^manifest must name at least one artifact/,
    ]);
    const manifest = [
      'RDMC Title: A title',
      'RDMC Metadata:',
      '  Contributors: []',
      'Artifacts Details:',
      '  - {artifact_name: a, access_level: Secret, resource_type: Data}',
      '  - {artifact_name: b, access_level: Public, files: [{resource_type: Moonbeam}]}',
      '  - {artifact_name: c}',
      '  - {artifact_name: d, access_level: Restricted, resource_type: Software}',
    ].join('\n');
    const wrong = await describe(id, { strict: true, manifest });
    t.equal(wrong.status, 400);
    const named = fieldsOf(wrong).join('\n');
    t.match(named, /^manifest.* must name at least one contributor/m);
    t.match(named, /^manifest\.Artifacts Details\.0 .*“Secret”/m);
    t.match(named, /^manifest\.Artifacts Details\.1 .*“Moonbeam”/m);
    t.match(named, /^manifest\.Artifacts Details\.2 must have an access level/m);
    t.notMatch(named, /Details\.3/);
    t.equal((await describe(id, { manifest })).status, 200, 'otherwise it is taken as it is');
  });

  await t.test('manifests in all four spellings', async (t) => {
    const expected: Record<string, Record<string, unknown>> = {
      'manifest-0.2.0.rdmc': {
        title: 'Hourly weather of Seattle, 2012 to 2015',
        version: '1.0',
        creators: [{ name: 'Doe, Jane' }, { name: 'Smith, John' }],
        keywords: ['weather', 'Seattle', 'time series'],
        license: 'cc-by-4.0',
        publication_date: '2024-05-17',
        related_identifiers: [
          { identifier: /^11\.A11/, relation: 'isAlternateIdentifier', scheme: 'handle' },
        ],
        access_right: 'open',
      },
      'manifest-0.3.0.rdmc': {
        title: 'Cars of the seventies',
        version: '2.1',
        creators: [{ name: 'Lovelace, Ada', orcid: '0000-0002-1825-0097' }],
        contributors: [{ name: 'Hopper, Grace', type: 'DataCurator' }],
        keywords: ['cars', 'fuel consumption'],
        license: 'cc-by-4.0',
        related_identifiers: [
          { identifier: 'https://github.com/vega/vega-datasets', relation: 'references' },
        ],
        access_right: 'restricted',
      },
      'manifest-0.6.0.rdmc': {
        title: 'Flights between airports',
        version: '1.0.0',
        description: /<li>3,000 flights<\/li>/,
        creators: [{ name: 'Johnson, Katherine', affiliation: 'NASA' }],
        contributors: [{ name: 'Johnson, Katherine', type: 'ProjectLeader' }],
        keywords: ['flights', 'delays'],
        license: 'cc-zero',
        language: 'eng',
        access_right: 'open',
      },
      'manifest-registry.rdmc': {
        title: 'Gapminder, by country',
        version: '3',
        creators: [{ name: 'Rosling, Hans', affiliation: 'Karolinska Institutet' }],
        keywords: ['life expectancy', 'fertility, population', 'Demography'],
        license: 'cc-by-4.0',
        notes: /Container concept: RDMC/,
        access_right: 'open',
      },
    };
    t.same((await readdir(EXAMPLES)).sort(), Object.keys(expected).sort());
    for (const [name, metadata] of Object.entries(expected)) {
      const id = await make(name);
      const { status, body } = await describe(id, {
        manifest: await readFile(new URL(name, EXAMPLES), 'utf8'),
      });
      t.equal(status, 200, name);
      t.match(body['metadata'], metadata, name);
      t.same(body['dropped'], [], name);
      t.notMatch((body['warnings'] as string[]).join('\n'), /is unknown/, `${name}: every key is known`);
    }
  });

  await t.test('a manifest that cannot be read is refused, whatever is wrong with it', async (t) => {
    const id = await make('broken manifests');
    const bomb = `a: &a [${'x,'.repeat(9)}x]\n${Array.from({ length: 14 }, (_, i) => {
      const [name, before] = [String.fromCharCode(98 + i), String.fromCharCode(97 + i)];
      return `${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`;
    }).join('\n')}`;
    const blocks = Array.from({ length: 40 }, (_, i) => {
      const inner = i === 0 ? 'x' : `*b${i - 1}`;
      return `k${i}: &b${i} {RDMC metadata: ${inner}, rdmc_metadata: ${inner}, metadata: ${inner}}`;
    }).join('\n');
    const broken: [string, string][] = [
      ['no YAML', 'a: [1, 2'],
      ['a duplicate key', 'RDMC Title: a\nRDMC Title: b\n'],
      ['a bomb', bomb],
      ['blocks within blocks by alias', blocks],
      ['a list', '- a\n- b\n'],
      ['a text', 'just text'],
      ['UTF-16', '\u0000R\u0000D\u0000M\u0000C'],
      ['Latin-1', 'RDMC Title: Caf\ufffd'],
      ['nested without end', `a: ${'['.repeat(20_000)}`],
      ['an unknown anchor', 'a: *b'],
    ];
    for (const [name, manifest] of broken) {
      const started = Date.now();
      t.match(await describe(id, { manifest }), { status: 400, body: { code: 'invalid_manifest' } }, name);
      // The first text of a run waits for its thread to start; a task would be ended after 15 s.
      t.ok(Date.now() - started < 15_000, `${name}: in bounded time`);
    }
    t.match(await describe(id, { manifest: 7 }), { status: 400, body: { code: 'invalid_manifest' } });
    t.match(await describe(id, { manifest: 'RDMC Title: x\nRDMC Title: y' }), {
      body: { detail: /line 2/, errors: [{ field: 'line 2' }] },
    });
  });

  await t.test('a manifest among the uploaded files is understood without being asked for', async (t) => {
    const id = await make('uploaded manifest');
    t.match(await describe(id, { from_manifest: true }), {
      status: 400,
      body: { code: 'invalid_request', errors: [{ field: 'from_manifest' }] },
    });
    const manifest = await readFile(new URL('manifest-registry.rdmc', EXAMPLES), 'utf8');
    t.equal((await upload(id, 'manifest.rdmc', manifest)).status, 200);
    t.match(await describe(id, { from_manifest: true }), {
      status: 200,
      body: { metadata: { title: 'Gapminder, by country' } },
    });
  });

  await t.test(
    'restricted artifacts close the draft before the upload answers, until the caller decides',
    async (t) => {
      const id = await make('restricted');
      const manifest = await readFile(new URL('manifest-0.3.0.rdmc', EXAMPLES), 'utf8');
      const uploaded = await upload(id, 'manifest.rdmc', manifest);
      t.equal(uploaded.status, 200);
      t.match(
        (uploaded.body['warnings'] as string[])?.join('\n'),
        /Survey answers \(Restricted\).*"access_right": "open"/,
      );
      t.match((await rdm(id))['access'], { files: 'restricted' });
      t.match((await describe(id, { title: 'Still closed', contributors: [PERSON] })).body['metadata'], {
        access_right: 'restricted',
      });
      t.match(
        (await describe(id, { mode: 'replace', title: 'Replaced', contributors: [PERSON] })).body['metadata'],
        {
          access_right: 'restricted',
        },
      );
      t.match((await describe(id, { metadata: { access_right: 'open' } })).body['metadata'], {
        access_right: 'open',
      });
      await upload(id, 'manifest.rdmc', `${manifest}\n`);
      t.match((await rdm(id))['access'], { files: 'public' }, 'the caller has decided');
    },
  );

  await t.test('a manifest that cannot be read but speaks of restriction closes the draft too', async (t) => {
    const id = await make('unreadable and restricted');
    await upload(id, 'manifest.rdmc', 'Artifacts Details:\n  - access_level: Private\n bad: [');
    t.match((await rdm(id))['access'], { files: 'restricted' });
  });

  await t.test(
    'a manifest that calls itself public opens no artifact of which it says otherwise',
    async (t) => {
      const id = await make('public with a private artifact');
      const artifacts = 'artifacts:\n- access_level: Private\n';
      const first = await describe(id, { manifest: `title: Both\naccess_level: Public\n${artifacts}` });
      t.match(first.body['metadata'], { access_right: 'restricted' });
      await describe(id, { metadata: { access_right: 'restricted' } });
      const later = await describe(id, { manifest: 'title: Both\naccess_level: Public\n' });
      t.match(
        later.body['metadata'],
        { access_right: 'restricted' },
        'later manifests do not change a decision',
      );
    },
  );

  await t.test('a manifest closes with Zenodo’s own word too, and opens nothing with it', async (t) => {
    const closed = await make('closed by its own word');
    await upload(closed, 'manifest.rdmc', 'title: Closed\naccess_right: closed\n');
    t.match((await rdm(closed))['access'], { files: 'restricted' });
    const embargoed = await make('under an embargo');
    const until = { files: 'restricted', embargo: { active: true, until: '2090-01-01' } };
    const dated = 'title: Fog\nembargo_date: 2090-01-01\nartifacts:\n- access_level: Embargoed\n';
    const said = (await upload(embargoed, 'manifest.rdmc', dated)).body['warnings'];
    t.match(JSON.stringify(said), 'the container (embargoed until 2090-01-01)');
    t.match((await rdm(embargoed))['access'], until, 'an embargo closes until its day');
    await describe(embargoed, { from_manifest: true, contributors: [PERSON] });
    await describe(embargoed, { title: 'Fog again' });
    await upload(embargoed, 'manifest.rdmc', 'title: Fog\nembargo: 2 years\n');
    t.match((await rdm(embargoed))['access'], until, 'and nothing changes it that says the same');
    await upload(embargoed, 'manifest.rdmc', 'title: Fog\nembargo_date: 2091-02-01\n');
    const longer = { files: 'restricted', embargo: { active: true, until: '2091-02-01' } };
    t.match((await rdm(embargoed))['access'], longer, 'a later day counts');
    const a = '{name: a, embargo_date: 2090-01-01}';
    const many = Array.from({ length: 55 }, (_, i) => `{name: a${i}, embargo_date: 2090-01-01}`).join();
    for (const [manifest, access] of Object.entries({
      [`artifacts: [${a}, {name: b, embargo: until the book is out}]`]: { embargo: { active: false } },
      [`artifacts: [${many}, {access_level: Private}]`]: { embargo: { active: false } },
      [`embargo_date: 2090-02-01\nartifacts: [${a}, {access_level: Embargoed}]`]: {
        embargo: { active: true, until: '2090-02-01' },
      },
      'embargo: true\nembargo_date: 2019-06-01': { files: 'public' },
      'embargo_date: 2019-06-01\nartifacts: [{access_level: Embargoed}]': { files: 'public' },
    })) {
      const id = await make(manifest.slice(-60));
      await upload(id, 'manifest.rdmc', manifest);
      t.match((await rdm(id))['access'], access, manifest.slice(-60));
      await describe(id, { title: 'Fog', contributors: [PERSON] });
      t.match((await rdm(id))['access'], access, `${manifest.slice(-60)}, described`);
    }
    await upload(embargoed, 'manifest.rdmc', 'title: Fog\naccess_level: Private\n');
    t.match((await rdm(embargoed))['access'], { files: 'restricted', embargo: { active: false } });
    const artifacts = [{ artifact_name: 'Answers', access_level: 'Private' }];
    const manifest = { title: 'Both', access_right: 'open', artifacts };
    for (const [name, body] of Object.entries({
      'in the manifest': { manifest },
      'beside the manifest': { access_right: 'open', manifest: { ...manifest, access_right: null } },
      'a manifest that is the body': { ...manifest, access_right: undefined, access_level: 'Public' },
    })) {
      const id = await make(`open ${name}`);
      const { status, body: answer } = await describe(id, body);
      t.match(
        { status, answer },
        { status: 200, answer: { metadata: { access_right: 'restricted' } } },
        name,
      );
      await describe(id, { title: 'Again', access_level: 'Public' });
      t.match((await rdm(id))['access'], { files: 'restricted' }, `${name}: nor does a later description`);
    }
    const id = await make('decided, then replaced');
    await describe(id, { manifest, metadata: { access_right: 'restricted' } });
    await describe(id, { mode: 'replace', title: 'Replaced', contributors: [PERSON] });
    t.match((await rdm(id))['access'], { files: 'restricted' }, 'what is replaced is not opened');
  });

  await t.test('restricted artifacts close the draft whichever way their manifest comes', async (t) => {
    const secret = 'Artifacts Details:\n  - artifact_name: Answers\n    access_level: Restricted\n';
    const zip = new ZipArchive();
    zip.append('x', { name: 'data/x.csv' });
    zip.append(secret, { name: 'data/Manifest.rdmc' });
    void zip.finalize();
    const zipped = await buffer(zip);
    const send = (id: number, files: Record<string, string | Buffer>, fields = {}) =>
      sendForm(url, id, formOf(files, { access_token: 'mock-token', ...fields }));
    const ways: Record<string, (id: number) => Promise<{ status: number; body: object }>> = {
      'in a form': (id) => send(id, { 'manifest.rdmc': secret, 'a.csv': '1' }),
      'in a form with sizes': (id) => {
        const sizes = JSON.stringify({ 'manifest.rdmc': secret.length, 'a.csv': 1 });
        const files = { 'manifest.rdmc': secret, 'a.csv': '1' };
        return send(id, files, { sizes });
      },
      'as a body': (id) => put(url, id, 'manifest.rdmc', Buffer.from(secret)),
      'in the folder of the container': (id) => send(id, { 'c/manifest.rdmc': secret, 'c/a.csv': '1' }),
      'in a folder beside others': (id) => send(id, { 'meta/manifest.rdmc': secret, 'a.csv': '1' }),
      flattened: (id) => send(id, { 'c/manifest.rdmc': secret, 'd/a.csv': '1' }, { archive: 'never' }),
      'in a zip': (id) => send(id, { 'container.zip': zipped, 'a.csv': '1' }),
      'in a zip as a body': (id) => put(url, id, 'container.zip', zipped),
    };
    for (const [name, way] of Object.entries(ways)) {
      const id = await make(`restricted ${name}`);
      const { status, body } = await way(id);
      t.equal(status, 200, name);
      t.match(JSON.stringify(body), /Answers \(Restricted\)/, `${name}: said`);
      t.match((await rdm(id))['access'], { files: 'restricted' }, `${name}: done`);
    }
  });

  await t.test('what was opened on Zenodo’s page is not published open', async (t) => {
    const id = await make('opened by a click');
    await describe(id, { title: 'Guarded', contributors: [PERSON], license: 'MIT' });
    const manifest = 'artifacts:\n- {artifact_name: Answers, access_level: Private}\n';
    const { status, body } = await upload(id, 'manifest.rdmc', manifest);
    t.equal(status, 200);
    t.match((body['warnings'] as string[]).join('\n'), /were restricted because/);
    const path = `/api/deposit/depositions/${id}`;
    const { metadata } = await atZenodo('GET', path);
    await atZenodo('PUT', path, { metadata: { ...metadata, access_right: 'open' } });
    t.match((await rdm(id))['access'], { files: 'public' });
    const draft = await rdm(id);
    const embargo = { active: true, until: '2099-01-01' };
    const access = { record: 'public', files: 'public', embargo };
    const opened = { field: 'metadata.access_right', message: /Answers \(Private\)/ };
    t.match(await post(`/depositions/${id}/check`, {}), { body: { publishable: false, problems: [opened] } });
    t.match(await post(`/depositions/${id}/publish`, {}), {
      status: 409,
      body: { code: 'not_publishable', outcome: 'not_published', errors: [opened] },
    });
    await atZenodo('PUT', `/api/records/${id}/draft`, { ...draft, access });
    t.match(
      await post(`/depositions/${id}/check`, {}),
      { body: { problems: [opened] } },
      'an embargo alone closes nothing',
    );
    await describe(id, { metadata: { access_right: 'open' } });
    t.match(await post(`/depositions/${id}/check`, {}), { body: { publishable: true } });
    t.match(await post(`/depositions/${id}/publish`, {}), { status: 200 });
  });

  await t.test('check says everything at once, and changes nothing', async (t) => {
    const id = await make('check');
    const bare = await post(`/depositions/${id}/check`, {});
    t.match(bare, { status: 200, body: { publishable: false } });
    const fields = (bare.body['problems'] as { field: string }[]).map(({ field }) => field);
    t.same(fields.sort(), ['files', 'metadata.creators', 'metadata.title', 'metadata.upload_type']);
    const manifest = await readFile(new URL('manifest-0.3.0.rdmc', EXAMPLES), 'utf8');
    const planned = await post(`/depositions/${id}/check`, {
      manifest,
      title: 'x',
      license: 'MIT',
      metadata: {
        creators: [{ name: 'A, B', orcid: '1' }],
        access_right: 'embargoed',
        embargo_date: '2020-01-01',
      },
      files: [
        { name: 'a.csv', size: 0 },
        { name: 'b/c.csv', size: 60e9 },
        { name: 'b/d.csv', size: 0 },
        'f1.TXT',
        'F1.txt',
        'x\\y',
        ...Array.from({ length: 100 }, (_, i) => `f${i}`),
      ],
    });
    t.same((planned.body['problems'] as { field: string }[]).map(({ field }) => field).sort(), [
      'files',
      'files',
      'files.F1.txt',
      'files.a.csv',
      'files.b.zip',
      'files.x\\y',
      'metadata.creators.0.orcid',
      'metadata.embargo_date',
      'title',
    ]);
    const good = await post(`/depositions/${id}/check`, { manifest, files: { 'a.csv': 5 } });
    t.match(good.body, { publishable: true, problems: [] });
    t.match(
      (good.body['warnings'] as string[]).join('\n'),
      /access_right: the files will be restricted because of/,
    );
    t.same((await rdm(id))['metadata']?.['title'], undefined);
    const folder = Array.from({ length: 200 }, (_, i) => `data/${i}.csv`);
    const zipped = await post(`/depositions/${id}/check`, { manifest, files: [...folder, 'manifest.rdmc'] });
    t.match(zipped.body, { publishable: true }, 'a folder is one file, as an upload would send it');
    await upload(id, 'a.csv', '1');
    const alike = await post(`/depositions/${id}/check`, { manifest, files: ['A.csv'] });
    t.match((alike.body['warnings'] as string[]).join('\n'), /^files\.A\.csv: the draft has a\.csv/m);
    const words = await post(`/depositions/${id}/check`, {
      manifest,
      metadata: {
        language: 'qqq',
        upload_type: 'publication',
        publication_type: 'poem',
        contributors: [{ name: 'A, B', type: 'Muse' }],
        related_identifiers: [{ identifier: '10.1234/x', relation: 'admires' }],
      },
    });
    t.same((words.body['problems'] as { field: string }[]).map(({ field }) => field).sort(), [
      'metadata.contributors.0.type',
      'metadata.language',
      'metadata.publication_type',
      'metadata.related_identifiers.0.relation',
    ]);
    t.match(await post('/depositions/999999999/check', {}), { status: 404 });
  });
});
