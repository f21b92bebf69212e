import { identifierKey, readIdentifier } from './identifiers.js';
import { addTo, entriesOf, type Given, type Mapping } from './mapping.js';
import { commonType, readResourceTypes } from './resource-types.js';
import { isObject, pick, textOf } from './scalars.js';

/** PIDs of the container, as texts or `{type, value, url}` → identifiers of the record itself. */
export function mapPids({ value, path }: Given, mapping: Mapping): void {
  add(value, path, 'isAlternateIdentifier', mapping);
}

/**
 * A DOI of Zenodo's names a record there. If it is this one's own, Zenodo knows; if it is another's, as in a manifest that has come from an earlier version, it would be
 * wrong to call it the same. `depositionId`: the record that is described.
 */
export function leaveOutZenodoDois(mapping: Mapping, depositionId: number | undefined): void {
  const added = mapping.add['related_identifiers'];
  if (added === undefined) return;
  const others = added.filter(({ value, path }) => {
    const { identifier, relation } = value as { identifier: string; relation: string };
    const id = /^10\.(?:5281|5072)\/zenodo\.(\d+)$/i.exec(identifier)?.[1];
    if (id === undefined || relation !== 'isAlternateIdentifier') return true;
    if (Number(id) !== depositionId) {
      mapping.warnings.push(
        `${path}: ${identifier} is the DOI of another record at Zenodo, so it was not sent as an identifier of this one. Say how they are related in metadata.related_identifiers.`,
      );
    }
    return false;
  });
  if (others.length > 0) mapping.add['related_identifiers'] = others;
  else delete mapping.add['related_identifiers'];
}

/** The PID of the container that this one continues. */
export function mapPreviousVersion({ value, path }: Given, mapping: Mapping): void {
  add(value, path, 'isNewVersionOf', mapping);
}

/** Links, as texts or `{title, link, resource type}` → what the record refers to. */
export function mapLinks({ value, path }: Given, mapping: Mapping): void {
  for (const { value: item, path: at } of entriesOf(value, path)) {
    const text = textOf(isObject(item) ? pick(item, 'link', 'url', 'href', 'identifier')?.value : item);
    const identifier = text === null ? null : readIdentifier(text);
    if (identifier === null) {
      mapping.warnings.push(`${at}: no link that Zenodo would recognise; it was left out.`);
      continue;
    }
    const { types } = readResourceTypes(isObject(item) ? pick(item, 'resourcetype', 'type')?.value : null);
    addTo(
      mapping,
      'related_identifiers',
      {
        identifier,
        relation: 'references',
        ...(types.length > 0 ? { resource_type: commonType(types) } : {}),
      },
      at,
    );
  }
}

function add(value: unknown, path: string, relation: string, mapping: Mapping): void {
  const seen = new Set<string>();
  for (const { value: item, path: at } of entriesOf(value, path)) {
    const candidates = isObject(item)
      ? ['value', 'identifier', 'pid', 'url', 'link'].map((key) => textOf(pick(item, key)?.value))
      : [textOf(item)];
    const identifier = candidates.map((text) => (text === null ? null : readIdentifier(text))).find(Boolean);
    if (!identifier) {
      mapping.warnings.push(`${at}: Zenodo would recognise no kind of identifier in it; it was left out.`);
      continue;
    }
    if (seen.has(identifierKey(identifier))) continue;
    seen.add(identifierKey(identifier));
    addTo(mapping, 'related_identifiers', { identifier, relation }, at);
  }
}
