import { type ErrorCode, Problem, type ProblemMembers, problem } from '../errors.js';
import { mergeDraft } from '../metadata/merge.js';
import { readMetadataCall } from '../metadata/metadata-call.js';
import { examineDraft } from '../metadata/publish-rules.js';
import { inspectManifest, searchForLevels } from '../metadata/restricted.js';
import { writeDoi } from '../metadata/write-doi.js';
import { planPaths } from '../upload-links/plan-paths.js';
import { mergeStaged, planWhole, previewMerge } from '../uploads/plan/plan.js';
import { planGivenFiles } from '../uploads/plan/planned-files.js';

/**
 * Functions that parse text from outside and may take long. They are pure, and their arguments and
 * results can be cloned. A new parser of such text belongs here: it is then limited in time and
 * memory, and covered by test/foreign-text.test.ts.
 */
const TASKS = {
  readMetadataCall,
  mergeDraft,
  examineDraft,
  inspectManifest,
  searchForLevels,
  writeDoi,
  planPaths,
  planGivenFiles,
  planWhole,
  mergeStaged,
  previewMerge,
};

export type Tasks = typeof TASKS;

/** A problem, as it passes between threads. */
interface SentProblem {
  code: ErrorCode;
  detail: string;
  members: ProblemMembers;
}

/** The outcome of a task. */
export type Outcome<T> = { value: T } | { problem: SentProblem };

/** Runs a task in this thread. If the nesting exceeds the stack, the result is `too_complex`. */
export function execute<N extends keyof Tasks>(
  name: N,
  args: Parameters<Tasks[N]>,
): Outcome<ReturnType<Tasks[N]>> {
  const tasks: { [M in keyof Tasks]: (...args: Parameters<Tasks[M]>) => ReturnType<Tasks[M]> } = TASKS;
  try {
    return { value: tasks[name](...args) };
  } catch (error) {
    const fault = isExhausted(error) ? tooComplex('It is nested too deeply.') : error;
    if (!(fault instanceof Problem)) throw error;
    // A cloned error keeps only its message.
    const { code, detail, members } = fault;
    return { problem: { code, detail, members } };
  }
}

/** The result of a task. Throws the problem that it ended with. */
export function resultOf<T>(outcome: Outcome<T>): T {
  if ('value' in outcome) return outcome.value;
  const { code, detail, members } = outcome.problem;
  throw problem(code, detail, members);
}

/** The problem for input that is too expensive to parse. */
export function tooComplex(why: string): Problem {
  return problem('too_complex', `The input is too complex. ${why} Send less, or with less nesting.`);
}

/**
 * V8 throws these RangeErrors for an exhausted stack and for a text that has become too long. If
 * marked's regular expressions run out of stack, they match nothing, and marked reports an infinite
 * loop (markedjs/marked:src/Lexer.ts).
 */
function isExhausted(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const said = /^(Maximum call stack size exceeded|Invalid string length)/;
  return (
    (error instanceof RangeError && said.test(error.message)) ||
    /^Infinite loop on byte: \d+/.test(error.message)
  );
}
