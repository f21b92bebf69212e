import type { FastifyBaseLogger } from 'fastify';
import { type LogStream, openLogStream } from './log-stream.js';
import type { Meters } from './meters.js';
import { currentRequestId } from './request-id.js';
import type { EndedCall } from './zenodo/watch.js';

let opened: LogStream | null = null;

/** The one way to standard output, however many services a process has. */
export function logStream(): LogStream {
  opened ??= openLogStream();
  return opened;
}

/** Only what a log may hold: no query strings, no headers, of errors never the attached data. */
export function loggerOptions(level: string) {
  return {
    level,
    // The lines of a request name its id themselves; all others that follow from one get it here.
    mixin: (_line: object, _level: number, logger: { bindings(): object }) => {
      const reqId = currentRequestId();
      return reqId === undefined || 'reqId' in logger.bindings() ? {} : { reqId };
    },
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

/** Level of a line about a call that is over: what only looked, and saw something, is there for those who look closely. */
export function levelOf(method: string, succeeded: boolean): 'debug' | 'info' {
  return method === 'GET' && succeeded ? 'debug' : 'info';
}

/** Counts and logs every call to Zenodo. */
export function noteZenodoCalls(meters: Meters, log: FastifyBaseLogger): (call: EndedCall) => void {
  return ({ method, path, outcome, seconds }) => {
    meters.zenodoCalls.inc({ method, path, outcome });
    meters.zenodoSeconds.observe({ method, path }, seconds);
    const call = { method, path, outcome, ms: Math.round(seconds * 1000) };
    log[levelOf(method, /^2/.test(outcome))]({ zenodo: call }, 'a call to Zenodo');
  };
}
