import { execFile } from 'node:child_process';
import { bundled } from './bundle.js';
import { freshEnvironment } from './process.js';

/**
 * A command as an operator types it. `shell` is what its output goes to, as `head`, which closes
 * the pipe at once; `file` takes it instead.
 */
export async function command(args: string[], env: Record<string, string>, shell?: string, file?: string) {
  const { LC_ALL = '', ...fresh } = freshEnvironment();
  const node = [process.execPath, await bundled('scripts/cli.js')];
  const words = ['env', '-u', 'NODE_OPTIONS', `LC_ALL=${LC_ALL}`, ...node, ...args];
  const [program = '', ...rest] =
    shell === undefined
      ? words
      : [
          'bash',
          '-c',
          file === undefined ? `set -o pipefail; "$@" | ${shell}` : `"$@" > ${file}`,
          'bash',
          ...words,
        ];
  return new Promise<{ code: number; stdout: string; stderr: string; rows: Record<string, unknown>[] }>(
    (done) => {
      // Bash warns of a locale that is not installed: the command alone gets it.
      const options = { env: { ...fresh, LC_ALL: 'C', ...env } };
      execFile(program, rest, options, (error, stdout, stderr) => {
        const rows = stdout.startsWith('{')
          ? stdout
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line))
          : [];
        done({ code: Number(error?.code ?? 0), stdout, stderr, rows });
      });
    },
  );
}
