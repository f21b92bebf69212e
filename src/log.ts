import type { FastifyBaseLogger } from 'fastify';
import type { LogMethod } from './database/outage-log.js';
import { type LogStream, openLogStream } from './log-stream.js';
import { currentSubject, type Subject } from './log-subject.js';
import type { Metrics } from './metrics.js';
import type { EndedCall } from './zenodo/instrument.js';

let opened: LogStream | null = null;

/** The one way to standard output, however many services a process has. */
export function logStream(): LogStream {
  opened ??= openLogStream();
  return opened;
}

/** From now on lines are written as `shape` makes them. To be called before the first of them. */
export function shapeLog(shape: (line: string) => string): void {
  opened = openLogStream(1, shape);
}

/** Only what a log may hold: no query strings, no headers, of errors never the attached data. */
export function loggerOptions(level: string, hooks: { logMethod: LogMethod }) {
  return {
    level,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    // What each line is about. The logger of a request names its id itself: twice is no JSON.
    mixin: (_line: object, _level: number, logger: { bindings(): object }): Subject => {
      // A copy: pino writes the fields of the line into it.
      const { request_id, ...subject } = currentSubject() ?? {};
      const isNamed = request_id === undefined || 'request_id' in logger.bindings();
      return isNamed ? subject : { request_id, ...subject };
    },
    hooks,
    // Plugins log the headers of requests in options of their own, at level trace.
    redact: { paths: ['headers', '*.headers'], remove: true },
    serializers: {
      req: (request: { method: string; url: string; id: string }) => ({
        id: request.id,
        method: request.method,
        path: request.url.split('?')[0],
      }),
      err: (error: Error & { code?: string }) => ({
        type: error.name,
        code: error.code,
        message: error.message,
        stack: error.stack ?? '',
        cause: error.cause instanceof Error ? `${error.cause.name}: ${error.cause.message}` : undefined,
      }),
    },
  };
}

/**
 * Level of a line about a call that is over: what only looked, and saw something, is there for
 * those who look closely.
 */
export function levelOf(method: string, succeeded: boolean): 'debug' | 'info' {
  return method === 'GET' && succeeded ? 'debug' : 'info';
}

/** Counts and logs every call to Zenodo. */
export function noteZenodoCalls(metrics: Metrics, log: FastifyBaseLogger): (call: EndedCall) => void {
  return ({ method, path, outcome, seconds }) => {
    metrics.zenodoCalls.inc({ method, path, outcome });
    metrics.zenodoSeconds.observe({ method, path }, seconds);
    const call = { method, path, outcome, ms: Math.round(seconds * 1000) };
    log[levelOf(method, /^2/.test(outcome))]({ zenodo: call }, 'a call to Zenodo');
  };
}
