/** What the browser brings back to the application. */
interface Consent {
  code: string;
  state: string;
}

/** Presses the first button of the mock's consent page, as a user does. */
export async function giveConsent(pageUrl: string): Promise<Consent> {
  const body = new URLSearchParams({ confirm: 'yes' });
  const answer = await fetch(pageUrl, { method: 'POST', body, redirect: 'manual' });
  const location = answer.headers.get('location');
  if (location === null) throw new Error(`the consent form answered ${answer.status} and no redirect`);
  const { searchParams } = new URL(location, pageUrl);
  const [code, state] = [searchParams.get('code'), searchParams.get('state')];
  if (code === null || state === null)
    throw new Error(`consent was not given: ${searchParams.get('error') ?? 'no code'}`);
  return { code, state };
}
