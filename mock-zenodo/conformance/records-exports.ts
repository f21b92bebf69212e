import assert from 'node:assert/strict';
import { exportedAs } from './exports-record.js';
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
  {
    id: 'records/export-datacite-xml-alias',
    says: 'DataCite XML also comes as `application/x-datacite+xml`.',
    source: 'zenodo/zenodo-rdm:site/zenodo_rdm/resources.py',
    needs: ['publish'],
    async check(target) {
      const { id } = await publish(target, METADATA);
      assert.equal(
        await exportedAs(target, String(id), 'application/x-datacite+xml'),
        await exportedAs(target, String(id), 'application/vnd.datacite.datacite+xml'),
      );
    },
  },
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
        ['dublincore', 'application/x-dc+xml', 'xml'],
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
