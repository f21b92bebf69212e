import deprecated from 'spdx-license-ids/deprecated.json' with { type: 'json' };
import ids from 'spdx-license-ids/index.json' with { type: 'json' };

const BY_LOWER_CASE = new Map([...deprecated, ...ids].map((id) => [id.toLowerCase(), id]));

/**
 * The SPDX id with this spelling, in any case and with any separators: `apache 2.0`,
 * `dl-de/by-2-0`. Null if there is none.
 */
export function spdxId(text: string): string | null {
  const plain = text.trim().toLowerCase();
  const spelled = plain.replace(/[\s/_]+/g, '-').replace(/(\d)-(\d)$/, '$1.$2');
  return BY_LOWER_CASE.get(plain) ?? BY_LOWER_CASE.get(spelled) ?? null;
}
