import assert from 'node:assert/strict';
import { type Exported, exportedAs, fullRecord } from './exports-record.js';
import { call, type Rule } from './rule.js';

const CSV = 'inveniosoftware/flask-resources:flask_resources/serializers/csv.py';
const SERIALIZERS = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers';
const FULL = 'application/vnd.inveniordm.v1.full+csv';
const SIMPLE = 'application/vnd.inveniordm.v1.simple+csv';
const DATA_PACKAGE = 'https://datapackage.org/profiles/2.0/datapackage.json';
const HEADER =
  'id,created,pids.doi.identifier,metadata.title,metadata.description,metadata.resource_type.title.en,metadata.publication_date,metadata.creators.person_or_org.type,metadata.creators.person_or_org.name,metadata.rights.id';

const row = ({ id, created, doi }: Exported) =>
  `${id},${created},${doi},InvenioRDM,<p>A description</p> <p>with &lt;HTML&gt; tags</p>,Photo,2018/2020-09,"personal\norganizational","Nielsen, Lars Holm\nBlabin & Co",cc-by-4.0`;

/** Records as tables and as Data Package. */
export const tableExportRules: Rule[] = [
  {
    id: 'records/export-csv-simple',
    says: 'CSV in its short form has ten columns; several values are lines, but of licences only the last is there.',
    source: CSV,
    needs: ['publish', 'mock'],
    async check(target) {
      const record = await fullRecord(target);
      assert.equal(await exportedAs(target, record.id, SIMPLE), `${HEADER}\r\n${row(record)}\r\n`);
    },
  },
  {
    id: 'records/export-csv-full',
    says: 'CSV in full has a column for each value, named by its path, in alphabetical order.',
    source: CSV,
    needs: ['publish', 'mock'],
    async check(target) {
      const record = await fullRecord(target);
      const [header = '', values = '', end] = (await exportedAs(target, record.id, FULL)).split('\r\n');
      const columns = header.split(',');
      assert.deepEqual([end, columns.toSorted()], ['', columns]);
      assert.equal(columns[0], 'access.embargo.active');
      assert.ok(values.startsWith('False,,public,public,open,'), values);
      for (const column of [
        'files.entries.a.txt.checksum',
        'metadata.creators.0.affiliations.0.name',
        'metadata.locations.features.0.geometry.coordinates.1',
        'parent.access.owned_by.user',
      ]) {
        assert.ok(columns.includes(column), column);
      }
    },
  },
  {
    id: 'records/export-csv-list',
    says: 'A search in CSV is one table; like JSON-LD and link sets, CSV has no ETag.',
    source: CSV,
    needs: ['publish', 'mock'],
    async check(target) {
      const record = await fullRecord(target);
      const list = await call(target, 'GET', `/api/records?q=id:${record.id}`, {
        headers: { accept: SIMPLE },
      });
      assert.equal(list.text, `${HEADER}\r\n${row(record)}\r\n`);
      for (const [type, tagged] of [
        [SIMPLE, false],
        ['application/ld+json', false],
        ['application/x-bibtex', true],
      ] as const) {
        const answer = await call(target, 'GET', `/api/records/${record.id}`, { headers: { accept: type } });
        assert.equal(answer.headers.has('etag'), tagged, type);
      }
    },
  },
  {
    id: 'records/export-datapackage',
    says: 'A Data Package lists files, people and the licences of the vocabulary; no Accept header leads to it.',
    source: `${SERIALIZERS}/datapackage/schema.py`,
    needs: ['publish', 'mock'],
    async check(target) {
      const record = await fullRecord(target);
      const { id, doi, origin, created } = record;
      const page = `${origin}/records/${id}`;
      const answer = await call(target, 'GET', `/records/${id}/export/datapackage`, { token: null });
      assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'application/ld+json']);
      assert.deepEqual(answer.json, {
        $schema: DATA_PACKAGE,
        id: `https://doi.org/${doi}`,
        name: id,
        title: 'InvenioRDM',
        description: '<p>A description</p> <p>with &lt;HTML&gt; tags</p>',
        version: 'v1.0',
        created,
        homepage: page,
        keywords: ['oncology', 'custom'],
        resources: [
          {
            name: 'a.txt',
            path: `${page}/files/a.txt`,
            format: 'txt',
            mediatype: 'text/plain',
            bytes: 9,
            hash: 'md5:b6c634378734548fc8b1bb0dfd6b5e4b',
          },
        ],
        licenses: [
          {
            name: 'cc-by-4.0',
            path: 'https://creativecommons.org/licenses/by/4.0/legalcode',
            title: 'Creative Commons Attribution 4.0 International',
          },
        ],
        contributors: [
          {
            title: 'Nielsen, Lars Holm',
            givenName: 'Lars Holm',
            familyName: 'Nielsen',
            roles: ['creator'],
            organization: 'European Organization for Nuclear Research',
          },
          { title: 'Blabin & Co', roles: ['creator'] },
          { title: 'Dirk, Dirkin', givenName: 'Dirkin', familyName: 'Dirk', roles: ['datacurator'] },
        ],
      });
      const accept = `application/ld+json; profile="${DATA_PACKAGE}"`;
      const asked = await call(target, 'GET', `/api/records/${id}`, { headers: { accept } });
      assert.equal(asked.status, 406);
    },
  },
];
