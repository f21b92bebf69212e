/** A response in the document, before its parts are named. */
export interface Answer {
  description: string;
  headers?: object;
  content?: Record<string, { schema: object; examples?: Record<string, object> }>;
}

/** A reference to a named part. A description beside it replaces that of the part. */
export interface Reference {
  $ref: string;
  description?: string;
}

interface Operation {
  responses: Record<string, Answer | Reference>;
}

/** Names and descriptions of statuses, after RFC 9110 section 15. */
const PHRASES: Record<string, [name: string, description: string]> = {
  '400': ['BadRequest', 'The request is not valid.'],
  '401': ['Unauthorized', 'The caller is not authenticated.'],
  '403': ['Forbidden', 'The caller may not do this.'],
  '404': ['NotFound', 'It does not exist.'],
  '405': ['MethodNotAllowed', 'The path does not support this method.'],
  '408': ['RequestTimeout', 'The body arrived too slowly.'],
  '409': ['Conflict', 'The current state does not allow this.'],
  '410': ['Gone', 'It has ended.'],
  '411': ['LengthRequired', 'The request has no length.'],
  '413': ['ContentTooLarge', 'The request exceeds a limit.'],
  '415': ['UnsupportedMediaType', 'The content type is not supported.'],
  '429': ['TooManyRequests', 'Wait before you call again.'],
  '500': ['InternalServerError', 'A fault of the service or of its configuration.'],
  '502': ['BadGateway', 'Zenodo failed or refused.'],
  '503': ['ServiceUnavailable', 'The service is temporarily unavailable.'],
  '504': ['GatewayTimeout', 'Zenodo did not respond in time.'],
  '507': ['InsufficientStorage', 'No space is left for uploads.'],
};

/**
 * Moves the error responses to the components, one for each status, and returns them. Each has the
 * recorded examples of all calls, and lists the error codes that most calls share. A call with
 * other codes lists its own beside the reference.
 */
export function nameFailures(operations: readonly Operation[]): Record<string, Answer> {
  const named: Record<string, Answer> = {};
  const all = operations.flatMap(({ responses }) => Object.keys(responses));
  for (const status of [...new Set(all)].filter((one) => Number(one) >= 400).sort()) {
    const answers = operations.flatMap(({ responses }) => responses[status] ?? []).filter(isAnswer);
    const [first] = answers;
    if (first === undefined) continue;
    const [name, phrase] = PHRASES[status] ?? [`Status${status}`, ''];
    const usual = mostFrequent(answers.map(({ description }) => description));
    named[name] = { ...first, description: `${phrase} ${usual ?? ''}`, content: withAllExamples(answers) };
    for (const { responses } of operations) {
      const answer = responses[status];
      if (answer === undefined || !isAnswer(answer) || form(answer) !== form(first)) continue;
      const $ref = `#/components/responses/${name}`;
      const { description } = answer;
      responses[status] = description === usual ? { $ref } : { $ref, description };
    }
  }
  return named;
}

/** The name of a type, after that of a call. */
export function pascal(operationId: string): string {
  return operationId.replace(/^./, (letter) => letter.toUpperCase());
}

/** The same text for the same value, regardless of the order of its members. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

function isAnswer(one: Answer | Reference): one is Answer {
  return !('$ref' in one);
}

/** What all responses of a status have in common, without codes and examples. */
function form({ headers, content = {} }: Answer): string {
  return canonical([headers, Object.entries(content).map(([type, { schema }]) => [type, schema])]);
}

/** The content of the first response, with the examples of all; the first one of each code. */
function withAllExamples(answers: readonly Answer[]): NonNullable<Answer['content']> {
  const [first] = answers;
  return Object.fromEntries(
    Object.entries(first?.content ?? {}).map(([type, { schema }]) => {
      const given = answers.toReversed().map(({ content }) => content?.[type]?.examples ?? {});
      const examples: Record<string, object> = Object.assign({}, ...given);
      return [type, Object.keys(examples).length > 0 ? { schema, examples } : { schema }];
    }),
  );
}

/** The most frequent text, or the first of several; undefined if there is none. */
export function mostFrequent(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}
