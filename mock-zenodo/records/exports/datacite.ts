import { licenceTitle, resourceTypeTitle } from '../titles.js';
import type { Author, Citation } from './citation.js';

const GENERAL_TYPES: Record<string, string> = {
  dataset: 'Dataset',
  software: 'Software',
  image: 'Image',
  video: 'Audiovisual',
  audio: 'Sound',
  event: 'Event',
  model: 'Model',
  workflow: 'Workflow',
  physicalobject: 'PhysicalObject',
  lesson: 'InteractiveResource',
  poster: 'Poster',
  presentation: 'Presentation',
  'publication-article': 'JournalArticle',
  'publication-book': 'Book',
  'publication-section': 'BookChapter',
  'publication-conferencepaper': 'ConferencePaper',
  'publication-datapaper': 'DataPaper',
  'publication-dissertation': 'Dissertation',
  'publication-preprint': 'Preprint',
  'publication-report': 'Report',
  publication: 'Text',
};

/** A record as `application/vnd.datacite.datacite+json` (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/datacite`). */
export function datacite(citation: Citation) {
  const { id, type, title, authors, date, publisher, doi, conceptDoi, keywords } = citation;
  const { language, version, description, licences } = citation;
  const general = GENERAL_TYPES[type] ?? GENERAL_TYPES[type.split('-')[0] ?? ''] ?? 'Other';
  return {
    types: { resourceTypeGeneral: general, resourceType: type.includes('-') ? resourceTypeTitle(type) : '' },
    creators: authors.map(creator),
    titles: [{ title }],
    publisher,
    publicationYear: date.slice(0, 4),
    ...(keywords.length > 0 && { subjects: keywords.map((subject) => ({ subject })) }),
    dates: [{ date, dateType: 'Issued' }],
    ...(language !== undefined && { language }),
    identifiers: [
      ...(doi === undefined ? [] : [{ identifier: doi, identifierType: 'DOI' }]),
      { identifier: `oai:zenodo.org:${id}`, identifierType: 'oai' },
    ],
    ...(conceptDoi !== undefined && {
      relatedIdentifiers: [
        { relatedIdentifier: conceptDoi, relationType: 'IsVersionOf', relatedIdentifierType: 'DOI' },
      ],
    }),
    ...(version !== undefined && { version }),
    rightsList: licences.map((licence) => ({
      rights: licenceTitle(licence),
      rightsIdentifierScheme: 'spdx',
      rightsIdentifier: licence,
      rightsUri: `https://spdx.org/licenses/${licence}`,
    })),
    ...(description !== undefined && {
      descriptions: [{ description, descriptionType: 'Abstract' }],
    }),
    schemaVersion: 'http://datacite.org/schema/kernel-4',
  };
}

function creator({
  name,
  family,
  given,
  organization,
  orcid,
  affiliations,
}: Author): Record<string, unknown> {
  return {
    name,
    nameType: organization ? 'Organizational' : 'Personal',
    ...(given !== undefined && { givenName: given }),
    ...(!organization && { familyName: family }),
    ...(orcid !== undefined && {
      nameIdentifiers: [{ nameIdentifier: orcid, nameIdentifierScheme: 'ORCID' }],
    }),
    ...(affiliations.length > 0 && { affiliation: affiliations.map((one) => ({ name: one })) }),
  };
}
