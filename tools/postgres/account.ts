import { readFile } from 'node:fs/promises';

/** The account that PostgreSQL runs as, if it is not that of this process. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root. If this process is root, it runs as the user `postgres`, or
 * else as `nobody`. No account is created. Undefined for everyone else. Throws if neither account
 * exists.
 */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const entry = lines.find(([name]) => name === wanted);
    if (entry !== undefined) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody to run it as');
}
