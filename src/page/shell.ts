import type { Language } from '../user-messages/user-message.js';
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
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
};

/**
 * The page before its script runs, with what to do where none does. `base`: where the service is
 * reached, without a trailing slash.
 */
export function pageShell(language: Language, base: string): string {
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
<script src="${base}/upload/page.js" defer></script>
</head>
<body data-base="${base}">
<main id="page">
<h1>${t.title}</h1>
<noscript><p class="note warn">${t.noScript}</p></noscript>
<p id="loading" hidden>${t.loading}</p>
</main>
</body>
</html>
`;
}
