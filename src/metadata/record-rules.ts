import { missedIn } from './descriptions.js';
import { lostTags } from './html-tags.js';
import { type Mapper, notSent, originOf, type Setting } from './mapping.js';
import { mergeDraft } from './merge.js';
import { rightOf } from './publish-rules.js';
import { recordFaults } from './record-faults.js';
import { rewritten } from './text.js';
import { eachObject, idOf, isObject } from './values.js';

/** An embargo needs a future date. Zenodo would save another one and then refuse to publish. */
export function checkEmbargo(into: Mapper, today: string): void {
  const { 'access.right': right, 'access.until': until } = into.mapping.set;
  const day = until?.value;
  const isEmbargo = right === undefined || right.value === 'embargoed';
  // A day that a later part of the call names closes what an earlier one opened.
  if (right?.value === 'open' && until && String(day) > today && layerOf(until) > layerOf(right)) {
    into.warn(right.path, notSent(until.path));
    into.set('access.right', { value: 'embargoed', path: until.path });
    return;
  }
  const isFaulty = into.mapping.faults.some(({ field }) => /embargo/i.test(field));
  if (right?.value === 'embargoed' && typeof day !== 'string' && !isFaulty)
    into.fault(right.path, 'embargoed needs an embargo_date');
  else if (right?.value === 'open' && typeof day === 'string' && day > today && isBeside(right, until))
    into.fault(until?.path ?? '', `contradicts ${right.path}, which is open: send only one of them`);
  else if (until !== undefined && typeof day === 'string' && day <= today && isEmbargo)
    into.fault(until.path, 'must be a date in the future; to open the files, send access_right open');
}

/** The parts of a call that override the container's fields, and each those before it. */
const LAYERS = ['manifest', 'metadata', 'record'];

function layerOf({ path }: Setting): number {
  return LAYERS.lastIndexOf(path.split('.')[0] ?? '');
}

/** Whether two values stand in one object, so that none overrides the other. */
function isBeside(one: Setting, other: Setting | undefined): boolean {
  const [a, b] = [one, other].map((setting) => setting?.path.slice(0, setting.path.lastIndexOf('.') + 1));
  return a === b;
}

/**
 * Checks everything before it is sent: Zenodo keeps an invalid object in the draft, which then
 * cannot be published.
 */
export function checkRecord(into: Mapper, today: string): void {
  const { content, origins } = mergeDraft({ metadata: {} }, into.mapping, 'merge', today);
  const known = new KnownPaths(into.mapping.faults.map(({ field }) => field));
  for (const { field, message } of recordFaults(content.metadata, content.custom_fields).faults) {
    const origin = originOf(origins, field) ?? field;
    if (!known.concern(origin)) into.fault(origin, message);
  }
  eachObject(content.metadata['dates'], ({ date, type }, index) => {
    const isLater = idOf(type) === 'available' && String(date).slice(0, 10) > today;
    if (isLater && rightOf(content.access) === 'open')
      into.warn(originOf(origins, `metadata.dates.${index}`) ?? 'dates', OPENS_NOTHING);
  });
}

const OPENS_NOTHING =
  'is in the future, but closes no files until then: send the day as embargo_date for that.';

/** A part of paths, and those that follow it. */
interface PathPart {
  isEnd: boolean;
  next: Map<string, PathPart>;
}

/** Paths by their parts: a sender's key may have many dots. */
class KnownPaths {
  readonly #start: PathPart = { isEnd: false, next: new Map() };

  constructor(paths: string[]) {
    for (const path of paths) {
      let step = this.#start;
      for (const part of path.split('.')) {
        const next = step.next.get(part) ?? { isEnd: false, next: new Map() };
        step.next.set(part, next);
        step = next;
      }
      step.isEnd = true;
    }
  }

  /** Whether a path is one of these, or leads to one of them or through one. */
  concern(path: string): boolean {
    let step = this.#start;
    for (const part of path.split('.')) {
      const next = step.next.get(part);
      if (next === undefined || next.isEnd) return next !== undefined;
      step = next;
    }
    return true;
  }
}

/** Zenodo does not publish without a type. The default for a container is a data set. */
export function assumeType({ mapping: { set, defaults } }: Mapper): void {
  const isDescribed = set['metadata.title'] !== undefined || set['metadata.creators'] !== undefined;
  if (!isDescribed || set['metadata.resource_type'] !== undefined) return;
  const sentence = 'upload_type: is missing, so dataset was assumed.';
  defaults['metadata.resource_type'] ??= { value: { id: 'dataset' }, path: 'upload_type', sentence };
}

/** Fields in which Zenodo keeps some HTML. */
const IS_HTML = /^metadata\.(?:description|additional_descriptions|copyright)\b/;

/** Warns about texts that Zenodo will rewrite, once per field. */
export function sayWhatIsRewritten(into: Mapper): void {
  const { set, add } = into.mapping;
  const added = Object.entries(add).flatMap(([key, entries]) =>
    entries.map((entry) => [key, entry] as const),
  );
  for (const [key, { value, path }] of [...Object.entries(set), ...added]) {
    if (key === 'metadata.rights' || key.startsWith('access')) continue;
    const texts = textsIn(value);
    const sentence = texts.map(rewritten).find((one) => one !== null);
    if (sentence) into.warn(path, sentence);
    if (!IS_HTML.test(key)) continue;
    const tags = [...new Set(texts.flatMap(lostTags))];
    const others = [...new Set(texts.flatMap(missedIn))].filter((one) => !tags.includes(one));
    if (tags.length > 0) into.warn(path, `Zenodo removes the tags ${tags.join(', ')}.`);
    if (others.length > 0) into.warn(path, `Zenodo removes ${others.join(', ')}.`);
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
