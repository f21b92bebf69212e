import type { MockContext } from '../context.js';
import { DomainError, type FieldError } from '../errors.js';
import type { Deposition, RecordState } from '../store/model.js';
import { schemaErrors } from './loose-validation.js';

const OWN_PREFIX = { production: '10.5281', sandbox: '10.5072' };

/**
 * What stops a draft from being published, with RDM field paths: first what the schema finds, then files, then identifiers, as
 * Zenodo's components follow each other. Throws 400 when an external DOI belongs to another record.
 */
export function validateForPublish(
  mock: MockContext,
  deposition: Deposition,
  draft: RecordState,
): FieldError[] {
  const schema = schemaErrors(mock, draft);
  if (schema.length > 0) return schema;
  const files = fileErrors(deposition, draft);
  if (files.length > 0) return files;
  return [...doiErrors(mock, deposition, draft), ...publisherErrors(draft)];
}

function fileErrors(deposition: Deposition, draft: RecordState): FieldError[] {
  if (!draft.filesEnabled) return [];
  if (draft.files.length === 0) {
    const message =
      deposition.record === null
        ? 'Missing uploaded files. To disable files for this record please mark it as metadata-only.'
        : 'Missing uploaded files.';
    return [{ field: 'files.enabled', messages: [message] }];
  }
  if (draft.files.every((file) => file.status === 'completed')) return [];
  const pending = 'One or more files have not completed their transfer, please wait.';
  return [{ field: 'files', messages: [pending] }];
}

function doiErrors(mock: MockContext, deposition: Deposition, draft: RecordState): FieldError[] {
  const doi = draft.pids['doi'];
  if (doi === undefined) return [];
  const prefix = mock.options.sandbox ? OWN_PREFIX.sandbox : OWN_PREFIX.production;
  const given = doi.identifier.split('/')[0] ?? '';
  const refused = (message: string) => [{ field: 'pids.doi', messages: [message] }];
  if (doi.provider === 'external') {
    if (given === prefix) {
      return refused(
        `The prefix '${prefix}' is managed by Zenodo. Please supply an external DOI or select 'No' to have a DOI generated for you.`,
      );
    }
    if (isTaken(mock, deposition, doi.identifier)) {
      throw new DomainError(400, 'The persistent identifier is already registered.');
    }
    return [];
  }
  if (given !== prefix) {
    return refused(
      `Wrong DOI ${given} prefix provided, it should be ${prefix} as defined in the rest client`,
    );
  }
  if (doi.identifier === `${prefix}/zenodo.${deposition.id}`) return [];
  return refused(`The DOI ${doi.identifier} was not reserved for this record.`);
}

function publisherErrors(draft: RecordState): FieldError[] {
  if (draft.pids['doi']?.provider === 'external' || draft.metadata['publisher']) return [];
  return [
    {
      field: 'metadata.publisher',
      messages: ['Missing publisher field required for DOI registration.'],
    },
  ];
}

function isTaken(mock: MockContext, deposition: Deposition, identifier: string): boolean {
  const wanted = identifier.toLowerCase();
  return [...mock.store.depositions.values()].some(
    (other) => other.id !== deposition.id && other.record?.pids['doi']?.identifier.toLowerCase() === wanted,
  );
}
