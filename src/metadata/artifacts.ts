import { isDay, readDate } from './dates.js';
import { Fields } from './fields.js';
import { embargoLevel } from './map-dates.js';
import { entriesOf, type Given } from './mapping.js';
import { isBlank, isObject, keyOf, listOf, pairsIn, textOf } from './values.js';

/** What a manifest says about one artifact, as far as it matters to Zenodo. */
export interface Artifact {
  name: string;
  /** Its path in the document. */
  path: string;
  /**
   * Its access level as written: `Public`, `Restricted`, `Private`. Of several, the first that is
   * not public.
   */
  accessLevel: string | null;
  /** Its licence. */
  rights: Given | null;
  /** `{title, link, resource type}` entries, each with its path. */
  links: Given[];
  /** The resource types of its files, folders and links. */
  resourceTypes: string[];
}

/** Reads `Artifacts Details` in any spelling: a list, or an object by name. */
export function readArtifacts(value: unknown, path: string): Artifact[] {
  const entries: [string, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [String(index), item])
    : isObject(value)
      ? Object.entries(value)
      : [];
  return entries.flatMap(([key, item]) => {
    if (!isObject(item)) {
      const level = accessLevel(item);
      return level === null
        ? []
        : [
            {
              name: key,
              path: `${path}.${key}`,
              accessLevel: level,
              rights: null,
              links: [],
              resourceTypes: [],
            },
          ];
    }
    const at = `${path}.${key}`;
    const fields = new Fields({ value: item, path: at });
    const links = fields.take('links');
    const parts = fields.all('files', 'folders', 'links').flatMap(({ value }) => listOf(value));
    return [
      {
        name: fields.text('artifactname', 'name', 'title') ?? key,
        path: at,
        accessLevel: accessLevel(item),
        rights: fields.take('license', 'licence', 'licenses', 'licences', 'lizenz', 'rights'),
        links: links === null ? [] : entriesOf(links),
        resourceTypes: [item, ...parts].filter(isObject).flatMap((part) => {
          return new Fields({ value: part, path: at }).text('resourcetype') ?? [];
        }),
      },
    ];
  });
}

/** Keys of a level, and keys that are only one with a word that restricts. */
const LEVEL_KEYS = new Set(['accesslevel', 'accessright', 'accessrights']);
const MAYBE_LEVEL_KEYS = new Set(['access', 'visibility']);

/** Keys that close with a yes, and those that close with a no. */
const RESTRICTED_IF_YES = new Set(
  'private isprivate restricted isrestricted confidential isconfidential closed isclosed'.split(' '),
);
const RESTRICTED_IF_NO = new Set(
  'public ispublic open isopen openaccess isopenaccess isaccessibleforfree'.split(' '),
);

/** Those that mean lines, valves and other people's articles too, where they stand deeper. */
const OWN_ANSWERS = new Set('open isopen closed isclosed isaccessibleforfree'.split(' '));

/** Keys of an embargo. Others, such as `embargo_reason`, are about one. */
const EMBARGO_KEYS = new Set(
  (
    'embargo embargoed isembargoed underembargo isunderembargo embargostatus embargodate embargountil ' +
    'embargoeduntil embargoend embargoends embargoenddate embargoexpires embargoexpirydate ' +
    'embargoexpirationdate embargoreleasedate embargoliftdate embargoperiod embargoduration'
  ).split(' '),
);

/** Whether an answer restricts: `private: true`, `is_public: no`. */
function restrictsBy(key: string, value: unknown, isOwn: boolean): boolean {
  const name = keyOf(key);
  const answer = typeof value === 'boolean' ? String(value) : (textOf(value) ?? '');
  // A number of open issues is no answer.
  const isNumber = /^[01]$/.test(answer) && (name === 'open' || name === 'closed');
  if ((OWN_ANSWERS.has(name) && !isOwn) || isNumber) return false;
  return (
    (RESTRICTED_IF_YES.has(name) && /^(?:true|yes|ja|1)$/i.test(answer)) ||
    (RESTRICTED_IF_NO.has(name) && /^(?:(?:https?:\/\/schema\.org\/)?false|no|nein|0)$/i.test(answer))
  );
}

/**
 * The access level of an artifact, or of what is not understood, and everything in it. Any part
 * that is not public decides, because Zenodo opens the files of a record together. `root`: what of
 * it is the container itself.
 */
export function accessLevel(artifact: unknown, root: unknown = artifact): string | null {
  const levels: string[] = [];
  const seen = new Set<unknown>();
  const open: unknown[] = [artifact];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const written = typeof part === 'string' ? levelIn(part) : null;
    if (written !== null) levels.push(written);
    // With aliases a small manifest can contain one object a million times, or inside itself.
    if (typeof part !== 'object' || part === null || seen.has(part)) continue;
    seen.add(part);
    const own: string[] = [];
    for (const [key, value] of Object.entries(part)) {
      const said = listOf(value).map(
        (level) => textOf(isObject(level) ? (level['@id'] ?? level['id']) : level) ?? 'not a string',
      );
      const name = keyOf(key);
      const isMaybe =
        (MAYBE_LEVEL_KEYS.has(name) && said.some(isRestricting)) ||
        (name === 'conditionsofaccess' && said.some(beginsRestricting));
      const isLevel = LEVEL_KEYS.has(name) || isMaybe || (part === artifact && name === 'access');
      if (isLevel) own.push(...said);
      else if (EMBARGO_KEYS.has(name)) own.push(...[embargoLevel(value)].filter((one) => one !== null));
      else if (restrictsBy(key, value, part === artifact || part === root))
        own.push(`${key}: ${String(value)}`);
      else open.push(value);
    }
    // An embargo and its day are one.
    const isDated = own.some((level) => embargoDay(level) !== null);
    levels.push(...own.filter((level) => !(isDated && strictness(level) === NO_DAY)));
  }
  const restricted = levels.filter((level) => !isPublicLevel(level));
  const [first = levels[0] ?? null, ...others] = restricted;
  return others.reduce((a, b) => (strictness(b) > strictness(a ?? '') ? b : a), first);
}

/** How strict a level is, as a text to compare: never opened, without a day, or the day. */
const NEVER = 'b';
const NO_DAY = 'a';

function strictness(level: string): string {
  return rightOfLevel(level) === 'embargoed' ? (embargoDay(level) ?? NO_DAY) : NEVER;
}

/** The day that the level of an embargo names. */
export function embargoDay(level: string): string | null {
  const reading = readDate(EMBARGO.exec(level.trim())?.[2] ?? '');
  return 'date' in reading && isDay(reading.date) ? reading.date : null;
}

/** The first level in a text that is not public: of a manifest, or of a part that is not read. */
export function levelIn(text: string): string | null {
  const found = text.matchAll(
    /(access[ _-]?(?:level|rights?)|access|visibility)["']?[ \t]*[:=][ \t]*["']?([^\s"',}#]{1,100})/gi,
  );
  for (const [, key = '', level = ''] of found) {
    const isNamed = LEVEL_KEYS.has(keyOf(key)) && !isBlank(level) && !isPublicLevel(level);
    if (isNamed || isRestricting(level)) return level;
  }
  return null;
}

/**
 * Words for access, Zenodo's own among them, and the last parts of COAR's addresses, with the
 * rights that they stand for.
 */
const LEVELS = pairsIn(`
  public=open open=open cabf2=open embargoed=embargoed cf1cf=embargoed restricted=restricted private=restricted
  closed=restricted controlled=restricted limited=restricted confidential=restricted internal=restricted metadataonly=restricted c16ec=restricted
  c14cb=restricted embargo=embargoed nonpublic=restricted öffentlich=open offen=open eingeschränkt=restricted
  geschlossen=restricted gesperrt=restricted vertraulich=restricted privat=restricted intern=restricted
  nichtöffentlich=restricted onrequest=restricted uponrequest=restricted availableonrequest=restricted
  availableuponrequest=restricted mediated=restricted conditional=restricted registered=restricted
  safeguarded=restricted
`);

/** An embargo, and its day. */
const EMBARGO = /^(embargo(?:ed)?(?:\s+access)?)(?:\s+(?:until|bis))?(?:\s+(.*))?$/is;

/** The right that a level stands for: `Open Access`, an address. Null if it is unknown. */
export function rightOfLevel(level: string): string | null {
  const bare = level.replace(/\/$/, '');
  const word = /^(?:https?|info):\S+$/i.test(bare) ? bare.slice(bare.lastIndexOf('/')) : level;
  const [, embargo = '', day = ''] = EMBARGO.exec(word.trim()) ?? [];
  const plain = keyOf(embargo !== '' && (day === '' || 'date' in readDate(day)) ? embargo : word);
  return LEVELS.get(plain.replace(/^access(?:rights?|level)?(?=.)|(?<=.)access$/, '')) ?? null;
}

/** Whether a word is known to close files, now or until a day. */
function isRestricting(level: string): boolean {
  return (rightOfLevel(level) ?? 'open') !== 'open';
}

/** The same of a sentence by its first word: `Restricted to members`. */
function beginsRestricting(level: string): boolean {
  return isRestricting(level) || isRestricting(/^\p{L}+/u.exec(level)?.[0] ?? '');
}

/** Whether a level means public. */
export function isPublicLevel(level: string): boolean {
  return rightOfLevel(level) === 'open';
}

/** The artifacts that must not become public: those whose level is not public, or not known. */
export function restrictedAmong(artifacts: Artifact[]): Artifact[] {
  return artifacts.filter(({ accessLevel }) => accessLevel !== null && !isPublicLevel(accessLevel));
}
