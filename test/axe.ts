import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Results {
  violations: { id: string; impact: string; nodes: { html: string }[] }[];
}

/** What axe finds on a page, by any of its rules. `impacts`: only what weighs so much. */
export async function findingsOf(page: Page, impacts?: readonly string[]): Promise<string[]> {
  await page.evaluate(readFileSync(AXE, 'utf8'));
  const { violations } = (await page.evaluate('axe.run()')) as Results;
  return violations
    .filter(({ impact }) => impacts === undefined || impacts.includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}
