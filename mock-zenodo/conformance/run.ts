import { parseArgs } from 'node:util';
import { allRules } from './rules.js';
import { refuseProduction, runRules } from './runner.js';

const HELP = `Usage: npm run conformance -- --url <origin> [--publish] [--only <text>]

Holds a Zenodo against the rules of the fidelity table. It makes drafts under the account of the token and deletes what it can.

  --url       where; zenodo.org is refused, sandbox.zenodo.org is fine
  --publish   also the rules that publish: published records stay
  --only      only rules whose id contains this text

  ZENODO_TOKEN     personal token of the account to act as
  ZENODO_TOKEN_2   personal token of another account, for rules about other people's drafts
`;

/** Runs the rules and returns the exit code: 0 if all hold, 1 if some do not, 2 for wrong usage. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      publish: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  const { ZENODO_TOKEN: token, ZENODO_TOKEN_2: secondToken } = process.env;
  if (values.help || values.url === undefined || token === undefined) {
    process.stderr.write(HELP);
    return values.help ? 0 : 2;
  }
  const url = values.url.replace(/\/+$/, '');
  refuseProduction(url);
  const mock = (await fetch(`${url}/_mock/clock`).catch(() => null))?.status === 200;
  const rules = allRules.filter(({ id }) => id.includes(values.only));
  const target = secondToken === undefined ? { url, token } : { url, token, secondToken };
  const count = { held: 0, broken: 0, 'left out': 0 };
  for await (const { rule, result, reason } of runRules(rules, target, { publish: values.publish, mock })) {
    count[result] += 1;
    process.stdout.write(`${result.padEnd(8)}  ${rule.id}${reason === '' ? '' : `: ${reason}`}\n`);
  }
  process.stdout.write(`${count.held} held, ${count.broken} broken, ${count['left out']} left out\n`);
  return count.broken === 0 ? 0 : 1;
}

process.exitCode = await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  return 2;
});
