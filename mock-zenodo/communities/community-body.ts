import { type FieldError, validationError } from '../errors.js';
import { isObject, MISSING, type Report } from '../metadata/checks.js';
import { sanitiseHtml } from '../metadata/text/sanitise-html.js';
import type { Community, CommunityMetadata } from '../store/model.js';

const POLICIES: { [Name in keyof Community['access']]: readonly Community['access'][Name][] } = {
  visibility: ['public', 'restricted'],
  members_visibility: ['public', 'restricted'],
  member_policy: ['open', 'closed'],
  record_submission_policy: ['open', 'closed', 'restricted'],
  review_policy: ['open', 'closed', 'members'],
};
const TEXTS = ['title', 'description'];
const LONGEST_TEXT = 250;
const HTML = ['curation_policy', 'page'];
const LONGEST_HTML = 50_000;
const KEPT = ['website', 'type', 'organizations', 'funding'];
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** What a client wants a community to be. */
interface CommunityBody {
  slug: string;
  metadata: CommunityMetadata;
  access: Partial<Community['access']>;
}

/**
 * Checks the body of a community. Throws 400 with everything that is wrong in it
 * (`inveniosoftware/invenio-communities:invenio_communities/communities/schema.py`).
 */
export function communityBody(body: unknown): CommunityBody {
  if (!isObject(body)) throw validationError([{ field: '_schema', messages: ['Invalid input type.'] }]);
  const errors: FieldError[] = [];
  const refuse = (field: string, message: string) => {
    errors.push({ field, messages: [message] });
  };
  const slug = slugIn(body['slug'], refuse);
  const metadata = metadataIn(body['metadata'], refuse);
  const access = accessIn(body['access'], refuse);
  if (errors.length > 0) throw validationError(errors);
  return { slug, metadata, access };
}

function slugIn(value: unknown, refuse: Report): string {
  if (value === undefined) refuse('slug', MISSING);
  else if (typeof value !== 'string') refuse('slug', 'Not a valid string.');
  else if (value === '' || value.length > 100)
    refuse('slug', 'Field cannot be blank or longer than 100 characters.');
  else if (!/^[-\w]+$/.test(value))
    refuse('slug', 'The identifier should contain only letters, numbers, or dashes.');
  else if (UUID.test(value)) refuse('slug', 'The ID must not be an Universally Unique IDentifier (UUID).');
  return String(value).toLowerCase();
}

function metadataIn(value: unknown, refuse: Report): CommunityMetadata {
  const given = isObject(value) ? value : {};
  if (value === undefined) refuse('metadata', MISSING);
  else if (!isObject(value)) refuse('metadata', 'Invalid input type.');
  else if (given['title'] === undefined) refuse('metadata.title', MISSING);
  const metadata: CommunityMetadata = { title: '' };
  for (const name of [...TEXTS, ...HTML]) {
    const text = given[name];
    if (text === undefined) continue;
    if (typeof text !== 'string') refuse(`metadata.${name}`, 'Not a valid string.');
    else if (HTML.includes(name)) {
      if (text.length > LONGEST_HTML)
        refuse(`metadata.${name}`, `Field cannot be longer than ${LONGEST_HTML} characters.`);
      else metadata[name] = sanitiseHtml(text);
    } else if (text === '' || text.length > LONGEST_TEXT)
      refuse(`metadata.${name}`, `Field cannot be blank or longer than ${LONGEST_TEXT} characters.`);
    else metadata[name] = text;
  }
  for (const name of KEPT) if (given[name] !== undefined) metadata[name] = given[name];
  return metadata;
}

function accessIn(value: unknown, refuse: Report): Partial<Community['access']> {
  if (value === undefined) refuse('access', MISSING);
  else if (!isObject(value)) refuse('access', 'Invalid input type.');
  const given = isObject(value) ? value : {};
  const chosen: Record<string, unknown> = {};
  for (const [name, allowed] of Object.entries(POLICIES)) {
    const choice = given[name];
    if (choice === undefined) continue;
    if (allowed.some((one) => one === choice)) chosen[name] = choice;
    else refuse(`access.${name}`, `Must be one of: ${allowed.join(', ')}.`);
  }
  return chosen;
}
