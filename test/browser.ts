import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { CHROMIUM } from './debian.js';
import type { Teardown } from './teardown.js';

/** What a browser says of an answer of 400 and more, and of one that does not come. */
const REFUSED = /^Failed to load resource: /;

/**
 * A browser (Debian's Chromium; ask `lackOfChromium` first) that closes with the test and talks to
 * none by itself. `known`: the folder of an earlier one, whose memory it has; a fresh one if left
 * out. The test fails if a page throws, breaks its content security policy, or has the browser
 * complain of anything else but an answer.
 */
export async function openBrowser(
  t: Teardown,
  viewport: { width: number; height: number },
  known?: string,
): Promise<BrowserContext> {
  const profile = known ?? (await mkdtemp(join(tmpdir(), 'browser-')));
  if (known === undefined) t.teardown(() => rm(profile, { recursive: true, force: true, maxRetries: 5 }));
  const browser = await chromium.launchPersistentContext(profile, {
    // Chromium does not start under a clock that Debian's faketime sets.
    env: { ...process.env, LD_PRELOAD: '' },
    executablePath: CHROMIUM,
    headless: true,
    viewport,
    timeout: 60_000,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  browser.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  browser.on('weberror', (thrown) => complaints.push(thrown.error().stack ?? thrown.error().message));
  browser.on('console', (message) => {
    const isComplaint = message.type() === 'error' || message.type() === 'warning';
    if (isComplaint && !REFUSED.test(message.text())) complaints.push(message.text());
  });
  t.teardown(async () => {
    await browser.close();
    if (complaints.length > 0) throw new Error(`the browser complains: ${complaints.join('\n')}`);
  });
  return browser;
}
