import { createHash } from 'node:crypto';
import { type Html, html } from './html.js';

const STYLE = `
:root { color-scheme: light dark; --line: #c9d1da; --blue: #1456b8; --ink: #1c2733; --soft: #56626f; --paper: #ffffff; --ground: #f1f4f7 }
@media (prefers-color-scheme: dark) { :root { --line: #3a4653; --blue: #7ab0ff; --ink: #e8edf2; --soft: #a4b0bc; --paper: #1c242d; --ground: #12181f } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
header { padding: .75rem 1rem; border-bottom: 1px solid var(--line); background: var(--paper); font-weight: 600 }
header span { color: var(--soft); font-weight: 400 }
main { max-width: 34rem; margin: 1.5rem auto; padding: 1.25rem 1.5rem 1.5rem; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem }
main:has(.files) { max-width: 48rem }
@media (max-width: 36rem) { main, main:has(.files) { margin: 0; border-width: 0 0 1px; border-radius: 0; padding: 1rem } }
h1 { margin: 0 0 .75rem; font-size: 1.4rem; line-height: 1.25 }
h2 { margin: 1.25rem 0 .25rem; font-size: 1rem }
p, ul { margin: .5rem 0 }
summary { margin-top: 1.25rem; font-weight: 600; cursor: pointer }
ul { padding-left: 1.25rem }
a { color: var(--blue) }
small, .soft { color: var(--soft) }
code { font-size: .9em }
img { max-width: 100% }
table { width: 100%; border-collapse: collapse; margin: .5rem 0 }
th, td { padding: .35rem .75rem .35rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top }
.files :is(th, td):not(:first-child) { white-space: nowrap }
@media (max-width: 40rem) {
  .files, .files tbody { display: block }
  .files thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden }
  .files tr { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .35rem 0; border-top: 1px solid var(--line) }
  .files td { padding: 0; border: 0 }
  .files td:first-child { flex: 1 1 60% }
}
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1rem; margin: .75rem 0 }
dt { color: var(--soft) }
dd { margin: 0 }
form { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.25rem }
button { flex: 1 1 10rem; padding: .7rem 1rem; border: 1px solid var(--line); border-radius: .375rem; background: transparent; color: inherit; font: inherit; font-weight: 600; cursor: pointer }
button.main { border-color: #1456b8; background: #1456b8; color: #ffffff }
button:focus-visible, a:focus-visible, summary:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px }
`;

const STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/**
 * Headers of every page. They allow no script, frame or foreign resource. `form-action` is not
 * restricted, because browsers apply it to the redirect to the client that follows the consent
 * form.
 */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; img-src 'self'; style-src ${STYLE_HASH}; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * Headers of the mock's own window, which has its own script and stylesheet, and no forms except
 * the script's.
 */
export const WINDOW_HEADERS = {
  ...PAGE_HEADERS,
  'content-security-policy': `default-src 'none'; connect-src 'self'; img-src 'self'; script-src 'self'; style-src 'self' ${STYLE_HASH}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
};

/** A whole document around a body. `head` contains what a page needs besides the common style. */
export function page(title: string, body: Html, head: Html | null = null): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} | Mock Zenodo</title>
<link rel="icon" href="/_mock/icon.svg" type="image/svg+xml">
<style>${{ markup: STYLE }}</style>${head}
</head>
<body>
<header>Zenodo <span>(mock)</span></header>
<main>
${body}
</main>
</body>
</html>
`.markup;
}
