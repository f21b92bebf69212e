import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createJudge, type Judge } from '../contract/answers.js';
import { type Contract, contractOf, type Operation } from '../contract/document.js';
import { CONTRACT_VARIABLE } from './watched-process.js';

/** What Fastify announces every new instance on, before anything is registered. */
const CHANNEL = 'fastify.initialization';

/** What a request that leads to no call may be answered with. */
const REFUSALS = ['400', '401', '404', '405', '413', '429', '503'];

/** Is told of every answer that breaks the contract: route, status and reason. */
type Report = (violation: string) => unknown;

/** Made at the first answer, once for all services of a process. */
let made: { contract: Contract; judge: Judge } | undefined;

/**
 * What a service says its contract is; that openapi.yaml says the same is tested elsewhere. The
 * first process of a run leaves it in a file, because to make it takes long.
 */
function documentOf(app: FastifyInstance, file: string): object {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    const document = app.swagger();
    if (file === '') return document;
    // No other process may read half of it.
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(document));
    renameSync(`${file}.${process.pid}`, file);
    return document;
  }
}

function contractOfApp(app: FastifyInstance, file: string): { contract: Contract; judge: Judge } {
  if (made === undefined) {
    const contract = contractOf(documentOf(app, file));
    made = { contract, judge: createJudge(contract, { closed: true }) };
  }
  return made;
}

/**
 * Runs `build`, which makes a service before it first waits for anything, and holds all its answers
 * against openapi.yaml.
 */
export function watched<T>(report: Report, build: () => T): T {
  const file = process.env[CONTRACT_VARIABLE] ?? '';
  const watch = (message: unknown) => hold((message as { fastify: FastifyInstance }).fastify, report, file);
  subscribe(CHANNEL, watch);
  try {
    return build();
  } finally {
    unsubscribe(CHANNEL, watch);
  }
}

/** The same for every service that this process will ever make. */
export function watchAll(report: Report, file: string): void {
  subscribe(CHANNEL, (message) => hold((message as { fastify: FastifyInstance }).fastify, report, file));
}

function hold(app: FastifyInstance, report: Report, file: string): void {
  app.addHook('onSend', async (request, reply, payload) => {
    // Other servers may live in the same process: the mock, the metrics.
    if (!app.hasDecorator('connections')) return payload;
    const { contract, judge } = contractOfApp(app, file);
    const operation = operationOf(contract, request) ?? refusal(request);
    if (operation === null) return payload;
    const { statusCode: status } = reply;
    for (const fault of judge(operation, {
      status,
      headers: reply.getHeaders(),
      text: textOf(reply, payload),
    })) {
      report(`${request.method} ${operation.path} answered ${status}: ${fault}`);
    }
    return payload;
  });
}

function textOf(reply: FastifyReply, payload: unknown): string | null {
  if (reply.request.method === 'HEAD') return null;
  // Nothing of a body is sent with these, whatever was given.
  if (reply.statusCode === 204) return '';
  if (payload === undefined || payload === null) return '';
  return typeof payload === 'string' || Buffer.isBuffer(payload) ? String(payload) : null;
}

function operationOf({ operations }: Contract, request: FastifyRequest): Operation | undefined {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const path = request.routeOptions.url?.replace(/:(\w+)/g, '{$1}');
  return operations.find((one) => one.method === method && one.path === path);
}

/**
 * Where no call is, nothing but a problem may be answered; what is there without being a call is
 * the reference.
 */
function refusal(request: FastifyRequest): Operation | null {
  if (request.routeOptions.url !== undefined) return null;
  const schema = { $ref: '#/components/schemas/Problem' };
  const response = { description: '', headers: {}, content: { 'application/problem+json': { schema } } };
  const responses = Object.fromEntries(REFUSALS.map((status) => [status, response]));
  const nothing = { id: '', tags: [], parameters: [], body: {}, bodyRequired: false, needsToken: false };
  return { ...nothing, method: 'GET', path: '(no call)', responses };
}
