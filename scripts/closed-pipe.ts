/** Exit code if standard output cannot be written to. */
const UNWRITTEN = 3;

/**
 * If the reader has seen enough, as `head` has, the command ends silently. If standard output
 * accepts nothing, for example on a full volume, the command ends with a sentence.
 */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`standard output cannot be written to: ${error.message}\n`);
    process.exit(UNWRITTEN);
  });
}
