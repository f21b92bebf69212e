/** How far back a speed looks, in milliseconds. */
const WINDOW = 15_000;

/**
 * What is handed on first fills buffers of the kernel as fast as memory is: so many milliseconds
 * say nothing of the line.
 */
const SETTLING = 2000;

/**
 * After so many milliseconds without a byte a file stands still; on a line so slow that bytes are
 * seldom asked for, after so many times their usual distance.
 */
const STILL = 5000;
const USUAL = 2.5;

/**
 * Of a few pieces within less than so many milliseconds it is not known how long each took: they
 * are seen once a second.
 */
const SHORTEST = 3000;

interface Step {
  at: number;
  handed: number;
}

/**
 * Measures how many bytes a second a file moves. Bytes are asked for in large pieces, so it is
 * reckoned from piece to piece and not by the second: a slow line would seem to stand still, and
 * then to be fast. `buffered`: bytes that may still lie in buffers of this machine.
 *
 * Answers a function that is told, now and then, how many bytes were handed on so far, and the time
 * in milliseconds; fewer bytes than before begin a new attempt.
 */
export function measureSpeed(buffered: number): (handed: number, now: number) => number {
  let began: Step | null = null;
  let steps: Step[] = [];

  return (handed, now) => {
    const last = steps.at(-1);
    if (began === null || last === undefined || handed < last.handed || last.handed === 0) {
      began = { at: now, handed };
      steps = [began];
      return 0;
    }
    if (now - began.at <= SETTLING) {
      if (handed > last.handed) steps = [{ at: now, handed }];
      return perSecond(Math.max(0, handed - began.handed - buffered), now - began.at);
    }
    const newest = { at: handed > last.handed ? now : last.at, handed };
    if (handed > last.handed) steps.push(newest);
    while (steps.length > 2 && (steps[1]?.at ?? now) < now - WINDOW) steps.shift();
    const first = steps[0] ?? newest;
    const usual = steps.length > 1 ? (newest.at - first.at) / (steps.length - 1) : 0;
    const silent = now - newest.at;
    if (silent > Math.max(STILL, USUAL * usual)) {
      steps = [newest];
      return 0;
    }
    const bytes = newest.handed - first.handed;
    const span = newest.at - first.at + Math.max(0, silent - usual);
    return perSecond(bytes, bytes > buffered ? span : Math.max(SHORTEST, span));
  };
}

function perSecond(bytes: number, milliseconds: number): number {
  return milliseconds > 0 ? Math.round((bytes * 1000) / milliseconds) : 0;
}
