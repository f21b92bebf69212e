import assert from 'node:assert/strict';
import { publish } from './records-flow.js';
import { call, type Rule } from './rule.js';

const SERIALIZERS = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers';

const METADATA = {
  upload_type: 'software',
  publication_date: '2026-01-02',
  version: '1.0',
  creators: [
    { name: 'Doé, Jane', affiliation: 'Example University', orcid: '0000-0002-1825-0097' },
    { name: 'Roe, Richard' },
  ],
};

/** One rule about one export of one record. */
function exported(
  id: string,
  says: string,
  type: string,
  check: (text: string, record: { id: number; doi: string }) => void,
): Rule {
  return {
    id: `records/export-${id}`,
    says,
    source: `${SERIALIZERS}/${id}`,
    needs: ['publish'],
    async check(target) {
      const { id: recid } = await publish(target, METADATA);
      const path = `/api/records/${recid}`;
      const { doi } = (await call(target, 'GET', path)).json as { doi: string };
      const answer = await call(target, 'GET', path, { token: null, headers: { accept: type } });
      assert.deepEqual([answer.status, answer.headers.get('content-type')?.split(';')[0]], [200, type]);
      check(answer.text, { id: recid, doi });
    },
  };
}

/** Records in the formats of citation tools. */
export const exportRules: Rule[] = [
  exported('bibtex', 'Records are exported as BibTeX.', 'application/x-bibtex', (text, { id, doi }) => {
    const lines = [
      `@software{doe_2026_${id},`,
      '  author       = {Doé, Jane and',
      '                  Roe, Richard},',
      '  title        = {A rule about files},',
      '  month        = jan,',
      '  year         = 2026,',
      '  publisher    = {Zenodo},',
      '  version      = {1.0},',
      `  doi          = {${doi}},`,
      `  url          = {https://doi.org/${doi}},`,
      '}',
    ];
    assert.equal(text.trim(), lines.join('\n'));
  }),
  exported(
    'csl',
    'Records are exported as CSL JSON.',
    'application/vnd.citationstyles.csl+json',
    (text, { id, doi }) => {
      const { abstract: _, ...item } = JSON.parse(text) as Record<string, unknown>;
      assert.deepEqual(item, {
        id: String(id),
        type: 'software',
        title: 'A rule about files',
        author: [
          { family: 'Doé', given: 'Jane' },
          { family: 'Roe', given: 'Richard' },
        ],
        issued: { 'date-parts': [['2026', '01', '02']] },
        version: '1.0',
        DOI: doi,
        publisher: 'Zenodo',
      });
    },
  ),
  exported(
    'datacite',
    'Records are exported as DataCite JSON.',
    'application/vnd.datacite.datacite+json',
    (text, { doi }) => {
      const item = JSON.parse(text) as Record<string, unknown>;
      assert.deepEqual(item['types'], { resourceTypeGeneral: 'Software', resourceType: '' });
      assert.deepEqual((item['creators'] as unknown[])[0], {
        name: 'Doé, Jane',
        nameType: 'Personal',
        givenName: 'Jane',
        familyName: 'Doé',
        nameIdentifiers: [{ nameIdentifier: '0000-0002-1825-0097', nameIdentifierScheme: 'ORCID' }],
        affiliation: [{ name: 'Example University' }],
      });
      assert.deepEqual(
        [item['publicationYear'], item['schemaVersion']],
        ['2026', 'http://datacite.org/schema/kernel-4'],
      );
      assert.deepEqual((item['identifiers'] as unknown[])[0], { identifier: doi, identifierType: 'DOI' });
    },
  ),
];
