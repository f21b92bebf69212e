import assert from 'node:assert/strict';
import { exportedAs, fullRecord, publishRdm } from './exports-record.js';
import { whole } from './exports-xml.js';
import { call, type Rule, type Target } from './rule.js';

const SERIALIZERS = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers';
const MARCXML = 'application/marcxml+xml';
const GEOJSON = 'application/vnd.geo+json';

/** An export at its own address, as a guest gets it. */
async function exportOf(target: Target, id: string, format: string, type: string): Promise<string> {
  const answer = await call(target, 'GET', `/records/${id}/export/${format}`, { token: null });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers.get('content-type')?.split(';')[0], type);
  return answer.text;
}

const field = (name: string, ...subfields: [code: string, text: string][]) => [
  `  <datafield tag="${name.slice(0, 3)}" ind1="${name.slice(3, 4)}" ind2="${name.slice(4)}">`,
  ...subfields.map(([code, text]) => `    <subfield code="${code}">${text}</subfield>`),
  '  </datafield>',
];

/** Software with a repository, in a journal and in a book. */
function software(target: Target) {
  const metadata = {
    resource_type: { id: 'software' },
    title: 'Crème: a tool',
    version: '2',
    description: `<p>${'A long description of it. '.repeat(5)}</p>`,
    related_identifiers: [
      {
        identifier: 'https://code.example/x',
        scheme: 'url',
        relation_type: { id: 'issupplementto' },
        resource_type: { id: 'software' },
      },
    ],
  };
  return publishRdm(target, metadata, {
    'code:codeRepository': 'https://code.example/x',
    'journal:journal': { title: 'Journal', volume: '5', issue: '10', pages: '100' },
    'imprint:imprint': { title: 'Book', place: 'Geneva', isbn: '0-306-40615-2', pages: '3' },
  });
}

/** Records as MARC, GeoJSON, CodeMeta and CITATION.cff. */
export const moreExportRules: Rule[] = [
  whole(
    'marcxml-whole',
    'MARCXML escapes the tags of descriptions, and has an empty field for a licence without id.',
    MARCXML,
    `${SERIALIZERS}/marcxml/schema.py`,
    ({ id, doi, conceptDoi, origin, updated }) => [
      '<record xmlns="http://www.loc.gov/MARC21/slim">',
      '  <leader>00000nam##2200000uu#4500</leader>',
      `  <controlfield tag="001">${id}</controlfield>`,
      ...field('024  ', ['2', 'doi'], ['a', doi]),
      ...field('909CO', ['o', `oai:zenodo.org:${id}`]),
      ...field('700  ', ['a', 'Dirk, Dirkin'], ['4', 'cur']),
      ...field('700  ', ['a', 'Blabin &amp; Co']),
      ...field('245  ', ['a', 'InvenioRDM']),
      ...field(
        '100  ',
        ['a', 'Nielsen, Lars Holm'],
        ['0', '(orcid)0000-0001-8135-3489'],
        ['u', 'European Organization for Nuclear Research'],
      ),
      ...field('856 2', ['a', 'doi:10.1234/foo.bar']),
      ...field('856 2', ['a', 'url:https://example.org/whole']),
      ...field('856 2', ['a', 'wikidata:Q42']),
      ...field('540  ', ['a', 'info:eu-repo/semantics/openAccess']),
      ...field('540  ', ['a', 'A custom license'], ['u', 'https://customlicense.org/licenses/by/4.0/']),
      ...field(
        '540  ',
        ['a', 'Creative Commons Attribution 4.0 International'],
        ['u', 'https://creativecommons.org/licenses/by/4.0/legalcode'],
      ),
      '  <datafield tag="650" ind1="1" ind2="7"/>',
      ...field('65017', ['a', 'cc-by-4.0'], ['2', 'spdx']),
      ...field('653  ', ['a', 'oncology']),
      ...field('653  ', ['a', 'custom']),
      ...field('520  ', [
        'a',
        '&amp;lt;p&amp;gt;A description&amp;lt;/p&amp;gt; &amp;lt;p&amp;gt;with &amp;lt;HTML&amp;gt; tags&amp;lt;/p&amp;gt;',
      ]),
      ...field('500  ', ['a', 'Bla bla bla']),
      ...field('041  ', ['a', 'dan']),
      ...field('041  ', ['a', 'eng']),
      ...field('260  ', ['b', 'InvenioRDM'], ['c', '2018/2020-09']),
      ...field('980  ', ['a', 'info:eu-repo/semantics/other']),
      ...field('980  ', ['a', 'image'], ['b', 'photo']),
      ...field('520 1', ['a', 'application/pdf']),
      ...field('520 2', ['a', '11 pages']),
      ...field('536  ', ['c', '777541'], ['a', 'European Commission: OpenAIRE Advancing Open Scholarship']),
      ...field('536  ', ['a', 'Caltech Library']),
      `  <controlfield tag="005">${updated.replaceAll(/\D/g, '').slice(0, 14)}.0</controlfield>`,
      ...field(
        '8564 ',
        ['s', '9'],
        ['z', 'md5:b6c634378734548fc8b1bb0dfd6b5e4b'],
        ['u', `${origin}/records/${id}/files/a.txt`],
      ),
      ...field('542  ', ['l', 'open']),
      ...field('773  ', ['a', '10.1234/foo.bar'], ['i', 'Cites'], ['n', 'doi']),
      ...field('773  ', ['a', 'https://example.org/whole'], ['i', 'Is part of'], ['n', 'url']),
      ...field('773  ', ['a', 'Q42'], ['i', 'Is identical to'], ['n', 'wikidata']),
      ...field('773  ', ['a', conceptDoi], ['i', 'isVersionOf'], ['n', 'doi']),
      '</record>',
    ],
  ),
  {
    id: 'records/export-marcxml-host',
    says: 'MARCXML names book and journal, and calls software a computer file.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/contrib/imprint/processors.py',
    needs: ['publish', 'mock'],
    async check(target) {
      const { id } = await software(target);
      const text = await exportedAs(target, id, MARCXML);
      const book = field(
        '773  ',
        ['t', 'Book'],
        ['z', '0-306-40615-2'],
        ['g', '3'],
        ['d', 'Geneva, 2026-01-02'],
      );
      const journal = field(
        '909C4',
        ['p', 'Journal'],
        ['v', '5'],
        ['n', '10'],
        ['c', '100'],
        ['y', '2026-01-02'],
      );
      assert.ok(text.includes('<leader>00000nmm##2200000uu#4500</leader>'), text);
      assert.ok(text.includes([...book, ...journal].join('\n')), text);
      assert.equal(await exportOf(target, id, 'marcxml', MARCXML), text);
    },
  },
  {
    id: 'records/export-geojson',
    says: 'GeoJSON is a collection of the places; it is empty where there are none.',
    source: `${SERIALIZERS}/geojson/schema.py`,
    needs: ['publish', 'mock'],
    async check(target) {
      const { id } = await fullRecord(target);
      const geometry = { type: 'Point', coordinates: [-32.94682, -60.63932] };
      const feature = { type: 'Feature', geometry, properties: { place: 'test location place' } };
      const expected = { features: [feature], type: 'FeatureCollection' };
      assert.deepEqual(JSON.parse(await exportedAs(target, id, GEOJSON)), expected);
      assert.deepEqual(JSON.parse(await exportOf(target, id, 'geojson', GEOJSON)), expected);
      const bare = await software(target);
      assert.equal(
        await exportedAs(target, bare.id, GEOJSON),
        '{"features": [], "type": "FeatureCollection"}',
      );
    },
  },
  {
    id: 'records/export-cff-whole',
    says: 'CITATION.cff names all people as authors and has no type for what is neither software nor dataset.',
    source: 'zenodo/zenodo-rdm:site/zenodo_rdm/serializers/cff.py',
    needs: ['publish', 'mock'],
    async check(target) {
      const { id, doi } = await fullRecord(target);
      const expected = `abstract: <p>A description</p> <p>with &lt;HTML&gt; tags</p>
authors:
- affiliation: European Organization for Nuclear Research
  family-names: Nielsen
  given-names: Lars Holm
  orcid: 0000-0001-8135-3489
- name: Blabin & Co
- family-names: Dirk
  given-names: Dirkin
cff-version: 1.2.0
date-released: 2018/2020-09
doi: ${doi}
identifiers:
- type: other
  value: 1924MNRAS..84..308E
keywords:
- euroscivoc:225
- oncology
- custom
license:
- cc-by-4.0
license-url: https://customlicense.org/licenses/by/4.0/
message: If you use this work, please cite it using the metadata from this file.
title: InvenioRDM
version: v1.0
`;
      assert.equal(await exportOf(target, id, 'cff', 'application/x-yaml'), expected);
    },
  },
  {
    id: 'records/export-cff-python',
    says: 'CITATION.cff is as Python writes YAML: quoted where needed, escaped beyond ASCII, broken after column 80.',
    source: 'yaml/pyyaml:lib/yaml/emitter.py',
    needs: ['publish', 'mock'],
    async check(target) {
      const { id, doi } = await software(target);
      const expected = `abstract: <p>A long description of it. A long description of it. A long description
  of it. A long description of it. A long description of it. </p>
authors:
- family-names: Doe
  given-names: Jane
cff-version: 1.2.0
date-released: '2026-01-02'
doi: ${doi}
license: []
message: If you use this software, please cite it using the metadata from this file.
repository-code: https://code.example/x
title: "Cr\\xE8me: a tool"
type: software
version: '2'
`;
      assert.equal(await exportOf(target, id, 'cff', 'application/x-yaml'), expected);
    },
  },
  {
    id: 'records/export-codemeta',
    says: 'CodeMeta is JSON-LD with its own context, the DOI as identifier, one grant, and what is said of the code.',
    source: 'zenodo/zenodo-rdm:site/zenodo_rdm/serializers/codemeta.py',
    needs: ['publish', 'mock'],
    async check(target) {
      const { id, doi } = await fullRecord(target);
      const address = `https://doi.org/${doi}`;
      const context = 'https://doi.org/10.5063/schema/codemeta-2.0';
      const found = JSON.parse(await exportOf(target, id, 'codemeta', 'application/ld+json'));
      const linked = JSON.parse(await exportedAs(target, id, 'application/ld+json'));
      const own = {
        '@context': context,
        identifier: address,
        funding: 'https://cordis.europa.eu/project/id/777541',
      };
      assert.deepEqual(found, { ...linked, ...own });
      const code = await software(target);
      const text = await exportOf(target, code.id, 'codemeta', 'application/ld+json');
      assert.ok(text.endsWith(', "codeRepository": "https://code.example/x"}'), text);
      assert.ok(!text.includes('"isPartOf"'), 'no journal');
    },
  },
];
