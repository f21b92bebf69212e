import type { Config } from '../../config.js';
import { within } from '../../time.js';
import { checkDatabase } from './database.js';
import { bad, type Finding } from './finding.js';
import { checkClient } from './oauth-client.js';
import { checkPublicUrl } from './public-url.js';
import { checkReplicas } from './replicas.js';
import { checkStaging } from './staging.js';
import { checkZenodo } from './zenodo.js';

/**
 * The doctor's checks in order. `silence`: seconds without a byte after which proxies must not cut
 * off a response; 0 skips that check.
 */
export function checksOf(silence: number): ((config: Config) => Promise<Finding[]>)[] {
  return [
    checkDatabase,
    checkReplicas,
    checkStaging,
    checkZenodo,
    checkClient,
    (config) => checkPublicUrl(config, silence),
  ];
}

/** Runs all checks at the same time, each with a timeout in milliseconds. Never throws. */
export async function runChecks(config: Config, timeout: number): Promise<Finding[]> {
  const late = () => new Error(`no response within ${Math.round(timeout / 1000)} s`);
  const found = checksOf(0).map((check) =>
    within(timeout, check(config), late).catch((error: unknown) => [
      bad(
        'a check',
        error instanceof Error ? error.message : String(error),
        'Run the doctor again. If the check still fails, see the log.',
      ),
    ]),
  );
  return (await Promise.all(found)).flat();
}
