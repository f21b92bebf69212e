/** How many bytes all files together take before everything else in this process gets its turn. */
const TURN = 256 * 1024;

const line: { bytes: number; go: () => void }[] = [];
let left = TURN;
let timed = false;

/**
 * Waits until it is the turn of `bytes` more, first come, first served. Hashing is done between two
 * calls that others wait for: without this they would wait for all that lies in the sockets of all
 * uploads, 2 MiB each.
 */
export function turnOf(bytes: number): Promise<void> | void {
  if (!timed) setImmediate(next);
  timed = true;
  if (left > 0 && line.length === 0) {
    left -= bytes;
    return;
  }
  return new Promise((go) => line.push({ bytes, go }));
}

function next(): void {
  timed = line.length > 0;
  if (timed) setImmediate(next);
  left = TURN;
  while (left > 0) {
    const first = line.shift();
    if (first === undefined) return;
    left -= first.bytes;
    first.go();
  }
}
