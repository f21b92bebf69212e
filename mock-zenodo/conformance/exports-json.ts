import assert from 'node:assert/strict';
import { type Exported, exportedAs, fullRecord, publishRdm } from './exports-record.js';
import { onRdmDraft, RDM_METADATA, rdm } from './records-flow.js';
import { call, type Rule } from './rule.js';

const SERIALIZERS = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers';
const CSL = 'application/vnd.citationstyles.csl+json';
const DATACITE = 'application/vnd.datacite.datacite+json';
const JSON_LD = 'application/ld+json';

type Json = Record<string, unknown>;

/** A rule about a whole export of the full record, including the order of its keys. */
const whole = (
  id: string,
  says: string,
  type: string,
  source: string,
  expected: (record: Exported) => Json,
): Rule => ({
  id: `records/export-${id}`,
  says,
  source: `${SERIALIZERS}/${source}`,
  needs: ['publish', 'mock'],
  async check(target) {
    const record = await fullRecord(target);
    const found = JSON.parse(await exportedAs(target, record.id, type)) as Json;
    assert.deepEqual(found, expected(record));
    assert.deepEqual(Object.keys(found), Object.keys(expected(record)), 'in this order');
  },
});

/** A rule about parts of an export of a draft. Drafts are exported in the same way as records. */
const part = (
  id: string,
  says: string,
  type: string,
  source: string,
  { custom_fields = {}, ...metadata }: Json,
  expected: Json,
): Rule => ({
  id: `records/export-${id}`,
  says,
  source,
  check: onRdmDraft(async (target, draft) => {
    const path = `/api/records/${draft.id}/draft`;
    const json = { metadata: { ...RDM_METADATA, ...metadata }, custom_fields, files: { enabled: true } };
    assert.equal((await rdm(target, 'PUT', path, { json })).status, 200);
    const answer = await call(target, 'GET', path, { headers: { accept: type } });
    assert.equal(answer.status, 200, answer.text);
    const found = answer.json as Json;
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(found[name], value, name);
  }),
});

const NIELSEN = {
  name: 'Nielsen, Lars Holm',
  givenName: 'Lars Holm',
  familyName: 'Nielsen',
  affiliation: [
    {
      '@type': 'Organization',
      name: 'European Organization for Nuclear Research',
      '@id': 'https://ror.org/01ggx4157',
    },
    { '@type': 'Organization', name: 'free-text' },
  ],
  '@id': 'https://orcid.org/0000-0001-8135-3489',
  '@type': 'Person',
};
const BLABIN = { name: 'Blabin & Co', '@id': 'https://ror.org/01ggx4157', '@type': 'Organization' };

const corner = (longitude: string, latitude: string) => ({
  polygonPoint: { pointLongitude: longitude, pointLatitude: latitude },
});
const polygon = (...coordinates: number[][]) => ({
  geometry: { type: 'Polygon', coordinates: [coordinates] },
});

/** Records in the JSON formats of other systems. */
export const jsonExportRules: Rule[] = [
  {
    id: 'records/export-schemaorg-files',
    says: 'JSON-LD: a dataset names its files.',
    source: `${SERIALIZERS}/schemaorg/schema.py`,
    needs: ['publish'],
    async check(target) {
      const { id, origin } = await publishRdm(target, {});
      const { distribution } = JSON.parse(await exportedAs(target, id, JSON_LD)) as Json;
      const contentUrl = `${origin}/api/records/${id}/files/a.txt/content`;
      assert.deepEqual(distribution, [{ '@type': 'DataDownload', contentUrl, encodingFormat: 'text/plain' }]);
    },
  },
  whole(
    'csl-whole',
    'CSL: type by the vocabulary, no HTML, both ends of an interval; no contributors, and of languages the first.',
    CSL,
    'csl/schema.py',
    ({ id, doi }) => ({
      id,
      type: 'graphic',
      title: 'InvenioRDM',
      abstract: 'A description \nwith <HTML> tags',
      author: [{ family: 'Nielsen', given: 'Lars Holm' }, { family: 'Blabin & Co' }],
      issued: { 'date-parts': [['2018'], ['2020', '09']] },
      language: 'dan',
      version: 'v1.0',
      DOI: doi,
      publisher: 'InvenioRDM',
    }),
  ),
  whole(
    'datacite-whole',
    'DataCite 4.5: people, funding, places, rights, dates, titles and related works; the DOI of all versions last.',
    DATACITE,
    'datacite/schema.py',
    ({ id, doi, conceptDoi, origin, updated }) => ({
      doi,
      types: { resourceTypeGeneral: 'Image', resourceType: 'Photo' },
      titles: [
        { title: 'InvenioRDM' },
        { title: 'a research data management platform', titleType: 'Subtitle', lang: 'eng' },
      ],
      creators: [
        {
          name: 'Nielsen, Lars Holm',
          nameType: 'Personal',
          givenName: 'Lars Holm',
          familyName: 'Nielsen',
          nameIdentifiers: [{ nameIdentifier: '0000-0001-8135-3489', nameIdentifierScheme: 'ORCID' }],
          affiliation: [
            {
              name: 'European Organization for Nuclear Research',
              affiliationIdentifier: 'https://ror.org/01ggx4157',
              affiliationIdentifierScheme: 'ROR',
            },
            { name: 'free-text' },
          ],
        },
        {
          name: 'Blabin & Co',
          nameType: 'Organizational',
          nameIdentifiers: [{ nameIdentifier: '01ggx4157', nameIdentifierScheme: 'ROR' }],
        },
      ],
      contributors: [
        {
          name: 'Dirk, Dirkin',
          nameType: 'Personal',
          givenName: 'Dirkin',
          familyName: 'Dirk',
          nameIdentifiers: [],
          contributorType: 'DataCurator',
        },
      ],
      publisher: { name: 'InvenioRDM' },
      publicationYear: '2018',
      subjects: [{ subject: 'oncology', subjectScheme: 'EuroSciVoc' }, { subject: 'custom' }],
      dates: [
        { date: '2018/2020-09', dateType: 'Issued' },
        { date: '1939/1945', dateType: 'Other', dateInformation: 'A date' },
        { date: updated.split('T')[0], dateType: 'Updated' },
      ],
      language: 'dan',
      alternateIdentifiers: [
        { alternateIdentifier: `${origin}/records/${id}`, alternateIdentifierType: 'URL' },
        { alternateIdentifier: `oai:zenodo.org:${id}`, alternateIdentifierType: 'oai' },
        { alternateIdentifier: '1924MNRAS..84..308E', alternateIdentifierType: 'bibcode' },
      ],
      relatedIdentifiers: [
        {
          relatedIdentifier: '10.1234/foo.bar',
          relationType: 'Cites',
          relatedIdentifierType: 'DOI',
          resourceTypeGeneral: 'Dataset',
        },
        {
          relatedIdentifier: 'https://example.org/whole',
          relationType: 'IsPartOf',
          relatedIdentifierType: 'URL',
        },
        { relatedIdentifier: conceptDoi, relationType: 'IsVersionOf', relatedIdentifierType: 'DOI' },
      ],
      sizes: ['11 pages'],
      formats: ['application/pdf'],
      version: 'v1.0',
      rightsList: [
        { rights: 'A custom license', rightsUri: 'https://customlicense.org/licenses/by/4.0/' },
        {
          rights: 'Creative Commons Attribution 4.0 International',
          rightsIdentifier: 'cc-by-4.0',
          rightsIdentifierScheme: 'spdx',
          rightsUri: 'https://creativecommons.org/licenses/by/4.0/legalcode',
        },
        { rightsUri: 'info:eu-repo/semantics/openAccess' },
        { rights: '2025 © Author(s)', rightsUri: 'http://rightsstatements.org/vocab/InC/1.0/' },
      ],
      descriptions: [
        { description: 'A description \nwith <HTML> tags', descriptionType: 'Abstract' },
        { description: 'Bla bla bla', descriptionType: 'Methods', lang: 'eng' },
      ],
      geoLocations: [
        {
          geoLocationPlace: 'test location place',
          geoLocationPoint: { pointLongitude: '-32.94682', pointLatitude: '-60.63932' },
        },
      ],
      fundingReferences: [
        {
          funderName: 'European Commission',
          funderIdentifier: '10.13039/501100000780',
          funderIdentifierType: 'Crossref Funder ID',
          awardTitle: 'OpenAIRE Advancing Open Scholarship',
          awardNumber: '777541',
          awardURI: 'https://cordis.europa.eu/project/id/777541',
        },
        { funderName: 'Caltech Library' },
      ],
      schemaVersion: 'http://datacite.org/schema/kernel-4',
    }),
  ),
  whole(
    'schemaorg-whole',
    'JSON-LD: class by the vocabulary, people twice, contributors as editors, size, funding, works that have an address.',
    JSON_LD,
    'schemaorg/schema.py',
    ({ id, doi, origin, created, updated }) => ({
      '@context': 'http://schema.org',
      '@id': `https://doi.org/${doi}`,
      '@type': 'https://schema.org/Photograph',
      identifier: `https://doi.org/${doi}`,
      name: 'InvenioRDM',
      creator: [NIELSEN, BLABIN],
      author: [NIELSEN, BLABIN],
      editor: [{ name: 'Dirk, Dirkin', givenName: 'Dirkin', familyName: 'Dirk', '@type': 'Person' }],
      publisher: { '@type': 'Organization', name: 'InvenioRDM' },
      keywords: 'oncology, custom',
      dateCreated: created,
      dateModified: updated,
      datePublished: '2018',
      temporal: ['1939/1945'],
      inLanguage: { alternateName: 'dan', '@type': 'Language', name: 'Danish' },
      contentSize: '9.0 B',
      size: '9.0 B',
      encodingFormat: 'application/pdf',
      version: 'v1.0',
      license: 'https://creativecommons.org/licenses/by/4.0/legalcode',
      description: '<p>A description</p> <p>with &lt;HTML&gt; tags</p>',
      funding: [
        {
          funder: { '@type': 'Organization', '@id': '00k4n6c32', name: 'European Commission' },
          name: 'OpenAIRE Advancing Open Scholarship (777541)',
          identifier: '00k4n6c32::777541',
          url: { identifier: 'https://cordis.europa.eu/project/id/777541', scheme: 'url' },
        },
        { funder: { '@type': 'Organization', name: 'Caltech Library' } },
      ],
      isPartOf: [{ '@type': 'CreativeWork', '@id': 'https://example.org/whole' }],
      sameAs: [{ '@type': 'CreativeWork', '@id': 'https://www.wikidata.org/entity/Q42' }],
      citation: [{ '@type': 'Dataset', '@id': 'https://doi.org/10.1234/foo.bar' }],
      url: `${origin}/records/${id}`,
    }),
  ),
  part(
    'datacite-area',
    'DataCite: four corners on two longitudes and two latitudes are a box, others a polygon.',
    DATACITE,
    'inveniosoftware/invenio-rdm-records:tests/resources/serializers/test_datacite45_serializer.py',
    {
      locations: {
        features: [
          polygon([-105.92, 33.17], [-106, 33.17], [-106, 33.5], [-105.92, 33.5], [-105.92, 33.17]),
          polygon([1, 2], [3, 4], [5, 1.5], [1, 2]),
        ],
      },
    },
    {
      geoLocations: [
        {
          geoLocationBox: {
            westBoundLongitude: '-106',
            eastBoundLongitude: '-105.92',
            southBoundLatitude: '33.17',
            northBoundLatitude: '33.5',
          },
        },
        {
          geoLocationPolygon: [corner('1', '2'), corner('3', '4'), corner('5', '1.5'), corner('1', '2')],
        },
      ],
    },
  ),
  part(
    'csl-custom',
    'CSL: journal, imprint and meeting, under keys with an underscore; the imprint wins over the journal.',
    CSL,
    'inveniosoftware/invenio-rdm-records:invenio_rdm_records/contrib/imprint/processors.py',
    {
      custom_fields: {
        'journal:journal': { title: 'J', volume: '1', issue: '2', pages: '3-4', issn: '0317-8471' },
        'imprint:imprint': { title: 'B', place: 'Geneva', isbn: '978-3-16-148410-0', pages: '5' },
        'meeting:meeting': { title: 'M', acronym: 'MM', place: 'Paris' },
      },
    },
    {
      container_title: 'B',
      page: '5',
      volume: '1',
      issue: '2',
      ISSN: '0317-8471',
      publisher_place: 'Geneva',
      ISBN: '978-3-16-148410-0',
      event: 'M (MM)',
      event_place: 'Paris',
    },
  ),
  part(
    'schemaorg-dataset',
    'JSON-LD: a dataset also has its methods; the address of a licence is that of SPDX.',
    JSON_LD,
    `${SERIALIZERS}/schemaorg/schema.py`,
    {
      rights: [{ id: 'mit' }],
      additional_descriptions: [{ description: '<p>how</p>', type: { id: 'methods' } }],
      custom_fields: { 'journal:journal': { title: 'J' } },
    },
    {
      license: 'https://opensource.org/license/mit/',
      measurementTechnique: '<p>how</p>',
      container_title: 'J',
    },
  ),
  part(
    'schemaorg-licence-unknown',
    'JSON-LD: a licence that SPDX does not know is null.',
    JSON_LD,
    'front-matter/commonmeta-py:commonmeta/utils.py',
    { rights: [{ id: 'other-open' }] },
    { license: null },
  ),
  part(
    'schemaorg-licence-link',
    'JSON-LD: without a licence of the vocabulary, the first address given for one; that of Creative Commons in full.',
    JSON_LD,
    'front-matter/commonmeta-py:commonmeta/utils.py',
    { rights: [{ title: { en: 'x' }, link: 'http://creativecommons.org/licenses/by-sa/4.0/' }] },
    { license: 'https://creativecommons.org/licenses/by-sa/4.0/legalcode' },
  ),
];
