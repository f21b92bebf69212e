import t from 'tap';
import { findLosses } from '../src/rdmc/compare.js';
import { toHtml } from '../src/rdmc/html.js';
import { originOf } from '../src/rdmc/mapping.js';
import { mergeMetadata } from '../src/rdmc/merge.js';
import { normaliseOrcid } from '../src/rdmc/orcid.js';
import { inspectManifest, readDescription } from '../src/rdmc/request.js';
import { readSpdx } from '../src/rdmc/spdx.js';
import { writeDoi } from '../src/rdmc/write-doi.js';
import {
  compareCases,
  descriptionCases,
  payloadCases,
  refusedCases,
  zenodoCases,
} from './fixtures/mapping-cases.js';

/** What would be sent to Zenodo for a body, on an empty draft with the id 1. */
function mapped(body: Record<string, unknown>) {
  const { mapping } = readDescription(body, null, 1);
  const metadata = mergeMetadata({}, mapping, 'merge');
  return { metadata, warnings: mapping.warnings, faults: mapping.faults };
}

t.test('container fields become Zenodo’s', async (t) => {
  for (const { name, body, metadata, warned } of payloadCases) {
    const result = mapped(body);
    t.same(result.faults, [], `${name}: no fault`);
    t.same(result.metadata, metadata, name);
    t.same(
      result.warnings.map((warning) => warning.split(':')[0]),
      warned ?? [],
      `${name}: warned about`,
    );
  }
});

t.test('what joins a list that is there is blamed at its own path', async (t) => {
  const { mapping } = readDescription({ pid: ['', 'https://doi.org/10.2/y'] }, null);
  const current = { related_identifiers: [{ identifier: '10.1/x', relation: 'cites' }] };
  mergeMetadata(current, mapping, 'merge');
  t.equal(originOf(mapping, 'metadata.related_identifiers.1.identifier'), 'pid.1.identifier');
});

t.test('what cannot be right is refused at the caller’s own path', async (t) => {
  for (const { name, body, fields } of refusedCases) {
    t.same(
      mapped(body).faults.map(({ field }) => field),
      fields,
      name,
    );
  }
});

t.test('Zenodo’s own metadata goes as it is, but for what Zenodo would break on', async (t) => {
  for (const { name, metadata, sent, warned } of zenodoCases) {
    const result = mapped({ metadata });
    t.same(result.faults, [], `${name}: no fault`);
    t.same(result.metadata, sent, name);
    t.same(
      result.warnings.map((warning) => warning.split(':')[0]),
      warned ?? [],
      `${name}: warned about`,
    );
  }
});

t.test('later overrides earlier: container, then manifest, then metadata', async (t) => {
  const body = {
    title: 'From the container',
    description: 'container',
    version: '1',
    manifest: { 'RDMC Title': 'From the manifest', 'RDMC Version': '2' },
    metadata: { title: 'From metadata' },
  };
  t.match(mapped(body).metadata, {
    title: 'From metadata',
    version: '2',
    description: '<p>container</p>',
  });
});

t.test('merging: a field replaces a field, null removes, absent stays, additions join', async (t) => {
  const current = {
    title: 'Old',
    keywords: ['typed by hand'],
    related_identifiers: [{ identifier: '10.1/x', relation: 'cites', scheme: 'doi' }],
    notes: '<p>typed by hand</p>',
    creators: [{ name: 'X, Y', affiliation: null }],
    prereserve_doi: { doi: '10.5281/zenodo.1', recid: 1 },
    doi: '10.5281/zenodo.1',
    license: 'cc-by',
    dates: [{ type: 'created', description: 'its day is not shown' }],
    access_right: 'embargoed',
    embargo_date: '2099-01-01',
  };
  const merge = (body: Record<string, unknown>, mode: 'merge' | 'replace' = 'merge') =>
    mergeMetadata(current, readDescription(body, null).mapping, mode);
  t.same(merge({}), {
    title: 'Old',
    keywords: ['typed by hand'],
    related_identifiers: [{ identifier: '10.1/x', relation: 'cites', scheme: 'doi' }],
    notes: '<p>typed by hand</p>',
    creators: [{ name: 'X, Y' }],
    license: 'cc-by-1.0',
    dates: [],
    access_right: 'embargoed',
    embargo_date: '2099-01-01',
  });
  t.notOk('title' in merge({ title: null }), 'null removes');
  t.notOk('keywords' in merge({ keywords: [] }), 'so does the empty list');
  t.same(
    merge({ title: '', keywords: [''], contributors: [{ first_name: '' }] }),
    merge({}),
    'blanks do not',
  );
  t.same(merge({ manifest: { title: null, Keywords: [] } }), merge({}), 'nor does a null in a manifest');
  const supervisors = { metadata: { thesis_supervisors: [{ name: 'S, T' }] } };
  const supervised = {
    contributors: [
      { name: 'S, T', type: 'Supervisor' },
      { name: 'E, F', type: 'Editor' },
    ],
  };
  t.match(
    mergeMetadata(supervised, readDescription(supervisors, null).mapping, 'merge')['contributors'],
    [{ name: 'E, F' }],
    'Zenodo adds supervisors to the contributors itself',
  );
  const owner = { owner: 'Lovelace, Ada' };
  const contributors = [{ type: 'RightsHolder', affiliation: null, name: 'Lovelace, Ada' }];
  const again = mergeMetadata({ contributors }, readDescription(owner, null).mapping, 'merge');
  t.equal((again['contributors'] as unknown[]).length, 1, 'what is there is not added');
  t.same(merge({ keywords: ['new'] })['keywords'], ['new']);
  t.same(merge({ subject: 'Physics' })['keywords'], ['typed by hand', 'Physics']);
  t.same(merge({ subject: 'Typed BY hand' })['keywords'], ['typed by hand'], 'not twice');
  t.equal((merge({ pid: 'https://doi.org/10.2/y' })['related_identifiers'] as unknown[]).length, 2);
  t.match(merge({ license: ['MIT', 'CC-BY-4.0'] })['notes'], /typed by hand.*Licences: MIT, CC-BY-4\.0/s);
  t.notOk('embargo_date' in merge({ access_level: 'Public' }), 'an open record has no embargo');
  t.same(merge({ title: 'Only this' }, 'replace'), { title: 'Only this', upload_type: 'dataset' }, 'replace');
});

t.test('ORCID iDs in any form, with their check digit', async (t) => {
  for (const form of [
    '0000-0002-1825-0097',
    '0000000218250097',
    'https://orcid.org/0000-0002-1825-0097',
    'http://www.orcid.org/0000-0002-1825-0097/',
    'orcid.org/0000-0002-1825-0097',
    'ORCID: 0000-0002-1825-0097',
    ' 0000 0002 1825 0097 ',
    '0000–0002–1825–0097',
  ]) {
    t.equal(normaliseOrcid(form), '0000-0002-1825-0097', form);
  }
  t.equal(normaliseOrcid('0000-0002-1694-233x'), '0000-0002-1694-233X');
  for (const bad of ['0000-0002-1825-0098', '0000-0002-1825', 'orcid', '', '0000-0002-1825-009X']) {
    t.equal(normaliseOrcid(bad), null, bad);
  }
});

t.test('what is not public in a manifest is found wherever and however it stands', async (t) => {
  const closed = [
    'artifacts:\n- access_level: [Public, Private]',
    'artifacts:\n- access_level: {a: b}',
    'artifacts:\n- access_level: Public\n  Access Level: Private',
    'artifacts:\n- access_level: Public\n  files:\n  - access_level: Private',
    'artifacts:\n- folders: [{files: [{access_level: Restricted}]}]',
    'x: &x {access_level: Private}\nartifacts:\n- <<: *x',
    'artifacts:\n- &a {self: *a, access_level: Private}',
    'access_level: Private',
    'metadata:\n  access level: Restricted',
    'artifacts:\n- access_level: Vertraulich\n bad: [',
    [...'artifacts:\n- access_level: Private'].join('\u0000'),
  ];
  for (const manifest of closed)
    t.equal(inspectManifest(manifest).restricted.length, 1, JSON.stringify(manifest));
  for (const manifest of [
    'artifacts:\n- access_level:\n  files: []\n bad: [',
    'access_level: Public',
    'a: b',
  ]) {
    t.same(inspectManifest(manifest).restricted, [], manifest);
  }
});

t.test('a row of contributors that nobody filled in says nothing', async (t) => {
  const contributors = [
    { first_name: null, last_name: '' },
    { first_name: 'Ada', last_name: 'Lovelace' },
  ];
  const { metadata, faults } = mapped({ contributors });
  t.same(faults, []);
  t.same(metadata['creators'], [{ name: 'Lovelace, Ada' }]);
});

t.test('licences by id, expression, name and address', async (t) => {
  const expected: [string, string[]][] = [
    ['MIT', ['MIT']],
    ['mit', ['MIT']],
    ['MIT License', ['MIT']],
    ['mit-license', ['MIT']],
    ['Apache 2', ['Apache-2.0']],
    ['apache2.0', ['Apache-2.0']],
    ['GPL-3.0-or-later', ['GPL-3.0-or-later']],
    ['MIT OR Apache-2.0', ['MIT', 'Apache-2.0']],
    ['(mit and cc-by-4.0) or Zlib', ['MIT', 'CC-BY-4.0', 'Zlib']],
    ['GPL-2.0-only WITH Classpath-exception-2.0', ['GPL-2.0-only']],
    ['GPL-2.0-with-classpath-exception', ['GPL-2.0-only']],
    ['GPL-3.0-only WITH GCC-exception-3.1 OR MIT', ['GPL-3.0-only', 'MIT']],
    ['MIT/Apache-2.0', ['MIT', 'Apache-2.0']],
    ['MIT and Apache 2', ['MIT', 'Apache-2.0']],
    ['CC BY 4.0 / MIT', ['CC-BY-4.0', 'MIT']],
    ['Apache-2.0+ OR MIT', ['Apache-2.0', 'MIT']],
    ['GPL-2.0+', ['GPL-2.0-or-later']],
    ['GPLv3', ['GPL-3.0-only']],
    ['GPL v2 with classpath exception', ['GPL-2.0-only']],
    ['GNU Lesser General Public License v3 or later', ['LGPL-3.0-or-later']],
    ['GNU Affero General Public License v3.0 only', ['AGPL-3.0-only']],
    ['BSD 3-Clause "New" or "Revised" License', ['BSD-3-Clause']],
    ['CC BY NC ND 3.0 DE', ['CC-BY-NC-ND-3.0-DE']],
    ['dl-de/by-2-0', ['DL-DE-BY-2.0']],
    ['ODC-BY', ['ODC-By-1.0']],
    ['https://creativecommons.org/licenses/by/3.0/de/', ['CC-BY-3.0-DE']],
    ['https://example.org/mylicense', []],
    ['Example terms of use', []],
    ['General terms 2', []],
    ['CC BY 4.0', ['CC-BY-4.0']],
    ['CC-BY-SA 3.0', ['CC-BY-SA-3.0']],
    ['Creative Commons Attribution 4.0 International', ['CC-BY-4.0']],
    ['Creative Commons Attribution Non Commercial Share Alike 4.0 International', ['CC-BY-NC-SA-4.0']],
    ['CC0', ['CC0-1.0']],
    ['CC Zero', ['CC0-1.0']],
    ['https://creativecommons.org/licenses/by-nc-nd/4.0/', ['CC-BY-NC-ND-4.0']],
    ['https://creativecommons.org/publicdomain/zero/1.0/legalcode', ['CC0-1.0']],
    ['https://opensource.org/licenses/MIT', ['MIT']],
    ['https://spdx.org/licenses/BSD-3-Clause.html', ['BSD-3-Clause']],
    ['https://www.apache.org/licenses/LICENSE-2.0', ['Apache-2.0']],
    ['https://opendatacommons.org/licenses/odbl/1-0/', ['ODbL-1.0']],
    ['UNLICENSED', []],
    ['whatever we agreed on', []],
    ['', []],
  ];
  for (const [text, ids] of expected) {
    t.same(
      readSpdx(text).map(({ id }) => id),
      ids,
      text,
    );
  }
});

t.test('descriptions become the HTML that Zenodo keeps', async (t) => {
  for (const [text, html] of descriptionCases) t.equal(toHtml(text), html, text);
});

t.test('what Zenodo rewrites is no loss, what it drops is', async (t) => {
  for (const { name, sent, kept, lost } of compareCases) {
    t.same(
      findLosses(sent, kept, Object.keys(sent)).map(({ field }) => field),
      lost,
      name,
    );
  }
});

t.test('a DOI is written into a manifest without touching the rest', async (t) => {
  const doi = '10.5281/zenodo.1';
  t.equal(writeDoi('# c\nversion: 1.0\n', doi), `# c\nversion: 1.0\nDOI: ${doi}\n`);
  t.equal(writeDoi(`DOI: 10.5281/zenodo.0\na: [1]\n`, doi), `DOI: ${doi}\na: [ 1 ]\n`);
  t.match(writeDoi('identifiers:\n  - type: doi\n    value: old\n', doi), /value: 10\.5281\/zenodo\.1/);
  t.same(JSON.parse(writeDoi('{"RDMC Title": "x", "RDMC Metadata": {"a": null}}', doi)), {
    'RDMC Title': 'x',
    'RDMC Metadata': { a: null, DOI: doi },
  });
});
