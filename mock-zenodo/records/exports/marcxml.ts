import type { Fields } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { RESOURCE_TYPES } from '../../metadata/vocabularies/resource-type-rows.js';
import { pathOfKey } from '../../pages/signposting.js';
import {
  contributor,
  imprint,
  journal,
  parentAndRelated,
  publication,
  type Subfields,
} from './marcxml-parts.js';
import { objectAt, textAt, textsAt } from './reading.js';
import { type Element, element } from './xml.js';

/** Kinds of record that are not text (`dojson:dojson/contrib/to_marc21/fields/bdleader.py`). */
const KINDS: Record<string, string> = { image: 'k', video: 'g', dataset: 'm', software: 'm' };

/**
 * A record in RDM form as `application/marcxml+xml`
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/marcxml/schema.py`).
 */
export function marcXml(record: Fields): Element {
  const metadata = objectAt(record, 'metadata');
  const type = textAt(metadata, 'resource_type', 'id') ?? '';
  const [first, ...others] = objectsAt(metadata, 'creators');
  const doi = textAt(record, 'pids', 'doi', 'identifier');
  const status = textAt(record, 'access', 'status');
  const related = objectsAt(metadata, 'related_identifiers');
  return element(
    'record',
    [
      element('leader', `00000n${KINDS[type] ?? 'a'}m##2200000uu#4500`),
      control('001', textAt(record, 'id') ?? ''),
      ...fields(
        '024  ',
        doi === undefined
          ? []
          : [
              [
                ['2', 'doi'],
                ['a', doi],
              ],
            ],
      ),
      ...fields('909CO', oai(record)),
      ...fields('700  ', [...objectsAt(metadata, 'contributors'), ...others].map(contributor)),
      ...fields('245  ', [[['a', textAt(metadata, 'title')]]]),
      ...fields('100  ', first === undefined ? [] : [contributor(first)]),
      ...fields(
        '856 2',
        related.map((one) => [['a', `${one['scheme']}:${one['identifier']}`]]),
      ),
      ...fields('540  ', [[['a', `info:eu-repo/semantics/${status}Access`]], ...rights(metadata)]),
      ...fields('65017', objectsAt(metadata, 'rights').map(licence)),
      ...fields(
        '653  ',
        objectsAt(metadata, 'subjects').map((one) => [['a', textAt(one, 'subject')]]),
      ),
      ...fields('520  ', described([textAt(metadata, 'description')])),
      ...fields(
        '500  ',
        described(objectsAt(metadata, 'additional_descriptions').map((one) => textAt(one, 'description'))),
      ),
      ...fields(
        '041  ',
        objectsAt(metadata, 'languages').map((one) => [['a', textAt(one, 'id')]]),
      ),
      ...fields(
        '999C5',
        objectsAt(metadata, 'references').map((one) => [['x', textAt(one, 'reference')]]),
      ),
      ...fields('260  ', [publication(record)]),
      ...fields('980  ', kinds(record, type)),
      ...fields(
        '520 1',
        textsAt(metadata, 'formats').map((text) => [['a', text]]),
      ),
      ...fields(
        '520 2',
        textsAt(metadata, 'sizes').map((text) => [['a', text]]),
      ),
      ...fields('536  ', objectsAt(metadata, 'funding').map(grant)),
      control(
        '005',
        `${textAt(record, 'updated')
          ?.replaceAll(/[^0-9]/g, '')
          .slice(0, 14)}.0`,
      ),
      ...fields('8564 ', files(record)),
      ...fields('542  ', [[['l', status]]]),
      ...fields('773  ', [...parentAndRelated(record), ...imprint(record)]),
      ...fields('909C4', journal(record)),
    ],
    { xmlns: 'http://www.loc.gov/MARC21/slim' },
  );
}

function control(tag: string, text: string): Element {
  return element('controlfield', text, { tag });
}

/** Fields with one name: three digits and two indicators. */
function fields(name: string, values: Subfields[]): Element[] {
  const [tag, ind1, ind2] = [name.slice(0, 3), name.slice(3, 4), name.slice(4)];
  return values.map((value) => {
    const subfields = value.flatMap(([code, texts]) =>
      [texts ?? []].flat().map((text) => element('subfield', text, { code })),
    );
    return element('datafield', subfields, { tag, ind1, ind2 });
  });
}

function slugs(record: Fields): string[] {
  const communities = objectsAt(objectAt(record, 'parent', 'communities'), 'entries');
  return communities.flatMap((one) => textAt(one, 'slug') ?? []).map((slug) => `user-${slug}`);
}

function oai(record: Fields): Subfields[] {
  const identifier = textAt(record, 'pids', 'oai', 'identifier');
  return identifier === undefined
    ? []
    : [
        [
          ['o', identifier],
          ['p', slugs(record)],
        ],
      ];
}

function kinds(record: Fields, id: string): Subfields[] {
  const type = RESOURCE_TYPES.get(id);
  const [a, b] = [type?.marc21.type || undefined, type?.marc21.subtype || undefined];
  return [
    ...slugs(record).map((slug): Subfields => [['a', slug]]),
    ...(type?.eurepo ? [[['a', type.eurepo]] satisfies Subfields] : []),
    ...(a === undefined && b === undefined
      ? []
      : [
          [
            ['a', a],
            ['b', b],
          ] satisfies Subfields,
        ]),
  ];
}

function rights(metadata: Fields): Subfields[] {
  return objectsAt(metadata, 'rights').map((one) => [
    ['a', textAt(one, 'title', 'en')],
    ['u', textAt(one, 'link') ?? textAt(one, 'props', 'url')],
  ]);
}

function licence(right: Fields): Subfields {
  return [
    ['a', textAt(right, 'id')],
    ['2', textAt(right, 'props', 'scheme')],
  ];
}

/** HTML as text: bleach escapes tags, and XML escapes them again. */
function described(texts: (string | undefined)[]): Subfields[] {
  return texts
    .filter((text) => text !== undefined)
    .map((text) => [
      [
        'a',
        text
          .replaceAll(/&(?!#?\w+;)/g, '&amp;')
          .replaceAll('<', '&lt;')
          .replaceAll('>', '&gt;'),
      ],
    ]);
}

function grant(one: Fields): Subfields {
  const [funder, title] = [textAt(one, 'funder', 'name'), textAt(one, 'award', 'title', 'en')];
  const note = [funder, title].filter((text) => text !== undefined).join(': ');
  return [
    ['c', textAt(one, 'award', 'number')],
    ['a', note],
  ];
}

function files(record: Fields): Subfields[] {
  const page = textAt(record, 'links', 'self_html');
  return Object.values(objectAt(record, 'files', 'entries')).map((entry) => {
    const file = entry as Fields;
    return [
      ['s', String(file['size'])],
      ['z', textAt(file, 'checksum')],
      ['u', `${page}/files/${pathOfKey(String(file['key']))}`],
    ];
  });
}
