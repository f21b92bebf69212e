/** One item of a validation error: a field path and what is wrong with it. */
export interface FieldError {
  field: string;
  messages: string[];
}

/**
 * Form (a) of Zenodo's errors: spaced JSON `{status, message, errors?}`, thrown by the domain code.
 */
export class DomainError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly errors?: FieldError[],
    readonly extra: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

/** Form (b): compact, sorted JSON with a trailing newline, from the web framework. */
export class FrameworkError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

/** Form (c): an HTML page, from the proxy in front of Zenodo and from the OAuth pages. */
export class HtmlError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly server: 'nginx' | 'werkzeug' = 'werkzeug',
  ) {
    super(title);
  }
}

/** 400 with field errors, Zenodo's response to input that fails validation. */
export function validationError(errors: FieldError[]): DomainError {
  return new DomainError(400, 'A validation error occurred.', errors);
}

/** 403, also for guests and invalid tokens (`zenodo-api.md` 1.9). */
export function permissionDenied(): DomainError {
  return new DomainError(403, 'Permission denied.');
}

/** 404 for an id that was never registered, or for a deleted draft. */
export function pidDoesNotExist(): DomainError {
  return new DomainError(404, 'The persistent identifier does not exist.');
}

/** 404 of the record endpoints for an id that is not published. */
export function pidNotRegistered(): DomainError {
  return new DomainError(404, 'The persistent identifier is not registered.');
}

/** 404 for an action without a draft, or an unknown bucket. */
export function notFound(): DomainError {
  return new DomainError(404, 'Not found.');
}

/** 404 of the router. */
export function routeNotFound(): FrameworkError {
  return new FrameworkError(
    404,
    'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
  );
}

/** 405 of the router; `allow` lists the methods that the path knows. */
export function methodNotAllowed(allow: string): FrameworkError {
  return new FrameworkError(405, 'The method is not allowed for the requested URL.', { allow });
}

/** 500 as the application itself produces it. */
export function internalError(): FrameworkError {
  return new FrameworkError(
    500,
    'The server encountered an internal error and was unable to complete your request. Either the server is overloaded or there is an error in the application.',
  );
}

/** What users whose account counts as spam are told when they publish. */
export const BLOCKED =
  'Your account has been blocked - the record you tried to publish has been classified as spam. Please contact us if you think this is a mistake.';
