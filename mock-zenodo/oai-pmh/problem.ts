/**
 * The faults of a request in the form of OAI-PMH: codes of the protocol with their messages, with
 * the status 422 (`inveniosoftware/invenio-oaiserver:invenio_oaiserver/views/server.py`).
 */
export class OaiProblem extends Error {
  constructor(readonly errors: [code: string, message: string][]) {
    super(errors.map(([code, message]) => `${code}: ${message}`).join('; '));
  }
}

export function badArgument(message: string): OaiProblem {
  return new OaiProblem([['badArgument', message]]);
}

export function badResumptionToken(): OaiProblem {
  return new OaiProblem([
    ['badResumptionToken', 'The value of the resumptionToken argument is invalid or expired.'],
  ]);
}

export function idDoesNotExist(): OaiProblem {
  return new OaiProblem([['idDoesNotExist', 'No matching identifier']]);
}

export function noRecordsMatch(): OaiProblem {
  return new OaiProblem([['noRecordsMatch', '']]);
}
