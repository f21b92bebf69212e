import type { Need, Rule, Target } from './rule.js';

/** The result of one rule. */
interface Outcome {
  rule: Rule;
  result: 'held' | 'broken' | 'left out';
  /** Why, unless it holds. */
  reason: string;
}

/** What a target offers in addition to a token. */
interface Abilities {
  publish: boolean;
  mock: boolean;
}

/** Throws for the real Zenodo, because rules create and delete things. */
export function refuseProduction(url: string): void {
  const host = new URL(url).hostname.replace(/\.$/, '');
  if (host === 'zenodo.org' || (host.endsWith('.zenodo.org') && host !== 'sandbox.zenodo.org')) {
    throw new Error('Rules are never run against zenodo.org; use sandbox.zenodo.org.');
  }
}

/** Tests rules against a target, one after the other. Rules whose needs are not met are skipped. */
export async function* runRules(
  rules: Rule[],
  target: Target,
  abilities: Abilities,
): AsyncGenerator<Outcome, void> {
  refuseProduction(target.url);
  const offered: Record<Need, boolean> = {
    publish: abilities.publish,
    mock: abilities.mock,
    'second-token': target.secondToken !== undefined,
  };
  for (const rule of rules) {
    const missing = (rule.needs ?? []).filter((need) => !offered[need]);
    if (missing.length > 0) {
      yield { rule, result: 'left out', reason: `needs ${missing.join(', ')}` };
      continue;
    }
    try {
      await rule.check(target);
      yield { rule, result: 'held', reason: '' };
    } catch (error) {
      yield { rule, result: 'broken', reason: error instanceof Error ? error.message : String(error) };
    }
  }
}
