import { type Fields, isObject } from '../metadata/checks.js';

/**
 * Journal, imprint and thesis in one line each
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/ui/schema.py`).
 */
export function publishingInformation(metadata: Fields, custom: Fields): Fields {
  const { 'journal:journal': journal, 'imprint:imprint': imprint, 'thesis:thesis': thesis } = custom;
  return {
    ...(isObject(journal) && { journal: journalLine(journal, metadata['publication_date']) }),
    ...(isObject(imprint) && Boolean(metadata['publisher']) && { imprint: imprintLine(imprint) }),
    ...(isObject(thesis) && { thesis: thesisLine(thesis) }),
  };
}

function journalLine({ title, volume, issue, pages, issn }: Fields, date: unknown): string {
  const number = issue ? (volume ? `${volume}(${issue})` : issue) : volume;
  const year = typeof date === 'string' ? String(Number(date.slice(0, 4))) : undefined;
  return `${joined(', ', [title, number, pages, issn && `ISSN: ${issn}`, year])}.`;
}

function imprintLine({ title, pages, place, isbn, edition }: Fields): string {
  const book = title && `${title}${edition ? ` ${edition} ed.` : ''}`;
  const where = joined(', ', [book, pages]);
  return joined(' ', [where && `${where}.`, place && `${place}.`, isbn && `ISBN: ${isbn}.`]);
}

function thesisLine(thesis: Fields): string {
  const { university, department, type, date_submitted: submitted, date_defended: defended } = thesis;
  return joined(', ', [
    university && department ? `${university} (${department})` : (university ?? department),
    type,
    submitted && `Submitted: ${submitted}`,
    defended && `Defended: ${defended}`,
  ]);
}

function joined(glue: string, parts: unknown[]): string {
  return parts.filter((part) => part).join(glue);
}
