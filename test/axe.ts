import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Results {
  violations: { id: string; impact: string; nodes: { html: string }[] }[];
}

/**
 * Rules whose answer depends on the colours or the width of a page, and not on its markup alone.
 */
export const LOOKS = ['color-contrast', 'target-size', 'scrollable-region-focusable'];

/** All rules, also the one that axe leaves out by itself. */
const ALL = { rules: { 'target-size': { enabled: true } } };

/**
 * What axe finds on a page. `impacts`: only what weighs so much. `rules`: by these alone; else by
 * any of its rules.
 */
export async function findingsOf(
  page: Page,
  impacts?: readonly string[],
  rules?: readonly string[],
): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(readFileSync(AXE, 'utf8'));
  const options = JSON.stringify(rules === undefined ? ALL : { runOnly: rules });
  const { violations } = (await page.evaluate(`axe.run(${options})`)) as Results;
  return violations
    .filter(({ impact }) => impacts === undefined || impacts.includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}
