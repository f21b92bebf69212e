/** An answer of a call, as the contract has it before its parts are named. */
export interface Answer {
  description: string;
  headers?: object;
  content?: Record<string, { schema: object; examples?: Record<string, object> }>;
}

/** Leads to a part that has a name; a description beside it takes the place of that one's. */
export interface Reference {
  $ref: string;
  description?: string;
}

interface Operation {
  responses: Record<string, Answer | Reference>;
}

/** What a status says, in the words of RFC 9110 section 15. */
const PHRASES: Record<string, [name: string, description: string]> = {
  '400': ['BadRequest', 'What was sent cannot be used as it is.'],
  '401': ['Unauthorized', 'It is not known who is calling.'],
  '403': ['Forbidden', 'The caller may not do this.'],
  '404': ['NotFound', 'There is no such thing.'],
  '405': ['MethodNotAllowed', 'The path is not for this method.'],
  '408': ['RequestTimeout', 'The body came too slowly.'],
  '409': ['Conflict', 'It cannot be done in the state that things are in.'],
  '410': ['Gone', 'It has ended.'],
  '411': ['LengthRequired', 'The request does not say how long it is.'],
  '413': ['ContentTooLarge', 'More than fits was sent.'],
  '415': ['UnsupportedMediaType', 'The content type is not read here.'],
  '429': ['TooManyRequests', 'Wait before the next call.'],
  '500': ['InternalServerError', 'A fault of the service, or of its configuration.'],
  '502': ['BadGateway', 'Zenodo failed or refused.'],
  '503': ['ServiceUnavailable', 'The service cannot answer for now.'],
  '504': ['GatewayTimeout', 'Zenodo was silent for too long.'],
  '507': ['InsufficientStorage', 'There is no room for the bytes on their way.'],
};

/**
 * Moves the answers to faults to the components, by their status, and gives those back. Each has
 * the recorded examples of all calls, and names the codes that most calls have; a call with others
 * names its own beside the reference.
 */
export function nameFailures(operations: readonly Operation[]): Record<string, Answer> {
  const named: Record<string, Answer> = {};
  const all = operations.flatMap(({ responses }) => Object.keys(responses));
  for (const status of [...new Set(all)].filter((one) => Number(one) >= 400).sort()) {
    const answers = operations.flatMap(({ responses }) => responses[status] ?? []).filter(isAnswer);
    const [first] = answers;
    if (first === undefined) continue;
    const [name, phrase] = PHRASES[status] ?? [`Status${status}`, ''];
    const usual = commonest(answers.map(({ description }) => description));
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

/** The same text for the same value, whatever the order of its members. */
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

/** What all answers of a status have in common: neither codes nor examples. */
function form({ headers, content = {} }: Answer): string {
  return canonical([headers, Object.entries(content).map(([type, { schema }]) => [type, schema])]);
}

/** The content of the first answer, with the examples of all; of two of one code the first. */
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

/** The text that stands there most often, the first of several; undefined if there is none. */
export function commonest(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}
