import assert from 'node:assert/strict';
import { CLIENT, exchange, expectText, newCode, postToken, probe, tokenOf } from './oauth-flow.js';
import { call, type Rule, type Target } from './rule.js';

const CONFIG = 'zenodo/zenodo-rdm:invenio.cfg';
const PROVIDER = 'inveniosoftware/invenio-oauth2server:invenio_oauth2server/provider.py';
const CACHE = 'inveniosoftware/flask-oauthlib-invenio:flask_oauthlib/contrib/oauth2.py';

/** Runs something with the mock's clock moved forward, and moves it back. */
async function later(target: Target, seconds: number, run: () => Promise<void>): Promise<void> {
  const advance = async (by: number) => {
    const answer = await call(target, 'POST', '/_mock/clock', { token: null, json: { advance: by } });
    assert.ok(answer.status < 300, answer.text);
  };
  await advance(seconds);
  try {
    await run();
  } finally {
    await advance(-seconds);
  }
}

/** What expires, and what does not. */
export const expiryRules: Rule[] = [
  {
    id: 'oauth/code-lifetime',
    says: 'A code is valid for 100 seconds.',
    source: CACHE,
    needs: ['mock'],
    async check(target) {
      const early = await newCode(target);
      await later(target, 95, async () => void tokenOf(await exchange(target, early)));
      const late = await newCode(target);
      await later(target, 101, async () =>
        expectText(await exchange(target, late), 400, '{"error": "invalid_grant"}'),
      );
    },
  },
  {
    id: 'oauth/token-lifetime',
    says: 'An access token is valid as long as `expires_in` says. Its refresh token stays valid.',
    source: CONFIG,
    needs: ['mock'],
    async check(target) {
      const token = tokenOf(await exchange(target, await newCode(target)));
      await later(target, token.expires_in - 60, async () =>
        assert.equal(await probe(target, token.access_token), 200),
      );
      await later(target, token.expires_in + 1, async () => {
        assert.equal(await probe(target, token.access_token), 403);
        const refresh_token = token.refresh_token ?? '';
        const fresh = tokenOf(
          await postToken(target, { grant_type: 'refresh_token', refresh_token, ...CLIENT }),
        );
        assert.equal(await probe(target, fresh.access_token), 200);
      });
    },
  },
  {
    id: 'oauth/personal-lifetime',
    says: 'A personal token never expires.',
    source: PROVIDER,
    needs: ['mock'],
    check: (target) =>
      later(target, 20 * 365 * 86_400, async () => assert.equal(await probe(target, target.token), 200)),
  },
];
