import t from 'tap';
import type { Need, Rule } from '../conformance/rule.js';
import { allRules } from '../conformance/rules.js';
import { refuseProduction, runRules } from '../conformance/runner.js';
import { startMockZenodo } from '../index.js';

t.test('every rule of the fidelity table holds', async (t) => {
  const mock = await startMockZenodo();
  t.teardown(() => mock.close());
  const target = { url: mock.url, token: 'mock-token', secondToken: 'mock-token-2' };
  for await (const { rule, result, reason } of runRules(allRules, target, { publish: true, mock: true })) {
    t.equal(result, 'held', `${rule.id}: ${rule.says}${reason === '' ? '' : ` (${reason})`}`);
  }
});

t.test('rules have unique ids, one sentence and a source', async (t) => {
  t.equal(new Set(allRules.map(({ id }) => id)).size, allRules.length);
  const wrong = allRules.filter(
    ({ id, says, source }) =>
      !/^(oauth|deposit|metadata|files|records|limits)\/[A-Za-z0-9-]+$/.test(id) ||
      !/^[A-Z`"'/].*\.$/s.test(says) ||
      !/^[\w.-]+\/[\w.-]+(:[\w./-]+|#\d+)$/.test(source),
  );
  t.strictSame(
    wrong.map(({ id, says, source }) => ({ id, says, source })),
    [],
  );
});

t.test('rules whose needs are not met are left out, not broken', async (t) => {
  const needy = (need: Need): Rule => ({
    id: `limits/${need}`,
    says: '',
    source: '',
    needs: [need],
    check: async () => {
      t.fail(`${need} is not met, but the rule ran`);
    },
  });
  const rules = [needy('publish'), needy('second-token'), needy('mock')];
  const outcomes = [];
  const target = { url: 'http://127.0.0.1:9', token: 'x' };
  for await (const outcome of runRules(rules, target, { publish: false, mock: false }))
    outcomes.push(outcome);
  t.strictSame(
    outcomes.map(({ result, reason }) => `${result}: ${reason}`),
    ['left out: needs publish', 'left out: needs second-token', 'left out: needs mock'],
  );
});

t.test('Zenodo itself is never tried', async (t) => {
  for (const host of ['zenodo.org', 'ZENODO.org', 'www.zenodo.org', 'zenodo.org.', 'beta.zenodo.org']) {
    t.throws(() => refuseProduction(`https://${host}/x`), /never/, host);
  }
  t.doesNotThrow(() => refuseProduction('https://sandbox.zenodo.org'));
  t.doesNotThrow(() => refuseProduction('http://localhost:4000'));
});
