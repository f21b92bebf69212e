import { type Fields, isObject } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { RESOURCE_TYPES } from '../../metadata/vocabularies/resource-type-rows.js';
import { pathOfKey } from '../../pages/signposting.js';
import { landingUrl } from './landing-url.js';
import { objectAt, present, textAt, unlessEmpty } from './reading.js';

/** The media types of a record. */
const DESCRIBED_BY: (string | [type: string, profile: string])[] = [
  'application/dcat+xml',
  'application/json',
  'application/ld+json',
  ['application/ld+json', 'https://datapackage.org/profiles/2.0/datapackage.json'],
  'application/marcxml+xml',
  'application/vnd.citationstyles.csl+json',
  'application/vnd.datacite.datacite+json',
  'application/vnd.datacite.datacite+xml',
  'application/vnd.geo+json',
  'application/vnd.inveniordm.v1+json',
  'application/vnd.inveniordm.v1.full+csv',
  'application/vnd.inveniordm.v1.simple+csv',
  'application/x-bibtex',
  'application/x-dc+xml',
  'text/x-bibliography',
];

/**
 * A record in RDM form as `application/linkset+json`: the addresses of its page, files and metadata
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/signposting/schema.py`).
 */
export function linkset(record: Fields): Fields {
  const [page, self] = [textAt(record, 'links', 'self_html') ?? '', textAt(record, 'links', 'self') ?? ''];
  const entries = Object.values(objectAt(record, 'files', 'entries')).filter(isObject);
  const addressOfFile = ({ key }: Fields) => `${page}/files/${pathOfKey(String(key))}`;
  return {
    linkset: [
      present({
        anchor: page,
        author: authors(record),
        'cite-as': citeAs(record),
        describedby: DESCRIBED_BY.map((one) =>
          typeof one === 'string' ? { href: self, type: one } : { href: self, type: one[0], profile: one[1] },
        ),
        item: unlessEmpty(entries.map((entry) => ({ href: addressOfFile(entry), type: entry['mimetype'] }))),
        license: licences(record),
        type: types(record),
      }),
      ...entries.map((entry) => ({
        anchor: addressOfFile(entry),
        collection: [{ href: page, type: 'text/html' }],
      })),
      { anchor: self, describes: [{ href: page, type: 'text/html' }] },
    ],
  };
}

/** For each creator, the first identifier that has an address. */
function authors(record: Fields): Fields[] | undefined {
  const pages = objectsAt(objectAt(record, 'metadata'), 'creators').map((one) =>
    objectsAt(objectAt(one, 'person_or_org'), 'identifiers')
      .map(({ identifier, scheme }) => landingUrl(String(identifier), String(scheme)))
      .find((address) => address !== ''),
  );
  return unlessEmpty(pages.flatMap((href) => (href === undefined ? [] : [{ href }])));
}

function citeAs(record: Fields): Fields[] | undefined {
  const doi = textAt(record, 'pids', 'doi', 'identifier');
  return doi === undefined ? undefined : [{ href: `https://doi.org/${doi}` }];
}

function licences(record: Fields): Fields[] | undefined {
  return unlessEmpty(
    objectsAt(objectAt(record, 'metadata'), 'rights').flatMap((right) => {
      const href = textAt(right, 'link') ?? textAt(right, 'props', 'url');
      return href === undefined ? [] : [{ href }];
    }),
  );
}

function types(record: Fields): Fields[] {
  const type = textAt(record, 'metadata', 'resource_type', 'id') ?? '';
  const schemaOrg = RESOURCE_TYPES.get(type)?.schemaOrg;
  return [...(schemaOrg ? [{ href: schemaOrg }] : []), { href: 'https://schema.org/AboutPage' }];
}
