import assert from 'node:assert/strict';
import { type Exported, exportedAs, fullRecord, publishRdm } from './exports-record.js';
import { call, type Rule } from './rule.js';

const DATACITE = 'application/vnd.datacite.datacite+xml';
const DUBLIN_CORE = 'application/x-dc+xml';

/** A rule about the exact export of the full record. */
export const whole = (
  id: string,
  says: string,
  type: string,
  source: string,
  expected: (record: Exported) => string[],
): Rule => ({
  id: `records/export-${id}`,
  says,
  source,
  needs: ['publish', 'mock'],
  async check(target) {
    const record = await fullRecord(target);
    const found = await exportedAs(target, record.id, type);
    assert.equal(found, `<?xml version='1.0' encoding='utf-8'?>\n${expected(record).join('\n')}\n`);
  },
});

/** Records as XML. */
export const xmlExportRules: Rule[] = [
  whole(
    'datacite-xml-whole',
    'DataCite XML is the JSON in the order of the XML library; addresses of awards and subjects get lost.',
    DATACITE,
    'inveniosoftware/datacite:datacite/schema45.py',
    ({ id, doi, conceptDoi, origin, updated }) => [
      '<resource xmlns="http://datacite.org/schema/kernel-4" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://datacite.org/schema/kernel-4 http://schema.datacite.org/meta/kernel-4.5/metadata.xsd">',
      '  <alternateIdentifiers>',
      `    <alternateIdentifier alternateIdentifierType="URL">${origin}/records/${id}</alternateIdentifier>`,
      `    <alternateIdentifier alternateIdentifierType="oai">oai:zenodo.org:${id}</alternateIdentifier>`,
      '    <alternateIdentifier alternateIdentifierType="bibcode">1924MNRAS..84..308E</alternateIdentifier>',
      '  </alternateIdentifiers>',
      '  <creators>',
      '    <creator>',
      '      <creatorName nameType="Personal">Nielsen, Lars Holm</creatorName>',
      '      <givenName>Lars Holm</givenName>',
      '      <familyName>Nielsen</familyName>',
      '      <nameIdentifier nameIdentifierScheme="ORCID">0000-0001-8135-3489</nameIdentifier>',
      '      <affiliation affiliationIdentifier="https://ror.org/01ggx4157" affiliationIdentifierScheme="ROR">European Organization for Nuclear Research</affiliation>',
      '      <affiliation>free-text</affiliation>',
      '    </creator>',
      '    <creator>',
      '      <creatorName nameType="Organizational">Blabin &amp; Co</creatorName>',
      '      <nameIdentifier nameIdentifierScheme="ROR">01ggx4157</nameIdentifier>',
      '    </creator>',
      '  </creators>',
      '  <titles>',
      '    <title>InvenioRDM</title>',
      '    <title xml:lang="eng" titleType="Subtitle">a research data management platform</title>',
      '  </titles>',
      '  <publisher>InvenioRDM</publisher>',
      '  <publicationYear>2018</publicationYear>',
      '  <subjects>',
      '    <subject subjectScheme="EuroSciVoc">oncology</subject>',
      '    <subject>custom</subject>',
      '  </subjects>',
      '  <contributors>',
      '    <contributor contributorType="DataCurator">',
      '      <contributorName nameType="Personal">Dirk, Dirkin</contributorName>',
      '      <givenName>Dirkin</givenName>',
      '      <familyName>Dirk</familyName>',
      '    </contributor>',
      '  </contributors>',
      '  <dates>',
      '    <date dateType="Issued">2018/2020-09</date>',
      '    <date dateType="Other" dateInformation="A date">1939/1945</date>',
      `    <date dateType="Updated">${updated.split('T')[0]}</date>`,
      '  </dates>',
      '  <language>dan</language>',
      '  <resourceType resourceTypeGeneral="Image">Photo</resourceType>',
      `  <identifier identifierType="DOI">${doi}</identifier>`,
      '  <relatedIdentifiers>',
      '    <relatedIdentifier relationType="Cites" resourceTypeGeneral="Dataset" relatedIdentifierType="DOI">10.1234/foo.bar</relatedIdentifier>',
      '    <relatedIdentifier relationType="IsPartOf" relatedIdentifierType="URL">https://example.org/whole</relatedIdentifier>',
      `    <relatedIdentifier relationType="IsVersionOf" relatedIdentifierType="DOI">${conceptDoi}</relatedIdentifier>`,
      '  </relatedIdentifiers>',
      '  <sizes>',
      '    <size>11 pages</size>',
      '  </sizes>',
      '  <formats>',
      '    <format>application/pdf</format>',
      '  </formats>',
      '  <version>v1.0</version>',
      '  <rightsList>',
      '    <rights rightsURI="https://customlicense.org/licenses/by/4.0/">A custom license</rights>',
      '    <rights rightsURI="https://creativecommons.org/licenses/by/4.0/legalcode" rightsIdentifierScheme="spdx" rightsIdentifier="cc-by-4.0">Creative Commons Attribution 4.0 International</rights>',
      '    <rights rightsURI="info:eu-repo/semantics/openAccess"/>',
      '    <rights rightsURI="http://rightsstatements.org/vocab/InC/1.0/">2025 © Author(s)</rights>',
      '  </rightsList>',
      '  <descriptions>',
      '    <description descriptionType="Abstract">A description \nwith &lt;HTML&gt; tags</description>',
      '    <description descriptionType="Methods" xml:lang="eng">Bla bla bla</description>',
      '  </descriptions>',
      '  <geoLocations>',
      '    <geoLocation>',
      '      <geoLocationPlace>test location place</geoLocationPlace>',
      '      <geoLocationPoint>',
      '        <pointLongitude>-32.94682</pointLongitude>',
      '        <pointLatitude>-60.63932</pointLatitude>',
      '      </geoLocationPoint>',
      '    </geoLocation>',
      '  </geoLocations>',
      '  <fundingReferences>',
      '    <fundingReference>',
      '      <funderName>European Commission</funderName>',
      '      <funderIdentifier funderIdentifierType="Crossref Funder ID">10.13039/501100000780</funderIdentifier>',
      '      <awardNumber>777541</awardNumber>',
      '      <awardTitle>OpenAIRE Advancing Open Scholarship</awardTitle>',
      '    </fundingReference>',
      '    <fundingReference>',
      '      <funderName>Caltech Library</funderName>',
      '    </fundingReference>',
      '  </fundingReferences>',
      '</resource>',
    ],
  ),
  whole(
    'dublin-core',
    'Dublin Core has addresses for identifiers, rights by name and address, and descriptions with their tags as text.',
    DUBLIN_CORE,
    'inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/dublincore/schema.py',
    ({ id, doi, conceptDoi }) => [
      '<oai_dc:dc xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd">',
      '  <dc:contributor>Dirk, Dirkin</dc:contributor>',
      '  <dc:creator>Nielsen, Lars Holm</dc:creator>',
      '  <dc:creator>Blabin &amp; Co</dc:creator>',
      '  <dc:date>2018/2020-09</dc:date>',
      '  <dc:description>&amp;lt;p&amp;gt;A description&amp;lt;/p&amp;gt; &amp;lt;p&amp;gt;with &amp;lt;HTML&amp;gt; tags&amp;lt;/p&amp;gt;</dc:description>',
      '  <dc:description>Bla bla bla</dc:description>',
      '  <dc:format>application/pdf</dc:format>',
      `  <dc:identifier>https://doi.org/${doi}</dc:identifier>`,
      `  <dc:identifier>oai:zenodo.org:${id}</dc:identifier>`,
      '  <dc:identifier>https://ui.adsabs.harvard.edu/#abs/1924MNRAS..84..308E</dc:identifier>',
      '  <dc:language>dan</dc:language>',
      '  <dc:language>eng</dc:language>',
      '  <dc:publisher>InvenioRDM</dc:publisher>',
      '  <dc:relation>https://doi.org/10.1234/foo.bar</dc:relation>',
      '  <dc:relation>https://example.org/whole</dc:relation>',
      '  <dc:relation>https://www.wikidata.org/entity/Q42</dc:relation>',
      `  <dc:relation>https://doi.org/${conceptDoi}</dc:relation>`,
      '  <dc:rights>info:eu-repo/semantics/openAccess</dc:rights>',
      '  <dc:rights>A custom license</dc:rights>',
      '  <dc:rights>https://customlicense.org/licenses/by/4.0/</dc:rights>',
      '  <dc:rights>Creative Commons Attribution 4.0 International</dc:rights>',
      '  <dc:rights>https://creativecommons.org/licenses/by/4.0/legalcode</dc:rights>',
      '  <dc:subject>oncology</dc:subject>',
      '  <dc:subject>custom</dc:subject>',
      '  <dc:title>InvenioRDM</dc:title>',
      '  <dc:type>info:eu-repo/semantics/other</dc:type>',
      '</oai_dc:dc>',
    ],
  ),
  {
    id: 'records/export-dublin-core-sources',
    says: 'Dublin Core has journal and meeting in one line each; identifiers without an address begin with their scheme.',
    source: 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/contrib/journal/processors.py',
    needs: ['publish'],
    async check(target) {
      const { id } = await publishRdm(
        target,
        { identifiers: [{ identifier: '978-3-16-148410-0', scheme: 'isbn' }] },
        {
          'journal:journal': { title: 'J', volume: '1', issue: '2', pages: '3-4' },
          'meeting:meeting': { title: 'M', acronym: 'MM', place: 'Paris' },
        },
      );
      const found = await exportedAs(target, id, DUBLIN_CORE);
      assert.deepEqual(found.match(/(?<=<dc:source>).*(?=<)/g), [
        'J, 1(2), 3-4, (2026-01-02)',
        'MM, M, Paris',
      ]);
      assert.match(found, /<dc:identifier>isbn:978-3-16-148410-0</);
    },
  },
  {
    id: 'records/export-list',
    says: 'A search is exported too: the texts of its hits, one after another.',
    source: 'inveniosoftware/flask-resources:flask_resources/serializers/simple.py',
    needs: ['publish', 'mock'],
    async check(target) {
      const { id } = await fullRecord(target);
      const headers = { accept: DUBLIN_CORE };
      const answer = await call(target, 'GET', `/api/records?q=recid:${id}`, { token: null, headers });
      assert.deepEqual([answer.status, answer.text], [200, await exportedAs(target, id, DUBLIN_CORE)]);
    },
  },
  {
    id: 'records/export-unknown',
    says: 'A media type that is no export is 406.',
    source: 'inveniosoftware/flask-resources:flask_resources/content_negotiation.py',
    needs: ['publish', 'mock'],
    async check(target) {
      const { id } = await fullRecord(target);
      const headers = { accept: 'application/x-unknown' };
      const answer = await call(target, 'GET', `/api/records/${id}`, { token: null, headers });
      const { message } = answer.json as { message: string };
      assert.equal(answer.status, 406);
      assert.match(
        message,
        /^Invalid 'Accept' header. Expected one of: application\/json, application\/ld\+json, /,
      );
    },
  },
  {
    id: 'records/export-former',
    says: 'Exports have kept their former addresses: `hx`, `dcite4` and `xd`, and those below `/record/`.',
    source: 'zenodo/zenodo-rdm:site/zenodo_rdm/config.py',
    async check(target) {
      for (const [from, to] of [
        ['/records/1/export/hx', '/records/1/export/bibtex'],
        ['/records/1/export/dcite4', '/records/1/export/datacite-xml'],
        ['/records/1/export/xd', '/records/1/export/dublincore'],
        ['/record/1/export/csl', '/records/1/export/csl'],
        ['/api/records/?size=1', '/api/records?size=1'],
      ] as const) {
        const { status, headers } = await call(target, 'GET', from, { token: null });
        const location = new URL(headers.get('location') ?? '', target.url);
        assert.deepEqual([status, location.pathname + location.search], [301, to], from);
      }
    },
  },
];
