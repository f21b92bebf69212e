import type { Fields } from '../metadata/checks.js';
import { datacite } from '../records/exports/datacite.js';
import { dataciteXml } from '../records/exports/datacite-xml.js';
import { dcat } from '../records/exports/dcat.js';
import { dublinCore } from '../records/exports/dublin-core.js';
import { marcXml } from '../records/exports/marcxml.js';
import { type Element, element, withoutCdata } from '../records/exports/xml.js';

/** A format of OAI-PMH: its schema, its namespace, and a record in it. */
interface Format {
  schema: string;
  namespace: string;
  write(record: Fields): Element;
}

const MARCXML: Format = {
  schema: 'https://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd',
  namespace: 'https://www.loc.gov/standards/marcxml/',
  write: marcXml,
};
const DATACITE: Format = {
  schema: 'http://schema.datacite.org/meta/kernel-4.5/metadata.xsd',
  namespace: 'http://datacite.org/schema/kernel-4',
  write: (record) => dataciteXml(datacite(record)),
};
const OAI_DATACITE: Format = {
  schema: 'http://schema.datacite.org/oai/oai-1.1/oai.xsd',
  namespace: 'http://schema.datacite.org/oai/oai-1.1/',
  write: (record) =>
    element(
      'oai_datacite',
      [
        element('schemaVersion', '4.5'),
        element('datacentreSymbol', 'CERN.ZENODO'),
        element('payload', [DATACITE.write(record)]),
      ],
      {
        xmlns: 'http://schema.datacite.org/oai/oai-1.1/',
        'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
        'xsi:schemaLocation':
          'http://schema.datacite.org/oai/oai-1.1/ http://schema.datacite.org/oai/oai-1.1/oai.xsd',
      },
    ),
};

/**
 * The formats by `metadataPrefix`, in Zenodo's order
 * (`inveniosoftware/invenio-app-rdm:invenio_app_rdm/config.py`,
 * `inveniosoftware/invenio-rdm-records:invenio_rdm_records/oai.py`).
 */
export const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['marcxml', MARCXML],
  [
    'oai_dc',
    {
      schema: 'http://www.openarchives.org/OAI/2.0/oai_dc.xsd',
      namespace: 'http://www.openarchives.org/OAI/2.0/oai_dc/',
      write: dublinCore,
    },
  ],
  [
    'dcat',
    {
      schema: 'http://schema.datacite.org/meta/kernel-4/metadata.xsd',
      namespace: 'https://www.w3.org/ns/dcat',
      write: (record) => withoutCdata(dcat(record)),
    },
  ],
  ['marc21', MARCXML],
  ['datacite', DATACITE],
  ['oai_datacite', OAI_DATACITE],
  ['datacite4', DATACITE],
  ['oai_datacite4', OAI_DATACITE],
]);
