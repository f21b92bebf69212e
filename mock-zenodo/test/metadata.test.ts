import assert from 'node:assert/strict';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { BASE, type Fields, type Shown, save, shown } from '../conformance/deposit-flow.js';
import { createDraft, PUBLISHABLE, put } from '../conformance/files-flow.js';
import { type Answer, call, type Target } from '../conformance/rule.js';
import { DomainError, FrameworkError } from '../errors.js';
import { startMockZenodo } from '../index.js';
import { legacyToRdm } from '../metadata/legacy-in.js';
import { rdmToLegacy } from '../metadata/legacy-out.js';
import { acceptRdm } from '../metadata/loose-validation.js';
import { LICENCE_IDS } from '../metadata/vocabularies/licence-ids.js';
import { legacyLicence, licenceId } from '../metadata/vocabularies/licences.js';
import { parseOptions } from '../options.js';
import { buildMock } from '../server.js';
import { legacyMetadata } from './legacy-metadata.js';

const SEED = 20_261_123;
const LIMIT_MS = 8_000;

async function running(t: Test): Promise<Target> {
  const mock = await startMockZenodo();
  t.teardown(() => mock.close());
  return { url: mock.url, token: 'mock-token' };
}

/**
 * Everything that a legacy record can say, as Zenodo's own tests say it
 * (`zenodo/zenodo-rdm:site/tests/legacy/deposits/conftest.py`).
 */
const EVERYTHING = {
  access_right: 'embargoed',
  conference_acronym: 'Some acronym',
  conference_dates: 'Some dates',
  conference_place: 'Some place',
  conference_title: 'Some title',
  conference_url: 'http://someurl.com',
  conference_session: 'VI',
  conference_session_part: '1',
  creators: [
    { name: 'Doe, John', affiliation: 'Atlantis', orcid: '0000-0002-1825-0097', gnd: '170118215' },
    { name: 'Smith, Jane', affiliation: 'Atlantis' },
  ],
  description: 'Some description',
  embargo_date: '2099-01-01',
  grants: [{ id: '10.13039/501100001665::755021' }],
  imprint_isbn: '978-3-16-148410-0',
  imprint_place: 'Some place',
  imprint_publisher: 'Zenodo',
  journal_issue: 'Some issue',
  journal_pages: 'Some pages',
  journal_title: 'Some journal name',
  journal_volume: 'Some volume',
  keywords: ['Keyword 1', 'keyword 2'],
  notes: 'Some notes',
  partof_pages: 'SOme part of',
  partof_title: 'Some part of title',
  publication_date: '2013-09-12',
  publication_type: 'book',
  references: ['Reference 1', 'Reference 2'],
  thesis_university: 'Some thesis_university',
  title: 'Test title',
  upload_type: 'publication',
};

t.test('a record that says everything comes back whole', async (t) => {
  const target = await running(t);
  const sent = {
    ...EVERYTHING,
    license: 'CC0-1.0',
    prereserve_doi: true,
    related_identifiers: [
      { identifier: '10.1234/foo.bar2', relation: 'isCitedBy', scheme: 'doi' },
      { identifier: '10.1234/foo.bar3', relation: 'cites', scheme: 'doi', resource_type: 'dataset' },
    ],
    thesis_supervisors: [{ name: 'Doe, John', affiliation: 'Atlantis' }],
    contributors: [{ name: 'Doe, Jochen', affiliation: 'Atlantis', type: 'Other' }],
    locations: [
      { place: 'London', description: 'A nice location', lat: 10.2, lon: 5 },
      { place: 'Lisbon', lat: 5.1231221, lon: 1.23232323 },
    ],
  };
  const { id } = shown(await call(target, 'POST', BASE, { json: { metadata: sent } }));
  const { metadata } = shown(await call(target, 'GET', `${BASE}/${id}`));
  t.strictSame(metadata, {
    ...EVERYTHING,
    license: 'cc-zero',
    prereserve_doi: { doi: `10.5281/zenodo.${id}`, recid: id },
    related_identifiers: sent.related_identifiers,
    contributors: [
      { name: 'Doe, John', affiliation: 'Atlantis', type: 'Supervisor' },
      { name: 'Doe, Jochen', affiliation: 'Atlantis', type: 'Other' },
    ],
    locations: sent.locations,
  });
  t.equal(
    Object.keys(metadata).join(' '),
    'title publication_date description access_right embargo_date creators contributors keywords related_identifiers locations references grants license journal_title journal_volume journal_issue journal_pages conference_title conference_acronym conference_dates conference_place conference_url conference_session conference_session_part imprint_publisher imprint_isbn imprint_place partof_pages partof_title thesis_university notes upload_type publication_type prereserve_doi',
    'in the order of Zenodo’s serializer',
  );

  const draft = { id, links: (await read(target, id)).links } as Parameters<typeof put>[1];
  await put(target, draft, 'a.csv');
  const published = await call(target, 'POST', `${BASE}/${id}/actions/publish`);
  t.equal(published.status, 202);
  t.strictSame(
    shown(published).metadata,
    { ...metadata, doi: `10.5281/zenodo.${id}` },
    'also once published',
  );
});

t.test('licences: the map is as large as Zenodo’s, and what comes back is taken', async (t) => {
  t.equal(LICENCE_IDS.size, 444);
  const returned = [...LICENCE_IDS].map((id) => legacyLicence(id) ?? '');
  t.equal(returned.filter((name, index) => name !== [...LICENCE_IDS][index]).length, 61);
  const lost = returned.filter((name) => licenceId(name) === undefined);
  t.strictSame(lost, ['gfdl', 'fal'], 'but for two whose aliases lead nowhere');
  t.equal(licenceId('__proto__'), undefined);
  t.equal(legacyLicence('constructor'), null);
});

t.test('any metadata get an answer that the specification allows', async (t) => {
  const target = await running(t);
  const seen: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(legacyMetadata, async (metadata) => {
      const draft = await createDraft(target);
      const answer = await save(target, draft, metadata);
      const kind = kindOf(answer);
      seen[kind] = (seen[kind] ?? 0) + 1;
      const after = await call(target, 'GET', draft.links.self);
      if (answer.status !== 200)
        return after.text === JSON.stringify(after.json) || shown(after).title === '';
      return after.text === answer.text;
    }),
    { numRuns: 200, seed: SEED, interruptAfterTimeLimit: LIMIT_MS },
  );
  for (const kind of ['kept', 'refused', 'unknown value', 'broken'])
    t.ok(seen[kind], `${kind}: ${seen[kind]}`);
});

t.test('what came back can be sent back, and stays', async (t) => {
  const target = await running(t);
  await fc.assert(
    fc.asyncProperty(legacyMetadata, async (metadata) => {
      const draft = await createDraft(target);
      const first = await save(target, draft, metadata);
      if (first.status !== 200 || !mayReturn(shown(first).metadata)) return;
      const second = shown(await save(target, draft, shown(first).metadata)).metadata;
      // Defaults step in for what was dropped; nothing else changes, and then nothing at all.
      assert.deepEqual({ ...second, ...shown(first).metadata }, second);
      assert.deepEqual(shown(await save(target, draft, second)).metadata, second);
    }),
    { numRuns: 200, seed: SEED, interruptAfterTimeLimit: LIMIT_MS },
  );
  t.pass('200 tried');
});

t.test('no metadata find a fault of the mock’s own', async (t) => {
  const app = await buildMock(parseOptions({}));
  t.teardown(() => app.close());
  const { mock } = app;
  fc.assert(
    fc.property(fc.oneof(legacyMetadata, fc.jsonValue()), (metadata) => {
      try {
        const { content } = acceptRdm(mock, legacyToRdm({ metadata }, mock.clock.now()));
        JSON.stringify(rdmToLegacy(content, []));
        return true;
      } catch (error) {
        return error instanceof DomainError || error instanceof FrameworkError;
      }
    }),
    { numRuns: 3000, seed: SEED, interruptAfterTimeLimit: LIMIT_MS },
  );
  t.pass('3000 tried');
});

t.test('whatever was kept can be judged at publication', async (t) => {
  const target = await running(t);
  await fc.assert(
    fc.asyncProperty(legacyMetadata, async (metadata) => {
      const draft = await createDraft(target);
      await put(target, draft, 'a.csv');
      if ((await save(target, draft, { ...PUBLISHABLE, ...metadata })).status !== 200) return true;
      const answer = await call(target, 'POST', draft.links.publish);
      return answer.status === 202 || /already registered/.test(answer.text) || kindOf(answer) === 'refused';
    }),
    { numRuns: 150, seed: SEED, interruptAfterTimeLimit: LIMIT_MS },
  );
  t.pass('150 tried');
});

async function read(target: Target, id: number): Promise<Shown> {
  return shown(await call(target, 'GET', `${BASE}/${id}`));
}

/** Which of the allowed answers this is; throws for any other. */
function kindOf({ status, text, json }: Answer): string {
  if (status === 200) return 'kept';
  const body = json as { status: number; message: string; errors?: { field: unknown; messages: unknown }[] };
  if (status === 500 && /^\{"message":"The server encountered an internal error/.test(text)) return 'broken';
  const listed = body.errors?.every(
    ({ field, messages }) => typeof field === 'string' && Array.isArray(messages) && messages.length > 0,
  );
  if (status === 400 && body.message === 'A validation error occurred.' && listed) return 'refused';
  if (status === 400 && /^(Invalid value .*|Not a valid value)\.$/s.test(body.message))
    return 'unknown value';
  throw new Error(`not allowed: ${status} ${text}`);
}

/**
 * Single dates come back without their dates, some relations without their names: neither can be
 * sent again.
 */
function mayReturn({ dates, related_identifiers: related }: Fields): boolean {
  return dates === undefined && ((related ?? []) as Fields[]).every(({ relation }) => relation !== undefined);
}
