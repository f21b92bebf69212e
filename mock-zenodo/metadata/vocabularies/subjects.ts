/** A subject of a vocabulary. */
export interface Subject {
  id: string;
  scheme: string;
  subject: string;
  props?: Record<string, string>;
  identifiers?: { identifier: string; scheme: string }[];
}

const CONCEPTS = 'http://data.europa.eu/8mn/euroscivoc';

/**
 * A few of the thousands of EuroSciVoc subjects in Zenodo
 * (`inveniosoftware/invenio-vocabularies:invenio_vocabularies/contrib/subjects/euroscivoc/datastreams.py`).
 */
const LIST: Subject[] = [
  {
    id: 'euroscivoc:1717',
    scheme: 'EuroSciVoc',
    subject: 'Satellite radio',
    props: { parents: 'euroscivoc:1225' },
    identifiers: [{ scheme: 'url', identifier: `${CONCEPTS}/87ff3577-527a-4a40-9c76-2f9d3075e2ba` }],
  },
  {
    id: 'euroscivoc:1225',
    scheme: 'EuroSciVoc',
    subject: 'Radio channel',
    identifiers: [{ scheme: 'url', identifier: `${CONCEPTS}/d913bd42-e79c-46a7-8714-14f2a6a0d82f` }],
  },
  { id: 'euroscivoc:225', scheme: 'EuroSciVoc', subject: 'oncology' },
];

/** The subjects in the mock, by id. */
export const SUBJECTS: ReadonlyMap<string, Subject> = new Map(LIST.map((subject) => [subject.id, subject]));
