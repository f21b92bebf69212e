import type { RecordState } from '../../store/model.js';
import { languageTitle } from '../titles.js';
import type { Author, Citation } from './citation.js';

const SCHEMA = 'https://schema.org/';

/** In `inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies/resource_types.yaml`. */
const TYPES: Record<string, string> = {
  dataset: 'Dataset',
  software: 'SoftwareSourceCode',
  image: 'ImageObject',
  video: 'MediaObject',
  presentation: 'PresentationDigitalDocument',
  'publication-article': 'ScholarlyArticle',
  'publication-book': 'Book',
  'publication-dissertation': 'Thesis',
  'publication-conferencepaper': 'ScholarlyArticle',
  'publication-preprint': 'ScholarlyArticle',
};

/** A record as `application/ld+json` (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/schemaorg/schema.py`), without what other works have to do with it. */
export function schemaOrg(
  citation: Citation,
  { updated, files }: Pick<RecordState, 'updated' | 'files'>,
  links: Record<string, string>,
): Record<string, unknown> {
  const { type, title, doi, authors, publisher, keywords, date, language, version, description } = citation;
  const schemaType = TYPES[type] ?? TYPES[type.split('-')[0] ?? ''] ?? 'CreativeWork';
  const address = doi === undefined ? links['self'] : `https://doi.org/${doi}`;
  const licence = citation.licences[0];
  const people = authors.map(person);
  const optional = {
    '@id': doi && address,
    keywords: keywords.length > 0 ? keywords.join(', ') : undefined,
    inLanguage: language && {
      alternateName: language,
      '@type': 'Language',
      name: languageTitle(language),
    },
    version,
    license: licence && `https://spdx.org/licenses/${licence}`,
    description,
    distribution:
      schemaType === 'Dataset' && files.length > 0
        ? files.map(({ key, mimetype }) => ({
            '@type': 'DataDownload',
            encodingFormat: mimetype,
            contentUrl: `${links['files']}/${key}/content`,
          }))
        : undefined,
  };
  return {
    '@context': 'http://schema.org',
    '@type': `${SCHEMA}${schemaType}`,
    identifier: address,
    name: title,
    creator: people,
    author: people,
    publisher: { '@type': 'Organization', name: publisher },
    datePublished: date.split('/')[0],
    dateModified: updated,
    url: links['self_html'],
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

function person({ name, given, family, organization, orcid, affiliations }: Author): Record<string, unknown> {
  return {
    name,
    ...(given !== undefined && { givenName: given }),
    ...(!organization && { familyName: family }),
    ...(affiliations.length > 0 && {
      affiliation: affiliations.map((one) => ({ '@type': 'Organization', name: one })),
    }),
    ...(orcid !== undefined && { '@id': `https://orcid.org/${orcid}` }),
    '@type': organization ? 'Organization' : 'Person',
  };
}
