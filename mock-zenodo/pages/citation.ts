import type { MockContext } from '../context.js';
import type { Fields } from '../metadata/checks.js';
import { objectsAt } from '../metadata/legacy-out-parts.js';
import { objectAt, textAt } from '../records/exports/reading.js';
import type { Deposition, RecordState } from '../store/model.js';

/** A person or organisation that created a record. */
interface Author {
  /** `Family, Given`, or the name of an organisation. */
  name: string;
  orcid: string | undefined;
}

/** What the page of a record shows, read once from its loosely typed metadata. */
export interface Citation {
  id: number;
  type: string;
  title: string;
  authors: Author[];
  /** EDTF level 0, as stored. */
  date: string;
  doi: string | undefined;
  conceptDoi: string | undefined;
  version: string | undefined;
  /** HTML. */
  description: string | undefined;
  keywords: string[];
  licences: string[];
}

/** Reads what the page of a record says. */
export function citationOf(mock: MockContext, deposition: Deposition, state: RecordState): Citation {
  const { metadata } = state;
  return {
    id: deposition.id,
    type: textAt(metadata, 'resource_type', 'id') ?? 'other',
    title: textAt(metadata, 'title') ?? '',
    authors: objectsAt(metadata, 'creators').map(author),
    date: textAt(metadata, 'publication_date') ?? '',
    doi: state.pids['doi']?.identifier,
    conceptDoi: mock.store.concepts.get(deposition.conceptId)?.conceptDoi ?? undefined,
    version: textAt(metadata, 'version'),
    description: textAt(metadata, 'description'),
    keywords: objectsAt(metadata, 'subjects').flatMap((one) => textAt(one, 'subject') ?? []),
    licences: objectsAt(metadata, 'rights').flatMap((one) => textAt(one, 'id') ?? []),
  };
}

function author(creator: Fields): Author {
  const who = objectAt(creator, 'person_or_org');
  const [family, given] = [textAt(who, 'family_name') ?? '', textAt(who, 'given_name')];
  const orcid = objectsAt(who, 'identifiers').find(({ scheme }) => scheme === 'orcid');
  const personal = given === undefined ? family : `${family}, ${given}`;
  return {
    name: who['type'] === 'organizational' ? (textAt(who, 'name') ?? '') : personal,
    orcid: orcid && textAt(orcid, 'identifier'),
  };
}
