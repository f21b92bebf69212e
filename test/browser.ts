import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import type { Test } from 'tap';
import { CHROMIUM } from './debian.js';

/** A fresh browser (Debian's Chromium; ask `lackOfChromium` first) that closes with the test and talks to nobody by itself. */
export async function openBrowser(
  t: Test,
  viewport: { width: number; height: number },
): Promise<BrowserContext> {
  const profile = await mkdtemp(join(tmpdir(), 'browser-'));
  t.teardown(() => rm(profile, { recursive: true, force: true, maxRetries: 5 }));
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
