/** How far the service's clock is ahead of the browser's, in milliseconds. */
let ahead = 0;

/** Sets the difference from a response, because the clock of a user's machine may be wrong. */
export function learnTime(answer: Response): void {
  const at = Date.parse(answer.headers.get('date') ?? '');
  if (Number.isFinite(at)) ahead = at - Date.now();
}

/** Milliseconds until a time given by the service. */
export function untilServerTime(time: string): number {
  return Date.parse(time) - Date.now() - ahead;
}
