import assert from 'node:assert/strict';
import { createRdm, RDM_METADATA, rdm, upload } from './records-flow.js';
import { call, type Target } from './rule.js';

/**
 * As much metadata as a record can have. It comes from upstream
 * (`inveniosoftware/invenio-rdm-records:tests/resources/serializers/conftest.py`).
 */
const FULL = {
  resource_type: { id: 'image-photo' },
  title: 'InvenioRDM',
  additional_titles: [
    { title: 'a research data management platform', type: { id: 'subtitle' }, lang: { id: 'eng' } },
  ],
  publisher: 'InvenioRDM',
  publication_date: '2018/2020-09',
  creators: [
    {
      person_or_org: {
        type: 'personal',
        family_name: 'Nielsen',
        given_name: 'Lars Holm',
        identifiers: [{ scheme: 'orcid', identifier: '0000-0001-8135-3489' }],
      },
      affiliations: [{ id: '01ggx4157' }, { name: 'free-text' }],
    },
    {
      person_or_org: {
        type: 'organizational',
        name: 'Blabin & Co',
        identifiers: [{ scheme: 'ror', identifier: '01ggx4157' }],
      },
    },
  ],
  contributors: [
    {
      person_or_org: { type: 'personal', family_name: 'Dirk', given_name: 'Dirkin' },
      role: { id: 'datacurator' },
    },
  ],
  subjects: [{ id: 'euroscivoc:225' }, { subject: 'custom' }],
  dates: [{ date: '1939/1945', type: { id: 'other' }, description: 'A date' }],
  languages: [{ id: 'dan' }, { id: 'eng' }],
  identifiers: [{ identifier: '1924MNRAS..84..308E', scheme: 'ads' }],
  related_identifiers: [
    {
      identifier: '10.1234/foo.bar',
      scheme: 'doi',
      relation_type: { id: 'cites' },
      resource_type: { id: 'dataset' },
    },
    { identifier: 'https://example.org/whole', scheme: 'url', relation_type: { id: 'ispartof' } },
    { identifier: 'wikidata:Q42', scheme: 'wikidata', relation_type: { id: 'isidenticalto' } },
  ],
  sizes: ['11 pages'],
  formats: ['application/pdf'],
  version: 'v1.0',
  rights: [
    { title: { en: 'A custom license' }, link: 'https://customlicense.org/licenses/by/4.0/' },
    { id: 'cc-by-4.0' },
  ],
  copyright: '2025 © Author(s)',
  description: '<p>A description</p> <p>with &lt;HTML&gt; tags</p>',
  additional_descriptions: [{ description: 'Bla bla bla', type: { id: 'methods' }, lang: { id: 'eng' } }],
  locations: {
    features: [
      { place: 'test location place', geometry: { type: 'Point', coordinates: [-32.94682, -60.63932] } },
    ],
  },
  funding: [
    { funder: { id: '00k4n6c32' }, award: { id: '00k4n6c32::777541' } },
    { funder: { name: 'Caltech Library' } },
  ],
};

/** A published record of the records API, with its identifiers. */
export interface Exported {
  id: string;
  doi: string;
  conceptDoi: string;
  /** Origin of all links to the site. */
  origin: string;
  created: string;
  updated: string;
}

const full = new Map<string, Promise<Exported>>();

/** The record with all possible metadata. All rules share it, and none may change it. */
export function fullRecord(target: Target): Promise<Exported> {
  const found = full.get(target.url) ?? publishRdm(target, FULL);
  full.set(target.url, found);
  return found;
}

/** Publishes a record with one file, `a.txt` of nine bytes. */
export async function publishRdm(
  target: Target,
  metadata: object,
  custom_fields: object = {},
): Promise<Exported> {
  const json = { metadata: { ...RDM_METADATA, ...metadata }, custom_fields, files: { enabled: true } };
  const { id } = await createRdm(target, RDM_METADATA);
  await upload(target, id, 'a.txt', 'nine byte');
  const saved = await rdm(target, 'PUT', `/api/records/${id}/draft`, { json });
  assert.deepEqual((saved.json as { errors?: unknown }).errors, undefined, saved.text);
  const answer = await rdm(target, 'POST', `/api/records/${id}/draft/actions/publish`);
  assert.equal(answer.status, 202, answer.text);
  const { pids, parent, links, created, updated } = answer.json as {
    pids: { doi: { identifier: string } };
    parent: { pids: { doi: { identifier: string } } };
    links: { self: string };
    created: string;
    updated: string;
  };
  return {
    id,
    doi: pids.doi.identifier,
    conceptDoi: parent.pids.doi.identifier,
    origin: new URL(links.self).origin,
    created,
    updated,
  };
}

/** Exports a record as a media type. Fails if the response has another type. */
export async function exportedAs(target: Target, id: string, type: string): Promise<string> {
  const answer = await call(target, 'GET', `/api/records/${id}`, { token: null, headers: { accept: type } });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers.get('content-type')?.split(';')[0], type);
  return answer.text;
}
