import { type Citation, customText } from './citation.js';

const ENTRY_TYPES: Record<string, string> = {
  dataset: 'dataset',
  software: 'software',
  'publication-article': 'article',
  'publication-book': 'book',
  'publication-section': 'incollection',
  'publication-conferencepaper': 'inproceedings',
  'publication-conferenceproceeding': 'proceedings',
  'publication-dissertation': 'phdthesis',
  'publication-preprint': 'unpublished',
  'publication-workingpaper': 'unpublished',
  'publication-report': 'techreport',
  'publication-technicalnote': 'techreport',
  'publication-softwaredocumentation': 'manual',
};

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** A record as `application/x-bibtex` (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/bibtex`). */
export function bibtex(citation: Citation): string {
  const { authors, title, date, publisher, version, doi, id, type } = citation;
  const [year = '', month] = date.split(/[-/]/);
  const monthName = month === undefined ? undefined : MONTHS[Number(month) - 1];
  const university = customText(citation, 'thesis:thesis', 'university');
  const fields: [string, string | undefined][] = [
    ['author', braced(authors.map(({ name }) => name).join(` and\n${' '.repeat(18)}`))],
    ['title', braced(title)],
    ['journal', braced(customText(citation, 'journal:journal', 'title'))],
    ['month', monthName],
    ['year', year],
    ['school', braced(university)],
    ['volume', braced(customText(citation, 'journal:journal', 'volume'))],
    ['number', braced(customText(citation, 'journal:journal', 'issue'))],
    ['pages', braced(customText(citation, 'journal:journal', 'pages'))],
    ['publisher', braced(publisher)],
    ['version', braced(version)],
    ['doi', braced(doi)],
    ['url', doi && `{https://doi.org/${doi}}`],
  ];
  const lines = fields.flatMap(([name, value]) => (value ? [`  ${name.padEnd(12)} = ${value},\n`] : []));
  const family = authors[0]?.family ?? '';
  const key = family
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  return `@${ENTRY_TYPES[type] ?? 'misc'}{${key}_${year}_${id},\n${lines.join('')}}`;
}

function braced(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : `{${value.replace(/[{}\\]/g, '')}}`;
}
