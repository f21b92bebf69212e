import assert from 'node:assert/strict';
import { add, onCommunity } from './communities-flow.js';
import { publish, sharedRecord } from './records-flow.js';
import { type Answer, call, type Rule, type Target } from './rule.js';

const RESPONSE = 'inveniosoftware/invenio-oaiserver:invenio_oaiserver/response.py';
const SERVER = 'inveniosoftware/invenio-oaiserver:invenio_oaiserver/views/server.py';
const VERBS = 'inveniosoftware/invenio-oaiserver:invenio_oaiserver/verbs.py';

function harvest(target: Target, query: string): Promise<Answer> {
  return call(target, 'GET', `/oai2d?${query}`, { token: null });
}

/** Fails unless a response is a 422 with exactly these errors. */
function isRefused(answer: Answer, ...errors: [code: string, message: string][]): void {
  assert.equal(answer.status, 422, answer.text);
  assert.equal(answer.headers.get('content-type'), 'text/xml');
  const found = [...answer.text.matchAll(/<error code="(\w+)">([^<]*)<\/error>/g)];
  assert.deepEqual(
    found.map(([, code, message]) => [code, message]),
    errors,
  );
}

/** Harvesting by OAI-PMH. */
export const oaiRules: Rule[] = [
  {
    id: 'records/oai-identify',
    says: 'OAI-PMH is at `/oai2d`: indented XML of type `text/xml`, with the address of the style sheet before it.',
    source: RESPONSE,
    async check(target) {
      const answer = await harvest(target, 'verb=Identify');
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('content-type'), 'text/xml');
      const lines = answer.text.split('\n');
      assert.deepEqual(lines.slice(0, 3), [
        `<?xml version='1.0' encoding='UTF-8'?>`,
        '<?xml-stylesheet type="text/xsl" href="/static/oai2.xsl"?>',
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">',
      ]);
      assert.match(lines[3] ?? '', /^ {2}<responseDate>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ<\/responseDate>$/);
      assert.deepEqual(lines.slice(4, 9), [
        `  <request verb="Identify">${target.url}/oai2d</request>`,
        '  <Identify>',
        '    <repositoryName>Zenodo</repositoryName>',
        `    <baseURL>${target.url}/oai2d</baseURL>`,
        '    <protocolVersion>2.0</protocolVersion>',
      ]);
      assert.match(answer.text, /<deletedRecord>no<\/deletedRecord>\n.*YYYY-MM-DDThh:mm:ssZ</);
    },
  },
  {
    id: 'records/oai-formats',
    says: 'The formats of OAI-PMH are two of MARC, Dublin Core, DCAT, and four of DataCite.',
    source: 'inveniosoftware/invenio-app-rdm:invenio_app_rdm/config.py',
    async check(target) {
      const { text } = await harvest(target, 'verb=ListMetadataFormats');
      const prefixes = [...text.matchAll(/<metadataPrefix>(\w+)</g)].map(([, prefix]) => prefix);
      assert.deepEqual(prefixes, [
        'marcxml',
        'oai_dc',
        'dcat',
        'marc21',
        'datacite',
        'oai_datacite',
        'datacite4',
        'oai_datacite4',
      ]);
      const unknown = await harvest(target, 'verb=ListMetadataFormats&identifier=oai:zenodo.org:1');
      isRefused(unknown, ['idDoesNotExist', 'No matching identifier']);
    },
  },
  {
    id: 'records/oai-style-sheet',
    says: 'The style sheet of OAI-PMH is at its address; what it looks like is not imitated.',
    source: 'zenodo/zenodo-rdm:invenio.cfg',
    async check(target) {
      const { status, text } = await call(target, 'GET', '/static/oai2.xsl', { token: null });
      assert.equal(status, 200);
      assert.match(text, /<xsl:stylesheet[\s\S]*<xsl:template match="\/oai:OAI-PMH">/);
    },
  },
  {
    id: 'records/oai-record',
    says: 'GetRecord has a header and the record as the same export has it; `oai_datacite` wraps DataCite XML.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/oai.py',
    needs: ['publish', 'mock'],
    async check(target) {
      const { id } = await sharedRecord(target);
      const bare = (text: string) =>
        text
          .replace(/^<\?.*\n/, '')
          .replace(/\n\s*/g, '\n')
          .trim();
      for (const [prefix, type] of [
        ['oai_dc', 'application/x-dc+xml'],
        ['dcat', 'application/dcat+xml'],
        ['marcxml', 'application/marcxml+xml'],
        ['oai_datacite', 'application/vnd.datacite.datacite+xml'],
      ] as const) {
        const query = `verb=GetRecord&metadataPrefix=${prefix}&identifier=oai:zenodo.org:${id}`;
        const { status, text } = await harvest(target, query);
        assert.equal(status, 200, text);
        assert.match(
          text,
          new RegExp(`<request verb="GetRecord" identifier="oai:zenodo.org:${id}" metadata`),
        );
        const head = new RegExp(
          `<identifier>oai:zenodo.org:${id}</identifier>\\s*<datestamp>[\\d-]{10}T[\\d:]{8}Z<`,
        );
        assert.match(text, head);
        const exported = await call(target, 'GET', `/api/records/${id}`, {
          token: null,
          headers: { accept: type },
        });
        assert.ok(bare(text).includes(bare(exported.text)), text);
      }
    },
  },
  {
    id: 'records/oai-restricted',
    says: 'To OAI-PMH a restricted record does not exist; every version of a public one does.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/oai.py',
    needs: ['publish', 'mock'],
    async check(target) {
      const { id } = await publish(target, { access_right: 'restricted', access_conditions: 'Ask.' });
      const closed = await call(target, 'GET', `/api/records/${id}`, { token: null });
      const got = await harvest(
        target,
        `verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:zenodo.org:${id}`,
      );
      // Zenodo restricts only the files of such a record. The record itself is public.
      assert.equal(got.status === 200, closed.status === 200);
      isRefused(await harvest(target, 'verb=GetRecord&metadataPrefix=oai_dc&identifier=zenodo.org:x'), [
        'idDoesNotExist',
        'No matching identifier',
      ]);
    },
  },
  {
    id: 'records/oai-list',
    says: 'Lists take a range of times of the last change and a set; what matches nothing is `noRecordsMatch`.',
    source: 'inveniosoftware/invenio-oaiserver:invenio_oaiserver/query.py',
    needs: ['publish', 'mock'],
    async check(target) {
      const { id } = await sharedRecord(target);
      const all = await harvest(target, 'verb=ListIdentifiers&metadataPrefix=oai_dc&from=2000-01-01');
      assert.match(all.text, /<request verb="ListIdentifiers" from="2000-01-01T00:00:00Z" metadataPrefix=/);
      assert.doesNotMatch(all.text, /<metadata>/);
      const records = await harvest(target, 'verb=ListRecords&metadataPrefix=marc21&from=2000-01-01');
      assert.match(records.text, /<ListRecords>\s*<record>\s*<header>/);
      assert.ok(all.text.includes(`oai:zenodo.org:${id}<`) || /<resumptionToken/.test(all.text));
      const early = await harvest(
        target,
        'verb=ListRecords&metadataPrefix=oai_dc&until=2000-01-01T00:00:00Z',
      );
      isRefused(early, ['noRecordsMatch', '']);
      const noSet = await harvest(
        target,
        'verb=ListIdentifiers&metadataPrefix=oai_dc&set=user-of-nothing-at-all',
      );
      isRefused(noSet, ['noRecordsMatch', '']);
    },
  },
  {
    id: 'records/oai-sets',
    says: 'Public communities are sets named `user-SLUG`; their records name them.',
    source: 'inveniosoftware/invenio-communities:invenio_communities/communities/services/components.py',
    needs: ['publish', 'mock'],
    check: onCommunity(
      async (target, community) => {
        const spec = `user-${community.slug}`;
        const { text } = await harvest(target, 'verb=ListSets');
        const described = `<dc:description>Records belonging to the community '${community.metadata.title}'<`;
        assert.ok(text.includes(`<setSpec>${spec}</setSpec>`) && text.includes(described), text);
        const { id } = await publish(target);
        await add(target, id, community.id);
        const query = `verb=ListIdentifiers&metadataPrefix=oai_dc&set=${spec}`;
        const inSet = await harvest(target, query);
        assert.equal(inSet.status, 200, inSet.text);
        assert.match(inSet.text, new RegExp(`oai:zenodo.org:${id}<[\\s\\S]*<setSpec>${spec}<`));
      },
      { review_policy: 'open' },
    ),
  },
  {
    id: 'records/oai-verbs',
    says: 'What is wrong with a verb or an argument is a 422 with its code, in one line.',
    source: VERBS,
    async check(target) {
      const missing = 'Missing data for required field.';
      isRefused(await harvest(target, ''), ['badVerb', missing]);
      isRefused(await harvest(target, 'verb=Fetch'), ['badVerb', 'This is not a valid OAI-PMH verb:Fetch']);
      isRefused(await harvest(target, 'verb=GetRecord'), ['badArgument', missing], ['badArgument', missing]);
      for (const query of ['verb=Identify&x=1', 'verb=Fetch&set=a', 'verb=GetRecord&resumptionToken=a']) {
        isRefused(await harvest(target, query), ['badArgument', 'You have passed too many arguments.']);
      }
      const list = 'verb=ListRecords&metadataPrefix=oai_dc';
      isRefused(await harvest(target, `${list}x`), ['badArgument', 'metadataPrefix does not exist']);
      isRefused(await harvest(target, `${list}&from=yesterday`), ['badArgument', 'Not a valid datetime.']);
      isRefused(await harvest(target, `${list}&from=2021-01-02&until=2021-01-01`), [
        'badArgument',
        'Date "from" must be before "until".',
      ]);
      const { text } = await harvest(target, 'verb=Fetch');
      assert.ok(text.startsWith('<?xml-stylesheet type="text/xsl" href="/static/oai2.xsl"?><OAI-PMH '), text);
      assert.ok(text.includes(`<request>${target.url}/oai2d</request>`));
    },
  },
  {
    id: 'records/oai-token',
    says: 'A resumption token stands alone; one that is wrong is `badResumptionToken`.',
    source: SERVER,
    async check(target) {
      const wrong: [string, string] = [
        'badResumptionToken',
        'The value of the resumptionToken argument is invalid or expired.',
      ];
      isRefused(await harvest(target, 'verb=ListRecords&resumptionToken=abc'), wrong);
      isRefused(await harvest(target, 'verb=ListRecords&resumptionToken=abc&metadataPrefix=oai_dc'), [
        'badArgument',
        'You have passed too many arguments.',
      ]);
    },
  },
  {
    id: 'records/oai-form',
    says: 'A form body is let through and not read: only the query string counts.',
    source: SERVER,
    async check(target) {
      const body = new URLSearchParams({ verb: 'Identify' });
      const form = await call(target, 'POST', '/oai2d', { body, token: null });
      isRefused(form, ['badVerb', 'Missing data for required field.']);
      const query = await call(target, 'POST', '/oai2d?verb=Identify', { token: null });
      assert.equal(query.status, 200);
    },
  },
];
