import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { isDomainError } from './files-flow.js';
import { onRdmDraft, rdm } from './records-flow.js';
import { call, type Rule, type Target } from './rule.js';

const LICENCES = 'zenodo/zenodo-rdm:app_data/vocabularies/licenses.csv';
const TYPES =
  'inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies/resource_types.yaml';
const FIXTURES = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies';
const FUNDERS = 'zenodo/zenodo-rdm:app_data/vocabularies/funders.yaml';
const AWARDS = 'zenodo/zenodo-rdm:app_data/vocabularies/awards.yaml';
const DEREFERENCED = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/records/api.py';

const entry = async (target: Target, path: string) =>
  (await call(target, 'GET', `/api/${path}`, { token: null })).json as Record<string, unknown>;

/** A rule that an entry of a vocabulary has this data. */
const says = (id: string, sentence: string, source: string, path: string, expected: object): Rule => ({
  id: `records/vocabulary-data-${id}`,
  says: sentence,
  source,
  async check(target) {
    const found = await entry(target, path);
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(found[name], value, name);
  },
});

/** The data of vocabulary entries, and what records show of the entries that they refer to. */
export const vocabularyDataRules: Rule[] = [
  says('licence', 'A licence has its real title, address and tags.', LICENCES, 'vocabularies/licenses/0bsd', {
    title: { en: 'BSD Zero Clause License' },
    props: { url: 'http://landley.net/toybox/license.html', scheme: 'spdx', osi_approved: 'y' },
    tags: ['all', 'software'],
  }),
  says(
    'recommended',
    'A recommended licence has an icon and a description.',
    LICENCES,
    'vocabularies/licenses/cc-by-4.0',
    {
      icon: 'cc-by-icon',
      tags: ['recommended', 'all', 'data'],
      description: {
        en: 'The Creative Commons Attribution license allows re-distribution and re-use of a licensed work on the condition that the creator is appropriately credited.',
      },
    },
  ),
  {
    id: 'records/vocabulary-data-licences',
    says: 'All 444 licences have the titles and addresses of Zenodo’s table, compared by a checksum.',
    source: LICENCES,
    async check(target) {
      const { hits } = (await entry(target, 'vocabularies/licenses?size=1000')) as {
        hits: { hits: { id: string; title: { en: string }; props: { url: string } }[] };
      };
      const rows = hits.hits.map(({ id, title, props }) => `${id}|${title.en}|${props.url}`).sort();
      assert.equal(rows.length, 444);
      const checksum = createHash('sha256').update(rows.join('\n')).digest('hex');
      assert.equal(checksum, 'b64f17a680a6d27a542577a13bbfa79ba1b2f7e30dcb9ad961c4de7a843da36e');
    },
  },
  {
    id: 'records/vocabulary-data-recommended-tag',
    says: 'Six licences are recommended.',
    source: LICENCES,
    async check(target) {
      const { hits } = (await entry(target, 'vocabularies/licenses?tags=recommended')) as {
        hits: { total: number };
      };
      assert.equal(hits.total, 6);
    },
  },
  says(
    'type',
    'A resource type has an icon and the words of other systems for it.',
    TYPES,
    'vocabularies/resourcetypes/image-photo',
    {
      title: { en: 'Photo' },
      icon: 'chart bar outline',
      props: {
        csl: 'graphic',
        datacite_general: 'Image',
        datacite_type: 'Photo',
        openaire_resourceType: '0025',
        openaire_type: 'dataset',
        eurepo: 'info:eu-repo/semantics/other',
        'schema.org': 'https://schema.org/Photograph',
        subtype: 'image-photo',
        type: 'image',
        marc21_type: 'image',
        marc21_subtype: 'photo',
      },
    },
  ),
  {
    id: 'records/vocabulary-data-types',
    says: 'There are 47 resource types; theses are dissertations.',
    source: TYPES,
    async check(target) {
      const { hits } = (await entry(target, 'vocabularies/resourcetypes?size=100')) as {
        hits: { total: number };
      };
      assert.equal(hits.total, 47);
      const thesis = await call(target, 'GET', '/api/vocabularies/resourcetypes/publication-thesis');
      isDomainError(thesis, 404, 'The persistent identifier does not exist.');
    },
  },
  says('relation', 'A relation has DataCite’s word.', TYPES, 'vocabularies/relationtypes/istranslationof', {
    title: { en: 'Is translation of' },
    props: { datacite: 'IsTranslationOf' },
  }),
  says(
    'programming-language',
    'A programming language has its name and its number at GitHub.',
    `${FIXTURES}/contrib/codemeta/programming_languages.yaml`,
    'vocabularies/code:programmingLanguages/javascript',
    { title: { en: 'JavaScript' }, props: { language_id: '183', popular: 'False' } },
  ),
  says(
    'development-state',
    'A development state has a description.',
    `${FIXTURES}/contrib/codemeta/development_status.yaml`,
    'vocabularies/code:developmentStatus/unsupported',
    {
      title: { en: 'Unsupported' },
      description: {
        en: 'The project has reached a stable, usable state but the author(s) have ceased all work on it. A new maintainer may be desired.',
      },
    },
  ),
  says(
    'language',
    'A language has its short code, and says what kind it is.',
    `${FIXTURES}/languages.yaml`,
    'vocabularies/languages/lat',
    { title: { en: 'Latin' }, props: { alpha_2: 'la' }, tags: ['individual', 'ancient'] },
  ),
  says(
    'role',
    'A role has DataCite’s word and MARC’s code.',
    `${FIXTURES}/roles.yaml`,
    'vocabularies/contributorsroles/datacurator',
    { props: { datacite: 'DataCurator', marc: 'cur' } },
  ),
  says(
    'funder',
    'A funder has a country, a city, kinds, a status, and ROR, DOI and GRID.',
    FUNDERS,
    'funders/00k4n6c32',
    {
      name: 'European Commission',
      acronym: 'EC',
      country: 'BE',
      country_name: 'Belgium',
      location_name: 'Brussels',
      types: ['government', 'funder'],
      status: 'active',
      identifiers: [
        { scheme: 'ror', identifier: '00k4n6c32' },
        { scheme: 'doi', identifier: '10.13039/501100000780' },
        { scheme: 'grid', identifier: 'grid.270680.b' },
      ],
    },
  ),
  says(
    'award',
    'An award has number, title, acronym, programme and funder.',
    AWARDS,
    'awards/00k4n6c32::777541',
    {
      number: '777541',
      acronym: 'OpenAIRE-Advance',
      title: { en: 'OpenAIRE Advancing Open Scholarship' },
      program: 'H2020-EU.1.4.',
    },
  ),
  says(
    'affiliation',
    'An affiliation has its identifiers.',
    'zenodo/zenodo-rdm:app_data/vocabularies/affiliations.yaml',
    'affiliations/01ggx4157',
    {
      name: 'European Organization for Nuclear Research',
      identifiers: [
        { identifier: '01ggx4157', scheme: 'ror' },
        { identifier: 'grid.9132.9', scheme: 'grid' },
        { identifier: '0000 0001 2156 142X', scheme: 'isni' },
      ],
    },
  ),
  {
    id: 'records/dereferenced',
    says: 'Reading a draft shows what it refers to: titles, names, numbers. The answer to a save shows ids alone.',
    source: DEREFERENCED,
    check: onRdmDraft(async (target, { id }) => {
      const metadata = {
        resource_type: { id: 'dataset' },
        creators: [
          {
            person_or_org: { type: 'personal', family_name: 'Doe' },
            affiliations: [{ id: '01ggx4157' }],
            role: { id: 'editor' },
          },
        ],
        rights: [{ id: 'mit' }],
        funding: [{ funder: { id: '00k4n6c32' }, award: { id: '00k4n6c32::777541' } }],
        languages: [{ id: 'deu' }],
      };
      const path = `/api/records/${id}/draft`;
      const saved = (await rdm(target, 'PUT', path, { json: { metadata } })).json as { metadata: object };
      const { creators: _, ...rest } = metadata;
      for (const [name, value] of Object.entries(rest)) {
        assert.deepEqual((saved.metadata as Record<string, unknown>)[name], value, name);
      }
      const shown = (await rdm(target, 'GET', path)).json as { metadata: Record<string, unknown> };
      assert.deepEqual(shown.metadata['resource_type'], { id: 'dataset', title: { en: 'Dataset' } });
      assert.deepEqual(shown.metadata['languages'], [{ id: 'deu', title: { en: 'German' } }]);
      assert.deepEqual(shown.metadata['rights'], [
        {
          id: 'mit',
          title: { en: 'MIT License' },
          description: {
            en: 'A short and simple permissive license with conditions only requiring preservation of copyright and license notices. Licensed works, modifications, and larger works may be distributed under different terms and without source code.',
          },
          props: { url: 'https://opensource.org/licenses/MIT', scheme: 'spdx' },
        },
      ]);
      assert.deepEqual(shown.metadata['funding'], [
        {
          funder: {
            id: '00k4n6c32',
            name: 'European Commission',
            identifiers: [
              { scheme: 'ror', identifier: '00k4n6c32' },
              { scheme: 'doi', identifier: '10.13039/501100000780' },
              { scheme: 'grid', identifier: 'grid.270680.b' },
            ],
          },
          award: {
            id: '00k4n6c32::777541',
            number: '777541',
            title: { en: 'OpenAIRE Advancing Open Scholarship' },
            identifiers: [{ identifier: 'https://cordis.europa.eu/project/id/777541', scheme: 'url' }],
            acronym: 'OpenAIRE-Advance',
            program: 'H2020-EU.1.4.',
          },
        },
      ]);
      const [creator] = shown.metadata['creators'] as { role: object; affiliations: object[] }[];
      assert.deepEqual(creator?.role, { id: 'editor', title: { en: 'Editor' } });
      assert.deepEqual(creator?.affiliations[0], {
        id: '01ggx4157',
        name: 'European Organization for Nuclear Research',
        identifiers: [
          { identifier: '01ggx4157', scheme: 'ror' },
          { identifier: 'grid.9132.9', scheme: 'grid' },
          { identifier: '0000 0001 2156 142X', scheme: 'isni' },
        ],
      });
    }),
  },
];
