import type { Language } from '../user-messages/user-message.js';
import { escaped, plainForm } from './plain-form.js';
import { PAGE_TEXTS } from './texts/texts.js';

/**
 * Permits only our own script and stylesheet, and calls to this service. The secret after `#` in
 * the URL never reaches the server, so this page is the same for everyone.
 */
export const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    'img-src data:',
    // The form for browsers without JavaScript.
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
};

/**
 * The page before its script runs, with a plain form for browsers without JavaScript. `base`: where
 * the service is reached, without a trailing slash.
 */
export function pageShell(language: Language, base: string): string {
  const { title, loading, stuck } = PAGE_TEXTS[language];
  const script = `<script src="${base}/upload/page.js" defer></script>\n`;
  const inside = `<noscript>${plainForm(language, `${base}/upload`)}</noscript>
<section class="card" id="loading"><p>${loading}</p><p class="soft stuck">${stuck}</p></section>`;
  return documentOf(language, base, { title, heading: title, script, inside });
}

/** The page that answers the plain form, with `title` and content and without a script. */
export function answerShell(
  language: Language,
  base: string,
  { title, application, inside }: { title: string; application: string | null; inside: string },
): string {
  const t = PAGE_TEXTS[language];
  const heading = application === null ? t.title : t.titleFor(application);
  return documentOf(language, base, { title: `${title} · ${t.title}`, heading, script: '', inside });
}

function documentOf(
  language: Language,
  base: string,
  { title, heading, script, inside }: { title: string; heading: string; script: string; inside: string },
): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${base}/upload/page.css">
${script}</head>
<body data-base="${base}">
<main id="page">
<h1>${escaped(heading)}</h1>
${inside}
<footer>${PAGE_TEXTS[language].footer}</footer>
</main>
</body>
</html>
`;
}
