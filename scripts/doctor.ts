import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from '../src/config.js';
import { checksOf } from '../src/operator/doctor/checks.js';
import { bad, type Finding, toText } from '../src/operator/doctor/finding.js';
import { endWithReader } from './closed-pipe.js';
import { commandSettings } from './command-settings.js';
import { isWrongUse, WrongUse } from './operator.js';

const USAGE = `Checks everything that the service depends on, with the settings of the service, and says how to fix what is wrong.
The service must be running.

  --wait SECONDS   time after which no proxy may cut off a response without bytes; 0 skips the check (default: 65)

Exit code 0: all checks passed. 1: a check failed. 2: wrong arguments. 3: standard output cannot be written to.
`;

/** Longest silence that the running service produces for the check, in seconds. */
const MAX_WAIT = 600;

async function main(): Promise<number> {
  endWithReader();
  const { values } = parseArgs({
    options: { wait: { type: 'string', default: '65' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const wait = Number(values.wait);
  if (!(wait >= 0 && wait <= MAX_WAIT))
    throw new WrongUse(`--wait "${values.wait}" is not a number of seconds from 0 to ${MAX_WAIT}.`);
  let well = true;
  const say = (findings: Finding[]) => {
    for (const finding of findings) process.stdout.write(toText(finding));
    well &&= findings.every((finding) => finding.well);
  };
  try {
    const config = loadConfig(commandSettings());
    for (const check of checksOf(wait)) say(await check(config));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    say(error.faults.map((fault) => bad('settings', fault, 'See docs/settings.md.')));
  }
  return well ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!isWrongUse(error)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
