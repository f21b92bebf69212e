import correct from 'spdx-correct';
import parse from 'spdx-expression-parse';
import deprecated from 'spdx-license-ids/deprecated.json' with { type: 'json' };
import ids from 'spdx-license-ids/index.json' with { type: 'json' };

const BY_LOWER_CASE = new Map([...deprecated, ...ids].map((id) => [id.toLowerCase(), id]));

/** A licence recognised in a text: its SPDX id, and whether that took a guess. */
export interface Recognised {
  id: string;
  guessed: boolean;
}

/** The SPDX licences in an id, an expression, a name or a URL, in their order; empty if none is recognised. */
export function readSpdx(text: string): Recognised[] {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  const exact = BY_LOWER_CASE.get(trimmed.toLowerCase());
  if (exact !== undefined) return [{ id: exact, guessed: false }];
  const url = fromUrl(trimmed);
  if (url !== null) return [{ id: url, guessed: false }];
  const expression = fromExpression(trimmed);
  if (expression.length > 0) return expression;
  const name = fromName(trimmed);
  if (name !== null) return [name];
  // No licence at all, which the guess would turn into the dedication to the public that is called Unlicense.
  if (/^un-?licen[cs]ed$/i.test(trimmed)) return [];
  const corrected = correct(trimmed, { upgrade: true });
  return corrected === null ? [] : [{ id: corrected, guessed: true }];
}

function fromExpression(text: string): Recognised[] {
  if (!/\s(AND|OR|WITH)\s/i.test(text)) return [];
  const spelled = text
    .replace(/\b(and|or|with)\b/gi, (word) => word.toUpperCase())
    .replace(/[^\s()]+/g, (word) => BY_LOWER_CASE.get(word.toLowerCase()) ?? word);
  try {
    return leaves(parse(spelled)).map((id) => ({ id, guessed: false }));
  } catch {
    return [];
  }
}

type Node = ReturnType<typeof parse>;

function leaves(node: Node): string[] {
  if ('conjunction' in node) return [...leaves(node.left), ...leaves(node.right)];
  return [node.plus ? `${node.license.replace(/-only$/, '')}-or-later` : node.license];
}

/** Addresses under which licences are published. */
function fromUrl(text: string): string | null {
  if (!/^https?:\/\/\S+$/i.test(text) || !URL.canParse(text)) return null;
  const { hostname, pathname } = new URL(text);
  const path = pathname.toLowerCase();
  const host = hostname.replace(/^www\./, '');
  const cc = /^\/licenses\/([a-z-]+)\/(\d\.\d)/.exec(path);
  if (host === 'creativecommons.org' && cc) return known(`cc-${cc[1]}-${cc[2]}`);
  if (host === 'creativecommons.org' && path.startsWith('/publicdomain/zero/')) return 'CC0-1.0';
  const odc = /^\/licenses\/(odbl|by|pddl)(?:\/|$)/.exec(path)?.[1];
  if (host === 'opendatacommons.org' && odc) return odc === 'by' ? 'ODC-By-1.0' : known(`${odc}-1.0`);
  const last = path.replace(/\/$/, '').split('/').at(-1) ?? '';
  return known(last.replace(/\.(html?|txt|json)$/, '').replace(/^license-/, 'apache-'));
}

/** Names of Creative Commons' licences, which the SPDX packages do not know. Without a version the current one is meant. */
function fromName(text: string): Recognised | null {
  const name = text
    .toLowerCase()
    .replace(/[()]/g, ' ')
    .replace(/\b(international|licen[cs]e|public|generic|unported|deed|the)\b/g, ' ');
  if (/\b(cc[\s-]?0|cc[\s-]?zero|creative commons zero)\b/.test(name))
    return { id: 'CC0-1.0', guessed: false };
  if (/^\s*(odc[\s-])?odbl\s*$|open database/.test(name)) return { id: 'ODbL-1.0', guessed: true };
  const isCc = /\bcc\b|creative commons/.test(name);
  if (!isCc || !/\b(by|attribution)\b/.test(name)) return null;
  const parts = ['cc', 'by'];
  if (/\bnc\b|non-?\s?commercial/.test(name)) parts.push('nc');
  if (/\bsa\b|share-?\s?alike/.test(name)) parts.push('sa');
  if (/\bnd\b|no-?\s?deriv/.test(name)) parts.push('nd');
  const version = /\b([1-4]\.\d)\b/.exec(name)?.[1];
  const id = known([...parts, version ?? '4.0'].join('-'));
  return id === null ? null : { id, guessed: version === undefined };
}

function known(id: string): string | null {
  return BY_LOWER_CASE.get(id) ?? null;
}
