import assert from 'node:assert/strict';
import { BASE, FLASK_RESOURCES, RESOURCES, tryToCreate } from './deposit-flow.js';
import { isDomainError, isFrameworkError, NO_ROUTE, onDraft } from './files-flow.js';
import { RDM } from './records-flow.js';
import { type Answer, call, type Rule, type Target } from './rule.js';

const WRONG_TYPE = "Invalid 'Content-Type' header. Expected one of: application/json";
const WRONG_ACCEPT = "Invalid 'Accept' header. Expected one of: application/json";
const PARSER = 'inveniosoftware/flask-resources:flask_resources/parsers/decorators.py';

function post(target: Target, type: string | undefined, body: string, token?: null): Promise<Answer> {
  const headers = type === undefined ? {} : { 'content-type': type };
  const bytes = new TextEncoder().encode(body);
  return call(target, 'POST', BASE, { headers, body: bytes, ...(token === null && { token }) });
}

const wrongTypes: Rule[] = [
  ['charset', 'application/json; charset=utf-8'],
  ['form', 'application/x-www-form-urlencoded'],
  ['text', 'text/plain'],
  ['upper-case', 'Application/JSON'],
  ['vendor', 'application/vnd.inveniordm.v1+json'],
  ['malformed', 'json'],
].map(([name, type]) => ({
  id: `deposit/content-type-${name}`,
  says: `\`Content-Type: ${type}\` is 415: the header has to be exactly \`application/json\`.`,
  source: PARSER,
  check: async (target) => isDomainError(await post(target, type, '{}'), 415, WRONG_TYPE),
}));

const wrongAccepts: Rule[] = [
  ['html', 'text/html'],
  ['partial-wildcard', 'application/*'],
  ['vendor', 'application/vnd.inveniordm.v1+json'],
  ['charset', 'application/json; charset=utf-8'],
  ['upper-case', 'Application/JSON'],
].map(([name, accept = '']) => ({
  id: `deposit/accept-${name}`,
  says: `\`Accept: ${accept}\` is 406, whatever the method.`,
  source: FLASK_RESOURCES,
  check: onDraft(async (target, draft) => {
    for (const [method, path] of [
      ['GET', BASE],
      ['GET', draft.links.self],
      ['POST', draft.links.publish],
    ] as const) {
      isDomainError(await call(target, method, path, { headers: { accept } }), 406, WRONG_ACCEPT);
    }
  }),
}));

const rightAccepts: Rule[] = [
  ['wildcard', '*/*'],
  ['among-others', 'text/html,application/xhtml+xml,*/*;q=0.8'],
  ['quality', 'text/html, application/json;q=0.1'],
  ['quality-zero', 'application/json;q=0'],
  ['quality-malformed', 'text/html;q=high'],
].map(([name, accept = '']) => ({
  id: `deposit/accept-${name}`,
  says: `\`Accept: ${accept}\` is served.`,
  source: FLASK_RESOURCES,
  check: async (target) => {
    assert.equal((await call(target, 'GET', BASE, { headers: { accept } })).status, 200);
  },
}));

const wrongMethods: Rule[] = [
  ['the collection', BASE, 'PUT', 'GET, HEAD, OPTIONS, POST'],
  ['the collection', BASE, 'DELETE', 'GET, HEAD, OPTIONS, POST'],
  ['one deposition', `${BASE}/1`, 'PATCH', 'DELETE, GET, HEAD, OPTIONS, PUT'],
  ['one deposition', `${BASE}/1`, 'POST', 'DELETE, GET, HEAD, OPTIONS, PUT'],
  ['an action', `${BASE}/1/actions/publish`, 'GET', 'OPTIONS, POST'],
  ['the files', `${BASE}/1/files`, 'PUT', 'GET, HEAD, OPTIONS, POST'],
].map(([what = '', path = '', method = '', allow = '']) => ({
  id: `deposit/method-${method.toLowerCase()}-${what.replace(/\W+/g, '-').replace(/-$/, '')}`,
  says: `${method} on ${what} is 405 and names the methods in \`Allow\`.`,
  source: RESOURCES,
  check: async (target) => {
    const answer = await call(target, method, path);
    isFrameworkError(answer, 405, 'The method is not allowed for the requested URL.');
    const allowed = (answer.headers.get('allow') ?? '').split(', ').sort().join(', ');
    assert.equal(allowed, allow);
  },
}));

const unknownRoutes: Rule[] = [
  ['slash', `${BASE}/`, 'GET', 'The collection with a trailing slash'],
  ['action', `${BASE}/1/actions/registerconceptdoi`, 'POST', 'An action of the old platform'],
  ['below', `${BASE}/1/nothing`, 'GET', 'A path below a deposition that does not exist'],
].map(([name, path = '', method = '', what]) => ({
  id: `deposit/no-route-${name}`,
  says: `${what} is the router's 404.`,
  source: RESOURCES,
  check: async (target) => isFrameworkError(await call(target, method, path), 404, NO_ROUTE),
}));

/** Media types, methods and routes. */
export const negotiationRules: Rule[] = [
  ...wrongTypes,
  {
    id: 'deposit/content-type-absent',
    says: 'Without a Content-Type the body counts as JSON.',
    source: PARSER,
    check: async (target) => {
      const answer = await post(target, undefined, '{}');
      assert.equal(answer.status, 201);
      await call(target, 'DELETE', `${BASE}/${(answer.json as { id: number }).id}`);
    },
  },
  {
    id: 'deposit/content-type-before-authentication',
    says: 'The Content-Type is checked before authentication: a guest gets the 415 too.',
    source: PARSER,
    check: async (target) => isDomainError(await post(target, 'text/plain', '{}', null), 415, WRONG_TYPE),
  },
  {
    id: 'deposit/accept-before-content-type',
    says: 'Accept is checked before the Content-Type.',
    source: FLASK_RESOURCES,
    check: async (target) => {
      const headers = { accept: 'text/html', 'content-type': 'text/plain' };
      isDomainError(await call(target, 'POST', BASE, { headers, body: 'x' }), 406, WRONG_ACCEPT);
    },
  },
  ...wrongAccepts,
  ...rightAccepts,
  {
    id: 'deposit/accept-named-type',
    says: 'A named type has precedence over the wildcard, and among named types the one with the higher quality.',
    source: FLASK_RESOURCES,
    check: async (target) => {
      for (const [accept, type] of [
        [`*/*, ${RDM};q=0.1`, RDM],
        [`application/json;q=0.5, ${RDM}`, RDM],
        [`${RDM};q=0.5, application/json;q=0.6`, 'application/json'],
      ] as const) {
        for (const path of ['/api/records', '/api/vocabularies/licenses']) {
          const answer = await call(target, 'GET', path, { headers: { accept } });
          assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, type], accept);
        }
      }
    },
  },
  {
    id: 'deposit/actions-parse-nothing',
    says: 'Actions read no body, so they accept any Content-Type.',
    source: RESOURCES,
    check: onDraft(async (target, draft) => {
      const headers = { 'content-type': 'text/xml' };
      const answer = await call(target, 'POST', `${draft.links.self}/actions/edit`, {
        headers,
        body: '<x/>',
      });
      assert.equal(answer.status, 201, answer.text);
    }),
  },
  {
    id: 'deposit/head',
    says: 'HEAD works where GET does, without a body.',
    source: RESOURCES,
    check: onDraft(async (target, draft) => {
      for (const path of [BASE, draft.links.self]) {
        const answer = await call(target, 'HEAD', path);
        assert.deepEqual([answer.status, answer.text], [200, '']);
      }
    }),
  },
  {
    id: 'deposit/json-type',
    says: 'Answers are `application/json` without a charset, with blanks after colons and commas.',
    source: 'inveniosoftware/flask-resources:flask_resources/serializers/json.py',
    check: async (target) => {
      const answer = await tryToCreate(target, {});
      assert.equal(answer.headers.get('content-type'), 'application/json');
      assert.match(answer.text, /^\{"created": "\S+", "modified": "/);
    },
  },
  ...wrongMethods,
  ...unknownRoutes,
  {
    id: 'deposit/double-slash',
    says: 'A doubled slash in the path is accepted.',
    source: 'cheminfo/zenodo-api:src/Zenodo.ts',
    check: async (target) => assert.equal((await call(target, 'GET', `/${BASE}`)).status, 200),
  },
  {
    id: 'deposit/token-in-query',
    says: 'The token may be in the query as `access_token`.',
    source: 'cthoyt/zenodo-client:src/zenodo_client/api.py',
    check: async (target) => {
      const answer = await call(target, 'GET', `${BASE}?access_token=${target.token}`, { token: null });
      assert.equal(answer.status, 200);
    },
  },
];
