import { RESOURCE_TYPES } from './resource-type-rows.js';

/** All resource types, including those that only related works may have. */
export const RESOURCE_TYPE_IDS: ReadonlySet<string> = new Set(RESOURCE_TYPES.keys());

/**
 * Whether the vocabulary has a resource type. A thesis is replaced by a dissertation before this is
 * asked.
 */
export function isResourceType(id: string): boolean {
  return RESOURCE_TYPES.has(id);
}

/** Whether a record may have the type. */
export function isDepositable(id: string): boolean {
  return RESOURCE_TYPES.get(id)?.depositable === true;
}
