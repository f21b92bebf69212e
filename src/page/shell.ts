import type { Language } from '../user-messages/user-message.js';
import { plainForm } from './plain-form.js';
import { PAGE_TEXTS } from './texts/texts.js';

/**
 * Nothing but our own script and stylesheet, and calls of this service alone. The secret behind `#`
 * of the URL never reaches the server, so this page is the same for all.
 */
export const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    'img-src data:',
    // The plain form of a browser without JavaScript.
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
 * The page before its script runs, with a plain form where none does. `base`: where the service is
 * reached, without a trailing slash.
 */
export function pageShell(language: Language, base: string): string {
  const script = `<script src="${base}/upload/page.js" defer></script>\n`;
  const inside = `<noscript>${plainForm(language, `${base}/upload`)}</noscript>
<p id="loading" hidden>${PAGE_TEXTS[language].loading}</p>`;
  return documentOf(language, base, script, inside);
}

/** The page that answers the plain form: `inside` stands in it, and no script. */
export function answerShell(language: Language, base: string, inside: string): string {
  return documentOf(language, base, '', inside);
}

function documentOf(language: Language, base: string, script: string, inside: string): string {
  const t = PAGE_TEXTS[language];
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${t.title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${base}/upload/page.css">
${script}</head>
<body data-base="${base}">
<main id="page">
<h1>${t.title}</h1>
${inside}
</main>
</body>
</html>
`;
}
