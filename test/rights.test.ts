import t from 'tap';
import { authorize, bringBack, CALLBACK, call } from './consent.js';
import { startService } from './service.js';
import { put } from './uploads.js';

/** The rights that an answer says the draft has. */
function rightsOf(body: Record<string, unknown>): unknown[] {
  const { record } = body as { record?: { metadata: { rights?: unknown[] } } };
  return record?.metadata.rights ?? [];
}

const ADA = { first_name: 'Ada', last_name: 'Lovelace' };
const BOB = { first_name: 'Bob', last_name: 'Helper', role: 'Data Curator' };
const EVE = { first_name: 'Eve', last_name: 'Guest' };
const ada = { name: 'Lovelace, Ada' };
const bob = { name: 'Helper, Bob', type: 'DataCurator' };
const eve = { name: 'Guest, Eve', type: 'Other' };

t.test('rights, people and files are neither lost nor given away', async (t) => {
  const { url, mock } = await startService(t);
  const post = (path: string, json: unknown) => call(`${url}${path}`, { json, token: 'mock-token' });
  const make = async () => Number((await post('/depositions', {})).body['deposition_id']);
  const describe = async (json: Record<string, unknown>, id?: number) => {
    const { status, body } = await post(`/depositions/${id ?? (await make())}/metadata`, json);
    const warnings = (body['warnings'] ?? []) as string[];
    return { status, body, metadata: Object(body['metadata']), said: warnings.join('\n') };
  };

  await t.test('authors beside contributors are all read, wherever they stand', async (t) => {
    const bodies: [string, Record<string, unknown>][] = [
      ['authors', { authors: [ADA], contributors: [BOB] }],
      ['the other way round', { contributors: [BOB], authors: [ADA] }],
      ['creators', { creators: [ADA], contributors: [BOB] }],
      [
        'a .zenodo.json',
        {
          creators: [{ name: 'Lovelace, Ada' }],
          contributors: [{ name: 'Helper, Bob', type: 'DataCurator' }],
        },
      ],
      ['one author', { author: ADA, contributor: BOB }],
      ['authors in one text', { Authors: 'Lovelace, Ada', Contributors: [BOB] }],
      ['a manifest', { manifest: { Authors: [ADA], Contributors: [BOB] } }],
      ['blocks of a manifest', { manifest: { Authors: [ADA], 'RDMC Metadata': { Contributors: [BOB] } } }],
      ['metadata', { metadata: { creators: [{ name: 'Lovelace, Ada' }], contributors: [BOB] } }],
      ['two spellings in metadata', { metadata: { authors: [ADA], contributors: [bob] } }],
      ['metadata beside authors', { authors: [ADA], metadata: { contributors: [bob] } }],
      ['contributors of ours in metadata', { authors: [ADA], metadata: { contributors: [BOB] } }],
      ['metadata beside contributors', { contributors: [BOB], metadata: { creators: [ada] } }],
      ['a manifest beside authors', { authors: [ADA], manifest: { contributors: [BOB] } }],
      ['a manifest beside contributors', { contributors: [BOB], manifest: { authors: [ADA] } }],
    ];
    for (const [name, body] of bodies) {
      const { status, metadata, said } = await describe({ title: 'Abc', license: 'MIT', ...body });
      t.equal(status, 200, name);
      t.match(metadata, { creators: [ada], contributors: [bob] }, name);
      t.equal(metadata.creators.length + metadata.contributors.length, 2, `${name}: two people`);
      t.notMatch(said, /is unknown|became creators|not sent/, `${name}: nothing is said to be left out`);
    }
  });

  await t.test('a contributor without a role is no author where authors are listed', async (t) => {
    const both = await describe({ title: 'Abc', authors: [ADA], contributors: [EVE] });
    t.match(both.metadata, { creators: [ada], contributors: [eve] });
    t.match(both.said, /^contributors\.0: has no role/m);
    const apart = await describe({ title: 'Abc', contributors: [EVE], metadata: { creators: [ada] } });
    t.match(apart.metadata, { creators: [ada], contributors: [eve] });
    const alone = await describe({ title: 'Abc', contributors: [EVE] });
    t.match(alone.metadata, { creators: [{ name: 'Guest, Eve' }] }, 'alone they are authors');
    const author = { ...EVE, role: 'Author' };
    const also = await describe({ title: 'Abc', authors: [ADA], contributors: [author, ADA] });
    t.strictSame(
      also.metadata.creators.map(({ name }: { name: string }) => name),
      ['Lovelace, Ada', 'Guest, Eve'],
      'who is named twice is one',
    );
    t.notOk('contributors' in also.metadata);
  });

  await t.test('who is named in two lists of authors is one, with all that both say', async (t) => {
    const { metadata } = await describe({
      title: 'Abc',
      authors: ['Lovelace, Ada', 'Hopper, Grace'],
      creators: [{ ...ADA, orcid: '0000-0002-1825-0097', affiliation: 'A' }],
    });
    t.equal(metadata.creators.length, 2);
    t.match(metadata.creators, [
      { name: 'Lovelace, Ada', orcid: '0000-0002-1825-0097', affiliation: 'A' },
      { name: 'Hopper, Grace' },
    ]);
  });

  await t.test('what one part of the call overrides in another is said', async (t) => {
    const { metadata, said } = await describe({
      title: 'Abc',
      authors: [EVE],
      license: 'MIT',
      metadata: { creators: [ada], license: 'cc-by-4.0' },
    });
    t.match(metadata, { creators: [ada], license: 'cc-by-4.0' });
    t.match(said, /^authors: was not sent, because metadata\.creators overrides it/m);
    t.match(said, /^license: was not sent, because metadata\.license overrides it/m);
  });

  await t.test('lists in two spellings are joined', async (t) => {
    const { status, body, metadata, said } = await describe({
      title: 'Abc',
      authors: [ADA],
      license: 'MIT',
      licenses: ['MIT', 'Zlib'],
      keywords: ['a', 'b'],
      tags: 'b; c',
      pid: 'https://doi.org/10.1234/one',
      handle: '11.A11.1111/two',
      identifiers: [{ type: 'DOI', value: '10.1234/three' }],
      description: 'What it is.',
      abstract: 'How it came about.',
      summary: 'What it is.',
    });
    t.equal(status, 200);
    t.strictSame(metadata.keywords, ['a', 'b', 'c']);
    t.strictSame(rightsOf(body), [{ id: 'mit' }, { id: 'zlib' }]);
    t.strictSame(
      metadata.related_identifiers.map(({ identifier }: { identifier: string }) => identifier).sort(),
      ['10.1234/one', '10.1234/three', '11.A11.1111/two'],
    );
    t.match(metadata.description, /What it is.*How it came about/s);
    t.notMatch(said, /is unknown/);
    const metadataToo = await describe({
      title: 'Abc',
      authors: [ADA],
      metadata: { keywords: ['a'], tags: ['b'], license: 'mit', licences: ['Zlib'] },
    });
    t.match(metadataToo.metadata, { keywords: ['a', 'b'] });
    t.strictSame(rightsOf(metadataToo.body), [{ id: 'mit' }, { id: 'zlib' }]);
  });

  await t.test('spellings that contradict one another are a fault that names both', async (t) => {
    const pairs: [Record<string, unknown>, string, string][] = [
      [{ title: 'One title', 'RDMC Title': 'Another' }, 'title', 'RDMC Title'],
      [{ version: '1', 'RDMC Version': '2' }, 'version', 'RDMC Version'],
      [{ language: 'en', lang: 'de' }, 'language', 'lang'],
      [{ publication_date: '2020', 'Release Date': '2021' }, 'publication_date', 'Release Date'],
      [{ license: 'MIT', licence: 'Zlib' }, 'license', 'licence'],
      [{ license: 'MIT', licence: 'All rights reserved' }, 'license', 'licence'],
      [{ access_level: 'Restricted', access_right: 'open' }, 'access_level', 'access_right'],
      [{ embargo_date: '2099-01-01', embargo_until: '2098-01-01' }, 'embargo_date', 'embargo_until'],
    ];
    for (const [body, one, other] of pairs) {
      const places: [string, Record<string, unknown>][] = [
        ['', body],
        ['metadata.', { metadata: body }],
        ['manifest.', { manifest: body }],
      ];
      for (const [at, sent] of places) {
        const { status, body: answer } = await describe({ authors: [ADA], ...sent });
        t.match(answer, { status: 400, code: 'invalid_metadata', errors: [{ field: `${at}${one}` }] });
        t.match(answer['detail'], `${at}${one} contradicts ${at}${other}`, `${status}`);
      }
    }
    const same = { title: 'Abc', 'RDMC Title': ' Abc ', license: 'MIT', licence: 'MIT License', lang: 'en' };
    t.equal((await describe({ ...same, language: 'eng', authors: [ADA] })).status, 200, 'the same twice');
    t.equal((await describe({ title: 'Abc', 'RDMC Title': null, authors: [ADA] })).status, 200, 'null');
  });

  await t.test('no licence gives away what was not given: words go as words', async (t) => {
    const wordForWord = [
      'All rights reserved',
      'proprietary',
      'custom',
      'UNLICENSED',
      'https://example.org/terms',
      'cc-by-9999',
      'MIT with Commons Clause',
      'CC BY 4.0, but not for the figures',
      'Not public domain',
      'MIT; our own terms',
      'CC BY 9.9',
      'CC BY-CN 4.0',
      'GPLv3 non-commercial',
      'MIT for academic use',
      'MIT but ask first',
      'BSD-like',
      'Apache 2.0, modified',
      'GPL',
      'GNU General Public License',
      'Other (Attribution)',
      'for non-commercial use only',
      'Public Domain',
      'CC BY-NC-ND 4.0 with exceptions',
      'GPL-2.0-only WITH Classpath-exception-2.0',
      'LicenseRef-Ours',
      'CC0 for data, MIT for code',
      'CC0 but not the figures',
      'GPLv3 for the code',
      'an open database of fog',
      'CC0 NC',
      'Creative Commons Zero - no derivatives',
      'CC0 (data), CC BY-NC-ND 4.0 (works)',
      'CC BY 4.0 (data)',
      'CC BY 4.0 https://example.org/our-own-terms',
      'CC BY-NC 4.0 CC BY-SA 3.0',
      'CC BY 4.0 CC BY-NC 4.0',
      'MIT Apache-2.0',
      'GPL-3.0-only, LGPL',
      'BSL',
      'bsd-license',
      'https://example.org/terms/doc',
    ];
    const own = (en: string) => ({ title: { en } });
    const others: [unknown, unknown[]][] = [
      ...wordForWord.map((words): [unknown, unknown[]] => [words, [own(words)]]),
      [
        { name: 'House rules', url: 'https://example.org/terms' },
        [{ ...own('House rules'), link: 'https://example.org/terms' }],
      ],
      ...[
        ['CC BY 4.0, for academic use only', 'https://creativecommons.org/licenses/by/4.0/'],
        ['Non-commercial use only', 'https://opensource.org/licenses/MIT'],
      ].map(([rights = '', rightsUri = '']): [unknown, unknown[]] => [
        { rights, rightsUri },
        [{ ...own(rights), link: rightsUri }],
      ]),
      [
        { id: 'CC-BY-4.0', description: 'All rights reserved' },
        [{ ...own('All rights reserved'), description: { en: 'CC-BY-4.0' } }],
      ],
      [
        { name: 'MIT', condition: 'For non-commercial use' },
        [{ ...own('For non-commercial use'), description: { en: 'MIT' } }],
      ],
      ...Object.entries({
        'CC0, CC BY-NC 4.0': 'cc0-1.0 cc-by-nc-4.0',
        'CC BY-NC 4.0, CC BY-SA 3.0': 'cc-by-nc-4.0 cc-by-sa-3.0',
        'GPL-3.0-only, LGPL-3.0-only': 'gpl-3.0-only lgpl-3.0-only',
        'MIT, Apache-2.0': 'mit apache-2.0',
        'Apache License, 2.0': 'apache-2.0',
        'Creative Commons Attribution, Non-Commercial 4.0': 'cc-by-nc-4.0',
        'Open Access; CC BY 4.0': 'cc-by-4.0',
      }).map(([words, ids]): [unknown, unknown[]] => [words, ids.split(' ').map((id) => ({ id }))]),
      [
        { id: 'MIT', description: 'A short license with conditions only requiring notices and credit' },
        [{ id: 'mit' }],
      ],
      [
        ['All rights reserved', 'MIT'],
        [own('All rights reserved'), { id: 'mit' }],
      ],
      [
        ['MIT', 'cc-by-9999'],
        [{ id: 'mit' }, own('cc-by-9999')],
      ],
      [
        ['CC-BY-4.0', 'CC-BY-NC-4.0'],
        [{ id: 'cc-by-4.0' }, { id: 'cc-by-nc-4.0' }],
      ],
    ];
    for (const [license, rights] of others) {
      for (const body of [{ license }, { manifest: { License: license } }]) {
        const said = JSON.stringify(body);
        const answer = await describe({ title: 'Abc', authors: [ADA], resource_type: 'Data', ...body });
        const found = rightsOf(answer.body);
        t.match(found, rights, said);
        t.equal(found.length, rights.length, `${said}: nothing else`);
        t.notMatch(answer.said, /is missing, so the record/, `${said}: the warnings agree`);
        const isWords = rights.some((right) => 'title' in Object(right));
        t.equal(/word for word/.test(answer.said), isWords, `${said}: said`);
      }
    }
    const long = `Terms of use\n${'You may look at it. '.repeat(50)}`;
    t.match(rightsOf((await describe({ title: 'Abc', authors: [ADA], license: long })).body), [
      { title: { en: 'Terms of use' }, description: { en: long.trim() } },
    ]);
    for (const license of [
      {},
      { file: 'x' },
      false,
      { id: 'MIT', name: 'CC0 1.0 Universal' },
      'Closed Access',
    ]) {
      const { status } = await describe({ title: 'Abc', authors: [ADA], license });
      t.equal(status, 400, JSON.stringify(license));
    }
  });

  await t.test('a wrong id in Zenodo’s own metadata is refused, as by Zenodo', async (t) => {
    for (const license of ['cc-by-9999', { id: 'cc-by-9999' }, 'custom']) {
      const { body } = await describe({ metadata: { title: 'Abc', creators: [ada], license } });
      t.match(body, { status: 400, code: 'invalid_metadata', errors: [{ field: 'metadata.license' }] });
    }
    const named = await describe({
      metadata: { title: 'Abc', creators: [ada], license: 'All rights reserved' },
    });
    t.match(rightsOf(named.body), [{ title: { en: 'All rights reserved' } }]);
  });

  await t.test('where no licence is given none is sent, which is told until one is', async (t) => {
    const id = await make();
    const check = async (json: unknown = {}) =>
      ((await post(`/depositions/${id}/check`, json)).body['warnings'] as string[]).filter((warning) =>
        /: is missing, so the record/.test(warning),
      );
    const body = { title: 'Abc', description: 'ddd', resource_type: 'Data', authors: [ADA] };
    t.match(await check(body), [/^metadata\.license: is missing, so the record gives no right/]);
    const first = await describe(body, id);
    t.notOk('license' in first.metadata);
    t.strictSame(rightsOf(first.body), []);
    t.match(first.said, /^license: is missing, so the record gives no right/m);
    t.match(await check(), [/^metadata\.license: is missing, so the record/]);
    t.match((await describe({ title: 'Another title' }, id)).said, /is missing, so the record/, 'said again');
    t.notMatch((await describe({ license: 'CC0-1.0' }, id)).said, /is missing, so the record/, 'given');
    t.same(await check(), []);
    t.match(
      (await describe({ license: null }, id)).said,
      /^license: is missing, so the record/m,
      'taken back',
    );
    await describe({ license: 'All rights reserved' }, id);
    const kept = await describe({ title: 'Third title' }, id);
    t.match(rightsOf(kept.body), [{ title: { en: 'All rights reserved' } }]);
    t.same(await check(), []);
    const replaced = await describe({ ...body, mode: 'replace' }, id);
    t.match(replaced.said, /^license: is missing, so the record/m);
    const closed = await describe({ ...body, mode: 'replace', access_level: 'Restricted' }, id);
    t.notMatch(closed.said, /licen[cs]e/, 'of restricted files none is asked for');
  });

  await t.test('“All rights reserved” is published in these words', async (t) => {
    const id = await make();
    await describe({ title: 'Abc', description: 'd', license: 'All rights reserved', authors: [ADA] }, id);
    await put(url, id, 'a.txt', Buffer.from('x'));
    t.match((await post(`/depositions/${id}/publish`, {})).body, { outcome: 'published' });
    const record = await fetch(`${mock.url}/api/records/${id}`, {
      headers: { accept: 'application/vnd.inveniordm.v1+json' },
    });
    t.match(await record.json(), { metadata: { rights: [{ title: { en: 'All rights reserved' } }] } });
    const long = await make();
    for (const what of ['stored', 'and read again']) {
      const license = '\u{1f600}'.repeat(255);
      t.equal((await post(`/depositions/${long}/metadata`, { title: 'Abc', license })).status, 200, what);
    }
  });

  await t.test('a body that is not UTF-8 is refused, not stored as garbage', async (t) => {
    const id = await make();
    const send = async (bytes: Buffer, type = 'application/json') => {
      const headers = { authorization: 'Bearer mock-token', 'content-type': type };
      const answer = await fetch(`${url}/depositions/${id}/metadata`, {
        method: 'POST',
        headers,
        body: bytes,
      });
      return (await answer.json()) as Record<string, unknown>;
    };
    const json = '{"title":"Käse","authors":["Lovelace, Ada"],"license":"MIT"}';
    const wrong: [string, Buffer, RegExp][] = [
      ['Latin-1', Buffer.from(json, 'latin1'), /byte 11 /],
      ['UTF-16', Buffer.from(`\ufeff${json}`, 'utf16le'), /byte 0 /],
      [
        'overlong',
        Buffer.concat([Buffer.from('{"title":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
        /byte 10 /,
      ],
      ['cut off', Buffer.concat([Buffer.from('{"title":"'), Buffer.from([0xc3])]), /not valid JSON|byte/],
      ['half a character', Buffer.from('{"title":"abc \\ud83d"}'), /ud83d/],
      ['the other half', Buffer.from('{"title":"abc \\uDE00 x"}'), /uDE00/],
    ];
    for (const [name, bytes, said] of wrong) {
      for (const type of ['application/json', 'application/json; charset=iso-8859-1']) {
        const answer = await send(bytes, type);
        t.match(answer, { status: 400, code: 'invalid_json' }, name);
        t.match(answer['detail'], said, name);
      }
    }
    t.match(await send(Buffer.from(`\ufeff${json}`)), { title: 'Käse' }, 'a byte order mark is skipped');
    const emoji = json.replace('Käse', 'abc \\ud83d\\ude00 \\\\ud800');
    t.match(await send(Buffer.from(emoji)), { title: 'abc 😀 \\ud800' }, 'whole characters');
  });

  await t.test('what Zenodo refuses of the user’s own draft is told as that', async (t) => {
    const id = await make();
    await describe({ title: 'Abc', description: 'd', license: 'MIT', authors: [ADA] }, id);
    const empty = await post(`/depositions/${id}/publish`, {});
    t.match(empty.body, {
      code: 'not_publishable',
      errors: [{ field: 'files', message: 'are missing: upload at least one file' }],
    });
    await put(url, id, 'a.txt', Buffer.from('x'));
    const own = `/depositions/${id}`;
    const calls: [string, Record<string, unknown>, () => Promise<{ status: number; body: object }>][] = [
      ['publish', { method: 'POST', path: '*/actions/publish' }, () => post(`${own}/publish`, {})],
      ['send a file', { method: 'PUT', path: '/api/files/*' }, () => put(url, id, 'b.txt', Buffer.from('y'))],
      [
        'delete a file',
        { method: 'DELETE', path: '*/files/:file' },
        () => call(`${url}${own}/files/a.txt`, { method: 'DELETE', token: 'mock-token' }),
      ],
      [
        'delete it',
        { method: 'DELETE', path: '/api/deposit/*' },
        () => call(`${url}${own}`, { method: 'DELETE', token: 'mock-token' }),
      ],
    ];
    for (const [name, selection, ask] of calls) {
      const message = 'Bucket is locked for modifications.';
      const { id: fault } = mock.faults.add({ ...selection, status: 403, body: { status: 403, message } });
      const answer = await ask();
      mock.faults.remove(fault);
      t.match(answer, { status: 502, body: { code: 'zenodo_refused' } }, `${name}: not another user’s`);
      t.match(Object(answer.body).detail, message, `${name}: in Zenodo’s words`);
    }
    const waiting = 'One or more files have not completed their transfer, please wait.';
    mock.faults.add({ path: '*/actions/publish', status: 400, body: { status: 400, message: waiting } });
    t.match(Object((await post(`${own}/publish`, {})).body).detail, waiting, 'files are there');
    mock.faults.clear();
    mock.faults.add({
      path: '/api/deposit/*',
      status: 410,
      body: { status: 410, message: 'Record deleted' },
    });
    const gone = await call(`${url}${own}`, { method: 'GET', token: 'mock-token' });
    t.match(gone, { status: 404, body: { code: 'deposition_not_found', detail: /was deleted/ } });
    mock.faults.clear();
  });

  await t.test('Zenodo’s OAuth errors are told as what they are', async (t) => {
    const expected: Record<string, [number, string]> = {
      access_denied: [403, 'access_denied'],
      // Anybody can write them into a URL: no proof that this service fails.
      invalid_request: [502, 'zenodo_refused'],
      invalid_scope: [502, 'zenodo_refused'],
      unauthorized_client: [502, 'zenodo_refused'],
      unsupported_response_type: [502, 'zenodo_refused'],
      server_error: [502, 'zenodo_error'],
      temporarily_unavailable: [502, 'zenodo_error'],
      something_else: [502, 'zenodo_refused'],
    };
    for (const [error, [status, code]] of Object.entries(expected)) {
      const { state, django_callback_url } = await bringBack(url);
      const json = { state, error, django_callback_url };
      t.match(await call(`${url}/oauth/callback`, { json }), { status, body: { code } }, error);
    }
    const back = await bringBack(url);
    const json = { ...back, django_callback_url: `${CALLBACK.replace(/\/$/, '')}?code=secret` };
    const { body } = await call(`${url}/oauth/callback`, { json });
    t.match(body, { code: 'state_mismatch' });
    t.ok(
      String(body['detail']).includes(`${CALLBACK}, and this is ${CALLBACK.replace(/\/$/, '')}.`),
      'both URLs',
    );
  });

  await t.test('what Zenodo refuses with a 400 is told as what it is', async (t) => {
    const told = { title: 'Abc', description: 'd', license: 'MIT', authors: [ADA] };
    const draft = await make();
    await describe(told, draft);
    await put(url, draft, 'a.txt', Buffer.from('x'));
    const record = await make();
    await describe(told, record);
    await put(url, record, 'a.txt', Buffer.from('x'));
    const token = 'mock-token';
    const published = await call(`${url}/depositions/${record}/publish`, { token });
    t.equal(published.status, 200);
    const odd = { message: 'Something odd.' };
    const at = '/api/deposit/depositions';
    const one = `${at}/:id`;
    const rows: [string, string, string[], object, number, string, RegExp][] = [
      [
        'POST',
        '/depositions',
        [`POST ${at}`],
        odd,
        502,
        'zenodo_refused',
        /refused to create a draft: Something odd/,
      ],
      ['GET', '/depositions', [`GET ${at}`], odd, 502, 'zenodo_refused', /refused to list depositions: S/],
      [
        'GET',
        `/depositions/${draft}`,
        [`GET ${one}`],
        odd,
        502,
        'zenodo_refused',
        /refused to return the dep/,
      ],
      [
        'GET',
        `/depositions/${draft}/files/a.txt`,
        ['GET /api/files/*'],
        odd,
        502,
        'zenodo_refused',
        /to send the file/,
      ],
      [
        'PUT',
        `/depositions/${draft}/files/b.txt`,
        ['PUT /api/files/*'],
        odd,
        502,
        'zenodo_refused',
        /refused the file: S/,
      ],
      [
        'DELETE',
        `/depositions/${draft}/files/a.txt`,
        [`DELETE ${one}/*`],
        odd,
        502,
        'zenodo_refused',
        /to delete the file/,
      ],
      [
        'POST',
        `/depositions/${draft}/metadata`,
        ['PUT /api/records/*'],
        odd,
        400,
        'invalid_metadata',
        /the metadata: S/,
      ],
      [
        'POST',
        `/depositions/${draft}/metadata`,
        ['PUT /api/records/*'],
        { message: 'Unable to decode JSON data in request body.' },
        502,
        'zenodo_refused',
        /Unable to decode/,
      ],
      [
        'POST',
        `/depositions/${draft}/publish`,
        ['POST /api/*'],
        odd,
        409,
        'not_publishable',
        /refuses to publish: S/,
      ],
      [
        'DELETE',
        `/depositions/${draft}`,
        [`DELETE ${one}`],
        odd,
        502,
        'zenodo_refused',
        /to delete the draft: S/,
      ],
      [
        'DELETE',
        `/depositions/${draft}`,
        [`DELETE ${one}`],
        { message: 'You cannot delete a draft with an open review.' },
        409,
        'review_open',
        /open review/,
      ],
      [
        'POST',
        `/depositions/${record}/edit`,
        ['POST /api/*'],
        odd,
        502,
        'zenodo_refused',
        /for an edit: Something odd/,
      ],
      [
        'POST',
        `/depositions/${record}/versions`,
        ['POST /api/*'],
        odd,
        502,
        'zenodo_refused',
        /to create a new version: S/,
      ],
      [
        'POST',
        `/depositions/${draft}/doi`,
        ['POST /api/records/*'],
        odd,
        502,
        'zenodo_refused',
        /to reserve a DOI: S/,
      ],
    ];
    for (const [method, path, struck, body, status, code, detail] of rows) {
      for (const fault of struck) {
        const [faulty = '', where = ''] = fault.split(' ');
        mock.faults.add({ method: faulty, path: where, status: 400, body });
      }
      const isFile = method === 'PUT';
      const answer = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
        },
        ...(isFile ? { body: 'x' } : {}),
        ...(method === 'POST' ? { body: path.endsWith('/metadata') ? JSON.stringify(told) : '{}' } : {}),
      });
      t.match([answer.status, await answer.json()], [status, { code, detail }], `${method} ${path} ${code}`);
      mock.faults.clear();
    }
    const { status } = await call(`${url}/depositions/${record}/edit`, { token });
    t.equal(status, 200);
    mock.faults.add({ method: 'POST', path: '/api/*', status: 400, body: odd });
    const kept = await call(`${url}/depositions/${record}/discard`, { token });
    t.match(kept, { status: 502, body: { code: 'zenodo_refused', detail: /to discard the edit: S/ } });
    mock.faults.clear();
    for (const [given, code] of [
      [408, 'zenodo_timeout'],
      [412, 'zenodo_refused'],
      [413, 'zenodo_refused'],
      [423, 'zenodo_error'],
    ] as const) {
      mock.faults.add({ path: '/api/*', status: given, body: odd });
      const answer = await call(`${url}/depositions/${draft}`, { method: 'GET', token });
      t.match(answer, { status: /^50[24]$/, body: { code } }, String(given));
      mock.faults.clear();
    }
  });

  await t.test(
    'a draft in community review can be neither published nor deleted, and the answer says so',
    async (t) => {
      const id = await make();
      await describe({ title: 'Abc', description: 'd', license: 'MIT', authors: [ADA] }, id);
      await put(url, id, 'a.txt', Buffer.from('x'));
      const atZenodo = async (method: string, path: string, json: unknown) => {
        const headers = { authorization: 'Bearer mock-token', 'content-type': 'application/json' };
        const answer = await fetch(`${mock.url}/api${path}`, { method, headers, body: JSON.stringify(json) });
        t.ok(answer.ok, `${method} ${path}`);
        return (await answer.json()) as { id: string };
      };
      const community = await atZenodo('POST', '/communities', {
        slug: 'reviewers',
        metadata: { title: 'Reviewers' },
        access: { visibility: 'public' },
      });
      const review = { receiver: { community: community.id }, type: 'community-submission' };
      const state = async () =>
        ((await post(`/depositions/${id}/check`, {})).body['problems'] as { field: string }[]).find(
          ({ field }) => field === 'state',
        );
      t.equal(await state(), undefined);
      await atZenodo('PUT', `/records/${id}/draft/review`, review);
      t.match(await state(), { message: /submit it/ }, 'a review that was not handed in');
      t.match(await post(`/depositions/${id}/publish`, {}), { status: 409, body: { code: 'review_open' } });
      await atZenodo('POST', `/records/${id}/draft/actions/submit-review`, {});
      for (const answer of [
        await post(`/depositions/${id}/publish`, {}),
        await call(`${url}/depositions/${id}`, { method: 'DELETE', token: 'mock-token' }),
      ]) {
        t.match(answer, { status: 409, body: { code: 'review_open' } });
      }
      t.match(await post(`/depositions/${id}/check`, {}), { body: { publishable: false } });
      t.match(await state(), { message: /in community review/ });
    },
  );

  await t.test('another Zenodo account on a container that has a draft is told so', async (t) => {
    const warningsOf = async (user: string) =>
      (await authorize(url, { container: 'shared', user })).body['warnings'] as string[];
    t.same(await warningsOf('mock-user'), []);
    t.match(await warningsOf('mock-user-2'), [
      /^Another Zenodo account already has a draft of this container/,
    ]);
    t.match(await warningsOf('mock-user'), [/^Another Zenodo account/], 'a user who comes back hears it too');
  });

  await t.test('a Zenodo that began anew meets no row of old', async (t) => {
    const first = new Map<string, Record<string, unknown>>();
    for (const container of ['anew1', 'anew2', 'anew3'])
      first.set(container, (await authorize(url, { container })).body);
    const ids = [...first.values()].map(({ deposition_id: id }) => Number(id));
    t.equal(
      (
        await call(`${url}/depositions/${ids[0]}`, {
          method: 'DELETE',
          token: first.get('anew1')?.['access_token'],
        })
      ).status,
      204,
    );
    await mock.reset();
    for (const container of ['anew3', 'anew2', 'anew1', 'anew4', 'anew5']) {
      for (const again of [false, true]) {
        const { status, body } = await authorize(url, { container });
        t.match(
          { status, body },
          { status: 200, body: { deposition_id: Number, warnings: [] } },
          `${container} ${again}`,
        );
        const json = { title: container, authors: [ADA], license: 'MIT' };
        const described = await call(`${url}/depositions/${body['deposition_id']}/metadata`, {
          json,
          token: body['access_token'],
        });
        t.match(described, { status: 200, body: { title: container } });
      }
    }
    for (let count = 0; count < 10; count += 1) t.ok((await make()) > 0);
  });
});
