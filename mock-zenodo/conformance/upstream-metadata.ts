import assert from 'node:assert/strict';
import { type Fields, shown } from './deposit-flow.js';
import { createDraft, PUBLISHABLE, publish } from './files-flow.js';
import { call, type Rule } from './rule.js';

const TESTS = 'zenodo/zenodo-rdm:site/tests/legacy/deposits';
const DAY = 86_400_000;

const SUPERVISORS = [
  { name: 'Doe, John', affiliation: 'Atlantis' },
  { name: 'Smith, Jane', affiliation: 'Atlantis', orcid: '0000-0002-1825-0097', gnd: '170118215' },
];

/** A document with every field that is returned as it was sent, in our own words. */
const KEPT: Fields = {
  access_right: 'embargoed',
  communities: [{ identifier: 'c1' }],
  conference_acronym: 'ABC',
  conference_dates: '1-2 June 2026',
  conference_place: 'Geneva',
  conference_title: 'A conference',
  conference_url: 'http://example.org',
  conference_session: 'VI',
  conference_session_part: '1',
  creators: [
    { name: 'Doe, John', affiliation: 'Atlantis', orcid: '0000-0002-1825-0097', gnd: '170118215' },
    { name: 'Smith, Jane', affiliation: 'Atlantis' },
  ],
  description: 'A description',
  grants: [{ id: '10.13039/501100001665::755021' }],
  imprint_isbn: '978-3-16-148410-0',
  imprint_place: 'Geneva',
  imprint_publisher: 'Zenodo',
  journal_issue: '3',
  journal_pages: '1-9',
  journal_title: 'A journal',
  journal_volume: 'IV',
  keywords: ['Keyword 1', 'keyword 2'],
  subjects: [
    { scheme: 'gnd', identifier: 'gnd:1234567899', term: 'Astronaut' },
    { scheme: 'gnd', identifier: 'gnd:1234567898', term: 'Amish' },
  ],
  notes: 'Notes',
  partof_pages: '10-19',
  partof_title: 'A whole',
  publication_date: '2013-09-12',
  publication_type: 'book',
  references: ['Reference 1', 'Reference 2'],
  related_identifiers: [
    { identifier: '10.1234/foo.bar2', relation: 'isCitedBy', scheme: 'doi' },
    { identifier: '10.1234/foo.bar3', relation: 'cites', scheme: 'doi', resource_type: 'dataset' },
    { identifier: '2011ApJS..192...18K', relation: 'isAlternateIdentifier', scheme: 'ads' },
  ],
  thesis_university: 'A university',
  locations: [
    { place: 'London', description: 'A nice location', lat: 10.2, lon: 5 },
    { place: 'Lisbon', lat: 5.1231221, lon: 1.23232323 },
  ],
  title: 'A title',
  upload_type: 'publication',
  custom: {
    'dwc:family': ['Cerambycidae'],
    'dwc:decimalLatitude': [45.90621, -33.85249],
    'dwc:eventDate': ['2011-05-17', '2022-08-18'],
    'dwc:scientificNameAuthorship': ['Juárez-Noé & González-Coronado'],
    'openbiodiv:TaxonomicConceptLabel': ['Asynapteron andinum'],
    'ac:captureDevice': ['a', 'b'],
    'dc:creator': ['a', 'b'],
    'obo:RO_0002453': [{ subject: ['a', 'b'], object: ['c'] }],
    'gbif-dwc:recordedByID': ['a', 'b'],
  },
};

/** Metadata from Zenodo's own round-trip test. */
export const roundTripRules: Rule[] = [
  {
    id: 'metadata/upstream-round-trip',
    says: 'A document with all fields comes back as it went in, but for licence names, supervisors among contributors, and the predicted DOI.',
    source: `${TESTS}/test_rest_api_metadata.py`,
    async check(target) {
      const embargo_date = new Date(Date.now() + DAY).toISOString().slice(0, 10);
      const contributors = [{ name: 'Doe, Jochen', affiliation: 'Atlantis', type: 'Other' }];
      const { id, links } = await createDraft(target, {
        ...KEPT,
        embargo_date,
        contributors,
        thesis_supervisors: SUPERVISORS,
        license: 'CC0-1.0',
        doi: '10.1234/foo.bar',
        prereserve_doi: true,
      });
      const { metadata, ...rest } = shown(await call(target, 'GET', links.self));
      await call(target, 'DELETE', links.self);
      assert.equal(rest.doi, '10.1234/foo.bar');
      assert.deepEqual(metadata, {
        ...KEPT,
        embargo_date,
        contributors: [...SUPERVISORS.map((person) => ({ ...person, type: 'Supervisor' })), ...contributors],
        license: 'cc-zero',
        doi: '10.1234/foo.bar',
        prereserve_doi: { doi: `10.5281/zenodo.${id}`, recid: id },
      });
    },
  },
  {
    id: 'metadata/upstream-unknown-key',
    says: 'An unknown key beside `metadata` is 400, and no draft is created.',
    source: `${TESTS}/test_rest_api_metadata.py`,
    async check(target) {
      const url = '/api/deposit/depositions';
      const ids = async () =>
        ((await call(target, 'GET', `${url}?size=5`)).json as Fields[]).map(({ id }) => id);
      const before = await ids();
      const answer = await call(target, 'POST', url, { json: { unknownkey: 'data', metadata: {} } });
      assert.deepEqual([answer.status, await ids()], [400, before]);
    },
  },
  {
    id: 'records/upstream-alternate-identifiers',
    says: 'Zenodo’s record JSON shows alternate identifiers on their own, not among the related ones as depositions do.',
    source: 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/zenodojson.py',
    needs: ['publish'],
    async check(target) {
      const { related_identifiers } = KEPT;
      const { id } = await publish(target, { ...PUBLISHABLE, related_identifiers });
      const { metadata } = (await call(target, 'GET', `/api/records/${id}`)).json as { metadata: Fields };
      const related = metadata['related_identifiers'] as Fields[];
      assert.deepEqual(
        related.map(({ relation }) => relation),
        ['isCitedBy', 'cites'],
      );
      assert.deepEqual(metadata['alternate_identifiers'], [{ identifier: '2011ApJS..192...18K' }]);
    },
  },
  {
    id: 'records/upstream-grants',
    says: 'Zenodo’s record JSON shows grants with number, long id and funder; depositions show the long id alone.',
    source: 'zenodo/zenodo-rdm:site/tests/legacy/test_grant_serialization.py',
    needs: ['publish'],
    async check(target) {
      const { id, metadata } = (await publish(target, { grants: KEPT['grants'] })) as unknown as {
        id: number;
        metadata: Fields;
      };
      assert.deepEqual(metadata['grants'], KEPT['grants']);
      const answer = await call(target, 'GET', `/api/records/${id}`);
      const { grants = [] } = (answer.json as { metadata: { grants?: Fields[] } }).metadata;
      assert.deepEqual(
        grants.map(({ code, internal_id }) => [code, internal_id]),
        [['755021', '10.13039/501100001665::755021']],
      );
      assert.equal(typeof (grants[0]?.['funder'] as Fields | undefined)?.['name'], 'string');
    },
  },
];
