import assert from 'node:assert/strict';
import { headerRules, LISTING, variety } from './limits-headers.js';
import { call, type Rule } from './rule.js';

const LIMITER = 'inveniosoftware/invenio-app:invenio_app/limiter.py';
const CONFIG = 'zenodo/zenodo-rdm:invenio.cfg';
/** Limits, headers and the errors of the router, the same on all of Zenodo. */
export const limitRules: Rule[] = [
  {
    id: 'limits/headers',
    says: 'Every response, also an error, has X-RateLimit-Limit, -Remaining and -Reset (epoch seconds).',
    source: LIMITER,
    async check(target) {
      for (const answer of await variety(target)) {
        const [limit, left, reset] = ['limit', 'remaining', 'reset'].map((name) =>
          Number(answer.headers.get(`x-ratelimit-${name}`) ?? Number.NaN),
        );
        assert.ok(Number.isInteger(limit) && Number.isInteger(left) && Number.isInteger(reset));
        assert.ok((left ?? -1) >= 0 && (left ?? 0) < (limit ?? 0));
      }
    },
  },
  {
    id: 'limits/retry-after-on-success',
    says: 'Retry-After (seconds) is there on a 200 too, and agrees with X-RateLimit-Reset.',
    source: 'alisaifee/flask-limiter:flask_limiter/_extension.py',
    async check(target) {
      const { status, headers } = await call(target, 'GET', LISTING);
      assert.equal(status, 200);
      const wait = Number(headers.get('retry-after') ?? Number.NaN);
      assert.ok(Number.isInteger(wait) && wait >= 0 && wait <= 3601, String(wait));
    },
  },
  {
    id: 'limits/counting',
    says: 'Each request reduces the remainder by one, including CORS preflights.',
    source: 'zenodo/zenodo-rdm#1226',
    needs: ['mock'],
    async check(target) {
      const agent = `conformance ${Math.random()}`;
      const left = async (method: string) => {
        const { headers } = await call(target, method, LISTING, {
          token: null,
          headers: { 'user-agent': agent },
        });
        return Number(headers.get('x-ratelimit-remaining'));
      };
      const first = await left('GET');
      assert.equal(await left('OPTIONS'), first - 1);
      assert.equal(await left('GET'), first - 2);
    },
  },
  {
    id: 'limits/key-is-user-agent-and-address',
    says: 'Requests are counted by User-Agent and address, whatever the token.',
    source: LIMITER,
    needs: ['mock'],
    async check(target) {
      const ask = async (agent: string) => {
        const { headers } = await call(target, 'GET', LISTING, { headers: { 'user-agent': agent } });
        return Number(headers.get('x-ratelimit-remaining'));
      };
      const agent = `conformance ${Math.random()}`;
      const first = await ask(agent);
      assert.equal(await ask(`${agent} other`), first);
      assert.equal(await ask(agent), first - 1);
    },
  },
  {
    id: 'limits/classes',
    says: 'Guests have 133 a minute, users 100; for everyone, searches of records have 30, and badges 120.',
    source: CONFIG,
    needs: ['mock'],
    async check(target) {
      const limit = async (path: string, token?: null) =>
        (await call(target, 'GET', path, token === null ? { token } : {})).headers.get('x-ratelimit-limit');
      assert.equal(await limit(LISTING), '100');
      assert.equal(await limit(LISTING, null), '133');
      assert.equal(await limit('/api/records?q=test&size=1'), '30');
      assert.equal(await limit('/api/communities/none/records'), '30');
      assert.equal(await limit('/api/communities', null), '133');
      assert.equal(await limit('/badge/DOI/10.5281/zenodo.1.svg'), '120');
    },
  },
  ...headerRules,
];
