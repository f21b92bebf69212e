import { identifierKey, readIdentifier } from './identifiers.js';
import { addTo, type Given, type Mapping } from './mapping.js';
import { commonType, readResourceTypes } from './resource-types.js';
import { isObject, listOf, pick, textOf } from './scalars.js';

/** PIDs of the container, as texts or `{type, value, url}` → identifiers of the record itself. */
export function mapPids({ value, path }: Given, mapping: Mapping): void {
  add(value, path, 'isAlternateIdentifier', mapping);
}

/** The PID of the container that this one continues. */
export function mapPreviousVersion({ value, path }: Given, mapping: Mapping): void {
  add(value, path, 'isNewVersionOf', mapping);
}

/** Links, as texts or `{title, link, resource type}` → what the record refers to. */
export function mapLinks({ value, path }: Given, mapping: Mapping): void {
  listOf(value).forEach((item, index) => {
    const at = Array.isArray(value) ? `${path}.${index}` : path;
    const text = textOf(isObject(item) ? pick(item, 'link', 'url', 'href', 'identifier')?.value : item);
    const identifier = text === null ? null : readIdentifier(text);
    if (identifier === null) {
      mapping.warnings.push(`${at}: no link that Zenodo would recognise; it was left out.`);
      return;
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
  });
}

function add(value: unknown, path: string, relation: string, mapping: Mapping): void {
  const seen = new Set<string>();
  listOf(value).forEach((item, index) => {
    const at = Array.isArray(value) ? `${path}.${index}` : path;
    const candidates = isObject(item)
      ? ['value', 'identifier', 'pid', 'url', 'link'].map((key) => textOf(pick(item, key)?.value))
      : [textOf(item)];
    const identifier = candidates.map((text) => (text === null ? null : readIdentifier(text))).find(Boolean);
    if (!identifier) {
      mapping.warnings.push(`${at}: Zenodo would recognise no kind of identifier in it; it was left out.`);
      return;
    }
    // A DOI that Zenodo reserved is the record's own.
    if (/^10\.(5281|5072)\/zenodo\.\d+$/.test(identifier) && relation === 'isAlternateIdentifier') return;
    if (seen.has(identifierKey(identifier))) return;
    seen.add(identifierKey(identifier));
    addTo(mapping, 'related_identifiers', { identifier, relation }, at);
  });
}
