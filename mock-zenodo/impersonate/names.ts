/** The hosts that clients have wired in. */
export const NAMES = ['zenodo.org', 'sandbox.zenodo.org'];
