import type { FastifyBaseLogger } from 'fastify';
import type { LogMethod } from './database/outage-log.js';
import { type LogStream, openLogStream } from './log-stream.js';
import { currentSubject, type Subject } from './log-subject.js';
import type { Metrics } from './metrics.js';
import type { EndedCall } from './zenodo/instrument.js';

let opened: LogStream | null = null;

/** The only stream to standard output, for all services in a process. */
export function logStream(): LogStream {
  opened ??= openLogStream();
  return opened;
}

/** Sets how lines are written. Call it before the first line. */
export function shapeLog(shape: (line: string) => string): void {
  opened = openLogStream(1, shape);
}

/**
 * Options that keep secrets out of the log: no query strings, no headers, and no data attached to
 * errors.
 */
export function loggerOptions(level: string, hooks: { logMethod: LogMethod }) {
  return {
    level,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    // Adds the subject of each line. A request's logger already has its id, and a duplicate key is
    // not valid JSON.
    mixin: (_line: object, _level: number, logger: { bindings(): object }): Subject => {
      // A copy, because pino adds the fields of the line to it.
      const { request_id, ...subject } = currentSubject() ?? {};
      const isNamed = request_id === undefined || 'request_id' in logger.bindings();
      return isNamed ? subject : { request_id, ...subject };
    },
    hooks,
    // Plugins log request headers in their own options, at level trace.
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

/** The level of a line about a finished call. Successful reads are only logged at debug. */
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
