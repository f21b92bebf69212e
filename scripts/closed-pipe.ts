/** Left where standard output cannot be written to. */
const UNWRITTEN = 3;

/**
 * A reader who has seen enough, as `head` has, ends a command in silence. Standard output that
 * takes nothing, as of a full volume, ends it with a sentence.
 */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`standard output cannot be written to: ${error.message}\n`);
    process.exit(UNWRITTEN);
  });
}
