import { type Citation, customText } from './citation.js';

const TYPES: Record<string, string> = {
  dataset: 'dataset',
  software: 'software',
  image: 'graphic',
  'image-figure': 'figure',
  video: 'motion_picture',
  poster: 'graphic',
  presentation: 'speech',
  'publication-book': 'book',
  'publication-section': 'chapter',
  'publication-conferencepaper': 'paper-conference',
  'publication-article': 'article-journal',
  'publication-patent': 'patent',
  'publication-dissertation': 'thesis',
  'publication-report': 'report',
};

/** A record as `application/vnd.citationstyles.csl+json` (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/csl`). */
export function csl(citation: Citation): Record<string, unknown> {
  const { id, type, title, description, authors, date, language, version, doi, publisher } = citation;
  const journal = (key: string) => customText(citation, 'journal:journal', key);
  const optional = {
    language,
    version,
    DOI: doi,
    ISBN: customText(citation, 'imprint:imprint', 'isbn'),
    'container-title': journal('title'),
    page: journal('pages'),
    volume: journal('volume'),
    issue: journal('issue'),
  };
  return {
    id: String(id),
    type: TYPES[type] ?? 'article',
    title,
    ...(description !== undefined && { abstract: description }),
    author: authors.map(({ family, given, name, organization }) =>
      organization ? { literal: name } : { family, ...(given !== undefined && { given }) },
    ),
    issued: { 'date-parts': date.split('/').map((day) => day.split('-')) },
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    publisher,
  };
}
