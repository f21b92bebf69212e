import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { CHROMIUM } from './debian.js';

/** Just enough of tap's test object to clean up after it. */
interface Teardown {
  teardown(work: () => unknown): unknown;
}

/**
 * A browser (Debian's Chromium; ask `lackOfChromium` first) that closes with the test and talks to
 * none by itself. `known`: the folder of an earlier one, whose memory it has; a fresh one if left
 * out.
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
  t.teardown(() => browser.close());
  return browser;
}
