import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import type { Test } from 'tap';
import { needDebian } from './debian.js';

const CHROMIUM = '/usr/bin/chromium';

/**
 * A fresh browser (Debian's Chromium, installed when missing and we are root) that closes with the test and talks to nobody by itself.
 * Throws an Error with a sentence that says what to install when it cannot be had.
 */
export async function openBrowser(
  t: Test,
  viewport: { width: number; height: number },
): Promise<BrowserContext> {
  await needDebian(['chromium'], () =>
    access(CHROMIUM).then(
      () => true,
      () => false,
    ),
  );
  const profile = await mkdtemp(join(tmpdir(), 'browser-'));
  t.teardown(() => rm(profile, { recursive: true, force: true, maxRetries: 5 }));
  const browser = await chromium.launchPersistentContext(profile, {
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
  browser.setDefaultTimeout(15_000);
  t.teardown(() => browser.close());
  return browser;
}
