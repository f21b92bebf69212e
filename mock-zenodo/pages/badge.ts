import { html } from './html.js';

/** Average width of a character in the badge's font, in pixels. */
const CHARACTER = 6.6;
const PADDING = 10;

/**
 * A badge with a title and a value, such as `DOI` and a DOI
 * (`inveniosoftware/invenio-formatter:invenio_formatter/context_processors/badges.py`).
 */
export function badge(title: string, value: string): string {
  const left = Math.ceil(title.length * CHARACTER + PADDING);
  const right = Math.ceil(value.length * CHARACTER + PADDING);
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${title}: ${value}">
<clipPath id="round"><rect width="${left + right}" height="20" rx="3"/></clipPath>
<g clip-path="url(#round)"><rect width="${left}" height="20" fill="#555"/><rect x="${left}" width="${right}" height="20" fill="#006fb4"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana, DejaVu Sans, sans-serif" font-size="11">
<text x="${left / 2}" y="14">${title}</text>
<text x="${left + right / 2}" y="14" textLength="${right - PADDING}" lengthAdjust="spacingAndGlyphs">${value}</text>
</g>
</svg>
`.markup;
}
