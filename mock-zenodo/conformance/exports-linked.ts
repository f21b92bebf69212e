import assert from 'node:assert/strict';
import { exportedAs, fullRecord, publishRdm } from './exports-record.js';
import { whole } from './exports-xml.js';
import { call, type Rule } from './rule.js';

const SERIALIZERS = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers';
const DCAT = 'application/dcat+xml';
const XSD = 'http://www.w3.org/2001/XMLSchema#';
const EUROPE = 'http://publications.europa.eu/resource/authority';

const resource = (indent: number, name: string, address: string) =>
  `${' '.repeat(indent)}<${name} rdf:resource="${address}"/>`;
const typed = (indent: number, name: string, type: string, text: string) =>
  `${' '.repeat(indent)}<${name} rdf:datatype="${type}">${text}</${name}>`;

/** Records as linked data. */
export const linkedExportRules: Rule[] = [
  whole(
    'dcat-whole',
    'DCAT is CiteDCAT-AP: without further titles, with the address of a ROR written twice.',
    DCAT,
    `${SERIALIZERS}/dcat/datacite-to-dcat-ap.xsl`,
    ({ id, doi, conceptDoi, origin, updated }) => [
      '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:adms="http://www.w3.org/ns/adms#" xmlns:bibo="http://purl.org/ontology/bibo/" xmlns:citedcat="https://w3id.org/citedcat-ap/" xmlns:dct="http://purl.org/dc/terms/" xmlns:dctype="http://purl.org/dc/dcmitype/" xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:foaf="http://xmlns.com/foaf/0.1/" xmlns:gsp="http://www.opengis.net/ont/geosparql#" xmlns:locn="http://www.w3.org/ns/locn#" xmlns:org="http://www.w3.org/ns/org#" xmlns:owl="http://www.w3.org/2002/07/owl#" xmlns:prov="http://www.w3.org/ns/prov#" xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xmlns:skos="http://www.w3.org/2004/02/skos/core#" xmlns:vcard="http://www.w3.org/2006/vcard/ns#" xmlns:wdrs="http://www.w3.org/2007/05/powder-s#">',
      `  <rdf:Description rdf:about="https://doi.org/${doi}">`,
      resource(4, 'rdf:type', 'http://www.w3.org/ns/dcat#Dataset'),
      resource(4, 'dct:type', 'http://purl.org/dc/dcmitype/Image'),
      typed(4, 'dct:identifier', `${XSD}anyURI`, `https://doi.org/${doi}`),
      resource(4, 'foaf:page', `https://doi.org/${doi}`),
      '    <dct:creator>',
      '      <rdf:Description rdf:about="https://orcid.org/0000-0001-8135-3489">',
      resource(8, 'rdf:type', 'http://xmlns.com/foaf/0.1/Person'),
      '        <foaf:name>Nielsen, Lars Holm</foaf:name>',
      '        <foaf:givenName>Lars Holm</foaf:givenName>',
      '        <foaf:familyName>Nielsen</foaf:familyName>',
      '        <org:memberOf>',
      '          <foaf:Organization rdf:about="https://ror.org/https://ror.org/01ggx4157">',
      typed(12, 'dct:identifier', `${XSD}anyURI`, 'https://ror.org/01ggx4157'),
      '            <foaf:name>European Organization for Nuclear Research</foaf:name>',
      '          </foaf:Organization>',
      '        </org:memberOf>',
      '        <org:memberOf>',
      '          <foaf:Organization>',
      '            <foaf:name>free-text</foaf:name>',
      '          </foaf:Organization>',
      '        </org:memberOf>',
      '      </rdf:Description>',
      '    </dct:creator>',
      '    <dct:creator>',
      '      <rdf:Description rdf:about="https://ror.org/01ggx4157">',
      resource(8, 'rdf:type', 'http://xmlns.com/foaf/0.1/Organization'),
      '        <foaf:name>Blabin &amp; Co</foaf:name>',
      '      </rdf:Description>',
      '    </dct:creator>',
      '    <dct:title>InvenioRDM</dct:title>',
      '    <dct:publisher>',
      '      <foaf:Agent>',
      '        <foaf:name>InvenioRDM</foaf:name>',
      '      </foaf:Agent>',
      '    </dct:publisher>',
      typed(4, 'dct:issued', `${XSD}gYear`, '2018'),
      '    <dct:subject>',
      '      <skos:Concept>',
      '        <skos:prefLabel>oncology</skos:prefLabel>',
      '        <skos:inScheme>',
      '          <skos:ConceptScheme>',
      '            <dct:title>EuroSciVoc</dct:title>',
      '          </skos:ConceptScheme>',
      '        </skos:inScheme>',
      '      </skos:Concept>',
      '    </dct:subject>',
      '    <dcat:keyword>custom</dcat:keyword>',
      '    <citedcat:isFundedBy>',
      '      <foaf:Project>',
      typed(8, 'dct:identifier', `${XSD}string`, '777541'),
      '        <dct:title>OpenAIRE Advancing Open Scholarship</dct:title>',
      resource(8, 'citedcat:isAwardedBy', 'https://doi.org/10.13039/501100000780'),
      '      </foaf:Project>',
      '    </citedcat:isFundedBy>',
      resource(4, 'citedcat:funder', 'https://doi.org/10.13039/501100000780'),
      '    <citedcat:funder>',
      '      <foaf:Organization>',
      `        <dct:identifier rdf:datatype="${XSD}string"/>`,
      '        <foaf:name>Caltech Library</foaf:name>',
      '      </foaf:Organization>',
      '    </citedcat:funder>',
      '    <citedcat:dataCurator>',
      '      <rdf:Description>',
      resource(8, 'rdf:type', 'http://xmlns.com/foaf/0.1/Person'),
      '        <foaf:name>Dirk, Dirkin</foaf:name>',
      '        <foaf:givenName>Dirkin</foaf:givenName>',
      '        <foaf:familyName>Dirk</foaf:familyName>',
      '      </rdf:Description>',
      '    </citedcat:dataCurator>',
      typed(4, 'dct:issued', `${XSD}dateTime`, '2018/2020-09'),
      typed(4, 'dct:date', `${XSD}date`, '1939/1945'),
      typed(4, 'dct:modified', `${XSD}date`, updated.split('T')[0] ?? ''),
      resource(4, 'dct:language', `${EUROPE}/language/DAN`),
      ...[
        ['URL', `${origin}/records/${id}`],
        ['oai', `oai:zenodo.org:${id}`],
        ['bibcode', 'http://adsabs.harvard.edu/abs/1924MNRAS..84..308E'],
      ].flatMap(([agency = '', address = '']) => [
        ...(agency === 'oai' ? [] : [resource(4, 'owl:sameAs', address)]),
        '    <adms:identifier>',
        '      <adms:Identifier>',
        agency === 'oai'
          ? `        <skos:notation>${address}</skos:notation>`
          : typed(8, 'skos:notation', `${XSD}anyURI`, address),
        `        <adms:schemeAgency>${agency}</adms:schemeAgency>`,
        '      </adms:Identifier>',
        '    </adms:identifier>',
      ]),
      '    <bibo:cites>',
      '      <rdf:Description rdf:about="https://doi.org/10.1234/foo.bar">',
      '        <dct:identifier>https://doi.org/10.1234/foo.bar</dct:identifier>',
      resource(8, 'rdf:type', 'http://www.w3.org/ns/dcat#Dataset'),
      resource(8, 'dct:type', 'http://purl.org/dc/dcmitype/Dataset'),
      '      </rdf:Description>',
      '    </bibo:cites>',
      ...[
        ['dct:isPartOf', 'https://example.org/whole'],
        ['dct:isVersionOf', `https://doi.org/${conceptDoi}`],
      ].flatMap(([name, address]) => [
        `    <${name}>`,
        `      <rdf:Description rdf:about="${address}">`,
        `        <dct:identifier>${address}</dct:identifier>`,
        '      </rdf:Description>',
        `    </${name}>`,
      ]),
      '    <owl:versionInfo>v1.0</owl:versionInfo>',
      '    <dct:description>A description with &lt;HTML&gt; tags</dct:description>',
      '    <dct:provenance>',
      '      <dct:ProvenanceStatement>',
      '        <rdfs:label>Bla bla bla</rdfs:label>',
      '      </dct:ProvenanceStatement>',
      '    </dct:provenance>',
      '    <dct:spatial>',
      '      <dct:Location>',
      resource(8, 'rdf:type', 'http://www.w3.org/2004/02/skos/core#Concept'),
      '        <skos:prefLabel>test location place</skos:prefLabel>',
      '        <locn:geographicName>test location place</locn:geographicName>',
      ...[
        ['wkt', 'POINT(-32.94682 -60.63932)'],
        [
          'gml',
          '<gml:Point srsName="http://www.opengis.net/def/crs/OGC/1.3/CRS84"><gml:pos srsDimension="2">-32.94682 -60.63932</gml:pos></gml:Point>',
        ],
        ['geoJSON', '{"type":"Point","coordinates":[-32.94682,-60.63932]}'],
      ].map(([language, text]) =>
        typed(
          8,
          'dcat:centroid',
          `http://www.opengis.net/ont/geosparql#${language}Literal`,
          `<![CDATA[${text}]]>`,
        ),
      ),
      '      </dct:Location>',
      '    </dct:spatial>',
      resource(4, 'dct:accessRights', `${EUROPE}/access-right/PUBLIC`),
      '    <dct:accessRights>',
      '      <dct:RightsStatement rdf:about="info:eu-repo/semantics/openAccess">',
      '        <rdfs:label/>',
      '      </dct:RightsStatement>',
      '    </dct:accessRights>',
      '    <dcat:distribution>',
      '      <dcat:Distribution>',
      '        <dct:extent>',
      '          <dct:SizeOrDuration>',
      '            <rdfs:label>11 pages</rdfs:label>',
      '          </dct:SizeOrDuration>',
      '        </dct:extent>',
      resource(8, 'dcat:mediaType', 'https://www.iana.org/assignments/media-types/application/pdf'),
      '        <dct:rights>',
      '          <dct:RightsStatement rdf:about="https://customlicense.org/licenses/by/4.0/">',
      '            <rdfs:label>A custom license</rdfs:label>',
      '          </dct:RightsStatement>',
      '        </dct:rights>',
      resource(8, 'dct:license', 'https://creativecommons.org/licenses/by/4.0/legalcode'),
      '        <dct:rights>',
      '          <dct:RightsStatement rdf:about="http://rightsstatements.org/vocab/InC/1.0/">',
      '            <rdfs:label>2025 © Author(s)</rdfs:label>',
      '          </dct:RightsStatement>',
      '        </dct:rights>',
      resource(8, 'dcat:accessURL', `https://doi.org/${doi}`),
      '      </dcat:Distribution>',
      '    </dcat:distribution>',
      '    <dcat:distribution>',
      '      <dcat:Distribution>',
      resource(8, 'dcat:downloadURL', `${origin}/records/${id}/files/a.txt`),
      '        <dcat:mediaType>text/plain</dcat:mediaType>',
      '        <dcat:byteSize>9</dcat:byteSize>',
      resource(8, 'dcat:accessURL', `https://doi.org/${doi}`),
      '      </dcat:Distribution>',
      '    </dcat:distribution>',
      '  </rdf:Description>',
      '</rdf:RDF>',
    ],
  ),
  {
    id: 'records/export-dcat-parts',
    says: 'What is no dataset in DCAT has no distribution of its own; leaders of projects are listed twice; the name of an organisation is split at its comma.',
    source: `${SERIALIZERS}/dcat/datacite-to-dcat-ap.xsl`,
    needs: ['publish'],
    async check(target) {
      const { id } = await publishRdm(target, {
        resource_type: { id: 'other' },
        formats: ['odd'],
        contributors: [
          { person_or_org: { type: 'organizational', name: 'CERN, Geneva' }, role: { id: 'projectleader' } },
          {
            person_or_org: { type: 'personal', family_name: 'Ko', given_name: 'Li' },
            role: { id: 'contactperson' },
            affiliations: [{ name: 'Place' }],
          },
        ],
        dates: [{ date: '2019/2020-05-06', type: { id: 'collected' } }],
        subjects: [{ subject: 'https://example.org/x' }, { subject: 'http://example.org/y' }],
        rights: [{ title: { en: 'Without an address' } }, { id: 'mit' }],
      });
      const found = await exportedAs(target, id, DCAT);
      for (const part of [
        resource(4, 'rdf:type', 'http://www.w3.org/ns/dcat#Resource'),
        '    <dct:subject rdf:resource=""/>\n    <dct:subject rdf:resource="http://example.org/y"/>',
        '<foaf:givenName>Geneva</foaf:givenName>\n        <foaf:familyName>CERN</foaf:familyName>',
        '<prov:wasGeneratedBy>\n      <foaf:Project>',
        '<citedcat:projectLeader>',
        '<vcard:organization-name>Place</vcard:organization-name>',
        typed(8, 'dcat:startDate', `${XSD}gYear`, '2019'),
        typed(8, 'dcat:endDate', `${XSD}date`, '2020-05-06'),
        '    <dct:format>\n      <dct:MediaTypeOrExtent>\n        <rdfs:label>odd</rdfs:label>',
        '<skos:notation>mit</skos:notation>\n            <adms:schemeAgency>spdx</adms:schemeAgency>',
      ]) {
        assert.ok(found.includes(part), `${part}\n${found}`);
      }
      assert.equal(found.match(/<dcat:distribution>/g)?.length, 1, 'that of the file');
      assert.ok(!found.includes('Without an address'));
    },
  },
  {
    id: 'records/export-dcat-addresses',
    says: 'DCAT is exported at `/records/ID/export/dcat-ap` too.',
    source: 'inveniosoftware/invenio-app-rdm:invenio_app_rdm/config.py',
    needs: ['publish', 'mock'],
    async check(target) {
      const { id } = await fullRecord(target);
      const answer = await call(target, 'GET', `/records/${id}/export/dcat-ap`, { token: null });
      assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, DCAT]);
      assert.equal(answer.text, await exportedAs(target, id, DCAT));
    },
  },
  {
    id: 'records/export-linkset',
    says: 'A link set has the page with authors, formats, files, licences and types; then each file; then the metadata.',
    source: `${SERIALIZERS}/signposting/schema.py`,
    needs: ['publish', 'mock'],
    async check(target) {
      const { id, doi, origin } = await fullRecord(target);
      const [page, self] = [`${origin}/records/${id}`, `${origin}/api/records/${id}`];
      const file = `${page}/files/a.txt`;
      const text = await exportedAs(target, id, 'application/linkset+json');
      const { linkset } = JSON.parse(text) as { linkset: { describedby?: { href: string }[] }[] };
      const { describedby = [], ...landing } = linkset[0] ?? {};
      assert.deepEqual(landing, {
        anchor: page,
        author: [{ href: 'https://orcid.org/0000-0001-8135-3489' }, { href: 'https://ror.org/01ggx4157' }],
        'cite-as': [{ href: `https://doi.org/${doi}` }],
        item: [{ href: file, type: 'text/plain' }],
        license: [
          { href: 'https://customlicense.org/licenses/by/4.0/' },
          { href: 'https://creativecommons.org/licenses/by/4.0/legalcode' },
        ],
        type: [{ href: 'https://schema.org/Photograph' }, { href: 'https://schema.org/AboutPage' }],
      });
      assert.equal(describedby.length, 15);
      assert.ok(describedby.every(({ href }) => href === self));
      assert.deepEqual(linkset.slice(1), [
        { anchor: file, collection: [{ href: page, type: 'text/html' }] },
        { anchor: self, describes: [{ href: page, type: 'text/html' }] },
      ]);
    },
  },
];
