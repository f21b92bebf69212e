import { type ErrorCode, Problem, type ProblemMembers, problem } from '../errors.js';
import { mergeDraft } from '../metadata/merge.js';
import { readMetadataCall } from '../metadata/metadata-call.js';
import { examineDraft } from '../metadata/publish-rules.js';
import { inspectManifest, searchForLevels } from '../metadata/restricted.js';
import { writeDoi } from '../metadata/write-doi.js';
import { planPaths } from '../upload-links/plan-paths.js';
import { mergeStaged, planWhole, previewMerge } from '../uploads/plan/plan.js';

/**
 * What reads text that strangers wrote, and may take long: pure functions of what can be cloned
 * from one thread to another. A new reader of foreign text belongs here, and is then bounded in
 * time and memory and covered by test/foreign-text.test.ts.
 */
const TASKS = {
  readMetadataCall,
  mergeDraft,
  examineDraft,
  inspectManifest,
  searchForLevels,
  writeDoi,
  planPaths,
  planWhole,
  mergeStaged,
  previewMerge,
};

export type Tasks = typeof TASKS;

/** A problem as it goes from one thread to another. */
interface SentProblem {
  code: ErrorCode;
  detail: string;
  members: ProblemMembers;
}

/** What came of a task. */
export type Outcome<T> = { value: T } | { problem: SentProblem };

/**
 * Runs a task in this thread. What is nested so deep that the stack does not suffice is the
 * sender's fault: `too_complex`.
 */
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
    // An error that is cloned loses all but its message.
    const { code, detail, members } = fault;
    return { problem: { code, detail, members } };
  }
}

/** What a task resulted in. Throws the problem that it ended with. */
export function resultOf<T>(outcome: Outcome<T>): T {
  if ('value' in outcome) return outcome.value;
  const { code, detail, members } = outcome.problem;
  throw problem(code, detail, members);
}

/** The answer to what costs more to read than anybody’s description should. */
export function tooComplex(why: string): Problem {
  return problem('too_complex', `The input is too complex. ${why} Send less, or with less nesting.`);
}

/**
 * V8 tells of a stack, or a text, that has become too large by a RangeError; other RangeErrors are
 * ours. Where a regular expression of marked's has no stack left, it matches nothing, which marked
 * calls an infinite loop (markedjs/marked:src/Lexer.ts).
 */
function isExhausted(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const said = /^(Maximum call stack size exceeded|Invalid string length)/;
  return (
    (error instanceof RangeError && said.test(error.message)) ||
    /^Infinite loop on byte: \d+/.test(error.message)
  );
}
