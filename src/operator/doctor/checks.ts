import type { Config } from '../../config.js';
import { within } from '../../time.js';
import { checkClient } from './client.js';
import { checkDatabase } from './database.js';
import { bad, type Finding } from './finding.js';
import { checkPublicUrl } from './public-url.js';
import { checkReplicas } from './replicas.js';
import { checkStaging } from './staging.js';
import { checkZenodo } from './zenodo.js';

/**
 * The doctor's checks in the order in which they are said. `silence`: seconds that the way to the
 * service must bear; 0 leaves that out.
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

/** All checks at once, each for at most so many milliseconds. Never throws. */
export async function runChecks(config: Config, timeout: number): Promise<Finding[]> {
  const late = () => new Error(`no answer within ${Math.round(timeout / 1000)} s`);
  const found = checksOf(0).map((check) =>
    within(timeout, check(config), late).catch((error: unknown) => [
      bad(
        'a check',
        error instanceof Error ? error.message : String(error),
        'Ask again; then look at the log.',
      ),
    ]),
  );
  return (await Promise.all(found)).flat();
}
