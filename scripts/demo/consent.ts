/** What the browser brings back to the application. */
interface Consent {
  code: string;
  state: string;
}

/**
 * Does what a user's browser does at Zenodo: opens the page, submits its form with the first
 * button, and is sent back.
 */
export async function giveConsent(pageUrl: string): Promise<Consent> {
  const page = await fetch(pageUrl);
  const html = await page.text();
  const form = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(html);
  if (!page.ok || !form) throw new Error(`the consent page answered ${page.status} without a form`);
  const action = unescapeHtml(attribute(form[1] ?? '', 'action'));
  const fields = new URLSearchParams();
  for (const [, attributes = ''] of (form[2] ?? '').matchAll(/<input\b([^>]*)>/gi)) {
    fields.append(attribute(attributes, 'name'), unescapeHtml(attribute(attributes, 'value')));
  }
  const button = /<button\b([^>]*)>/i.exec(form[2] ?? '')?.[1] ?? '';
  if (attribute(button, 'name')) fields.append(attribute(button, 'name'), attribute(button, 'value'));
  const target = action === '' ? pageUrl : new URL(action, pageUrl).href;
  const answer = await fetch(target, { method: 'POST', body: fields, redirect: 'manual' });
  const location = answer.headers.get('location');
  if (location === null) throw new Error(`the consent form answered ${answer.status} and no redirect`);
  const { searchParams } = new URL(location, target);
  const code = searchParams.get('code');
  const state = searchParams.get('state');
  if (code === null || state === null)
    throw new Error(`consent was not given: ${searchParams.get('error') ?? 'no code'}`);
  return { code, state };
}

function attribute(attributes: string, name: string): string {
  return new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(attributes)?.[1] ?? '';
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
