/**
 * True for URLs that a browser can be sent back to, as they are: absolute, http or https, without
 * user, fragment or spaces.
 */
export function isCallbackUrl(url: string): boolean {
  if (!URL.canParse(url) || /[#\s\\]/.test(url)) return false;
  const { protocol, username, password } = new URL(url);
  return /^https?:$/.test(protocol) && username + password === '';
}
