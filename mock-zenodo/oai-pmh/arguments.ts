import { FORMATS } from './formats.js';
import { badArgument, OaiProblem } from './problem.js';
import { openToken, type Selection } from './resumption.js';

/** A parsed request. */
export interface OaiRequest {
  verb: string;
  /** The arguments that the response repeats, in Zenodo's order. */
  given: [name: string, value: string][];
  identifier?: string | undefined;
  selection: Selection;
  page: number;
}

interface Arguments {
  required: readonly string[];
  optional: readonly string[];
}

const MISSING = 'Missing data for required field.';
const LIST: Arguments = { required: ['metadataPrefix'], optional: ['from', 'until', 'set'] };

/** In `inveniosoftware/invenio-oaiserver:invenio_oaiserver/verbs.py`. */
const VERBS = new Map<string, Arguments>([
  ['GetRecord', { required: ['identifier', 'metadataPrefix'], optional: [] }],
  ['Identify', { required: [], optional: [] }],
  ['ListIdentifiers', LIST],
  ['ListMetadataFormats', { required: [], optional: ['identifier'] }],
  ['ListRecords', LIST],
  ['ListSets', { required: [], optional: [] }],
]);

/** Verbs whose lists continue with a resumption token, which then must be the only argument. */
const RESUMED = new Set(['ListIdentifiers', 'ListRecords', 'ListSets']);
const RESUMPTION: Arguments = { required: ['resumptionToken'], optional: [] };
const UNKNOWN: Arguments = { required: [], optional: [] };

/** The order in which Zenodo repeats arguments. */
const ORDER = ['verb', 'identifier', 'from', 'until', 'set', 'metadataPrefix', 'resumptionToken'];

/**
 * Parses a request. A form body only counts when unknown arguments are searched for; its values are
 * not read. `now` is in milliseconds. Throws an OaiProblem.
 */
export function readRequest(query: URLSearchParams, form: URLSearchParams, now: number): OaiRequest {
  const named = new Set([...query.keys(), ...form.keys()]);
  const verb = query.get('verb') ?? form.get('verb') ?? '';
  const resuming = named.has('resumptionToken') && RESUMED.has(verb);
  const { required, optional } = resuming ? RESUMPTION : (VERBS.get(verb) ?? UNKNOWN);
  const known = ['verb', ...required, ...optional];
  if ([...named].some((name) => !known.includes(name))) {
    throw badArgument('You have passed too many arguments.');
  }
  const value = (name: string) => query.get(name) ?? undefined;
  const token = value('resumptionToken');
  if (query.has('verb') && resuming && token !== undefined) {
    const { selection, page } = openToken(verb, token, now);
    return {
      verb,
      given: [
        ['verb', verb],
        ['resumptionToken', token],
      ],
      selection,
      page,
    };
  }
  const selection = {
    metadataPrefix: value('metadataPrefix'),
    set: value('set'),
    from: timeOf(value('from')),
    until: timeOf(value('until')),
  };
  const errors = ORDER.filter((name) => known.includes(name)).flatMap((name): [string, string][] => {
    const wrong = fieldError(name, value(name), name === 'verb' || required.includes(name));
    return wrong === null ? [] : [[name === 'verb' ? 'badVerb' : 'badArgument', wrong]];
  });
  if (errors.length > 0) throw new OaiProblem(errors);
  if (!VERBS.has(verb)) throw new OaiProblem([['badVerb', `This is not a valid OAI-PMH verb:${verb}`]]);
  if ((selection.from ?? 0) > (selection.until ?? Number.POSITIVE_INFINITY)) {
    throw badArgument('Date "from" must be before "until".');
  }
  const given = ORDER.flatMap((name): [string, string][] => {
    const text = value(name);
    if (text === undefined) return [];
    return [[name, name === 'from' || name === 'until' ? datestamp(timeOf(text) ?? 0) : text]];
  });
  return { verb, given, identifier: value('identifier'), selection, page: 1 };
}

function fieldError(name: string, value: string | undefined, required: boolean): string | null {
  if (value === undefined) return required ? MISSING : null;
  if (name === 'from' || name === 'until') {
    return Number.isNaN(timeOf(value)) ? 'Not a valid datetime.' : null;
  }
  return name === 'metadataPrefix' && !FORMATS.has(value) ? 'metadataPrefix does not exist' : null;
}

/**
 * A day, or a time with or without a zone (the default is UTC). NaN for anything else. Zenodo also
 * guesses other spellings of a date.
 */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const found = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  if (found === null) return Number.NaN;
  return Date.parse(`${found[1]}T${found[2] ?? '00:00'}${found[3] ?? 'Z'}`);
}

/** A time as OAI-PMH writes it: UTC, to the second. */
export function datestamp(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
