/**
 * Thrown if a deployment turns out to be connected to the real Zenodo, where publications are
 * permanent.
 */
export class ProductionZenodo extends Error {
  override readonly name = 'ProductionZenodo';

  constructor(where: string) {
    super(`${where} points to zenodo.org. This tool works only with the sandbox or a mock.`);
  }
}

const HOSTS = new Set(['zenodo.org', 'www.zenodo.org']);

/**
 * Whether any link in a text leads to the real Zenodo. The sandbox is another host. Reads JSON and
 * HTML, also with escaped slashes.
 */
export function namesProduction(text: string): boolean {
  for (const [, authority = ''] of text.matchAll(/\bhttps?:(?:\\?\/){2}([^\s"'<>\\/?#]+)/gi)) {
    const host = authority.replace(/^.*@/, '').replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
    if (HOSTS.has(host)) return true;
  }
  return false;
}
