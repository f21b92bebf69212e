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
  ...['application/vnd.datacite.datacite+xml', 'application/x-datacite+xml'].map((type, index) =>
    exported(
      index === 0 ? 'datacite-xml' : 'datacite-xml-alias',
      `Records are exported as DataCite XML, \`${type}\`.`,
      type,
      (text, { id, doi }) => {
        const order = [...text.matchAll(/^ {2}<(\w+)/gm)].map(([, name]) => name).join(' ');
        assert.equal(
          order,
          'identifier alternateIdentifiers creators titles publisher publicationYear dates resourceType relatedIdentifiers version rightsList descriptions',
        );
        for (const part of [
          `<identifier identifierType="DOI">${doi}</identifier>`,
          `<alternateIdentifier alternateIdentifierType="oai">oai:zenodo.org:${id}<`,
          '<creatorName nameType="Personal">Doé, Jane</creatorName>',
          '<nameIdentifier nameIdentifierScheme="ORCID">0000-0002-1825-0097<',
          '<publicationYear>2026</publicationYear>',
          '<resourceType resourceTypeGeneral="Software"></resourceType>',
        ]) {
          assert.ok(text.includes(part), `${part} in ${text}`);
        }
      },
    ),
  ),
  exported('schemaorg', 'Records are exported as JSON-LD.', 'application/ld+json', (text, { doi }) => {
    const item = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual(
      [item['@context'], item['@id'], item['@type'], item['datePublished']],
      ['http://schema.org', `https://doi.org/${doi}`, 'https://schema.org/SoftwareSourceCode', '2026-01-02'],
    );
    assert.deepEqual((item['creator'] as unknown[])[0], {
      name: 'Doé, Jane',
      givenName: 'Jane',
      familyName: 'Doé',
      affiliation: [{ '@type': 'Organization', name: 'Example University' }],
      '@id': 'https://orcid.org/0000-0002-1825-0097',
      '@type': 'Person',
    });
  }),
  {
    id: 'records/export-page',
    says: 'Each export has an address of its own, which needs no Accept header and names a file; an unknown one is 404.',
    source: 'inveniosoftware/invenio-app-rdm:invenio_app_rdm/config.py',
    needs: ['publish'],
    async check(target) {
      const { id } = await publish(target, METADATA);
      const exported = (format: string) =>
        call(target, 'GET', `/records/${id}/export/${format}`, { token: null });
      for (const [format, type, extension] of [
        ['json', 'application/json', 'json'],
        ['json-ld', 'application/ld+json', 'json'],
        ['csl', 'application/vnd.citationstyles.csl+json', 'json'],
        ['datacite-json', 'application/vnd.datacite.datacite+json', 'json'],
        ['datacite-xml', 'application/vnd.datacite.datacite+xml', 'xml'],
        ['bibtex', 'application/x-bibtex', 'bib'],
      ] as const) {
        const { status, headers } = await exported(format);
        assert.deepEqual(
          [status, headers.get('content-type')?.split(';')[0], headers.get('content-disposition')],
          [200, type, `attachment; filename=${id}.${extension}`],
        );
      }
      const { text, json } = await exported('json');
      assert.equal((json as { id: string }).id, String(id));
      assert.match(text, /^{\n {2}"access": {\n {4}"embargo"/, 'sorted and indented');
      assert.equal((await exported('nope')).status, 404);
    },
  },
];
