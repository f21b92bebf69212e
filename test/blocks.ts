import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { marked, type Token } from 'marked';

/** A fenced block of a document. */
interface Block {
  /** Path in the repository. */
  document: string;
  /** First word behind the fence: `sh`. Empty if nothing stands there. */
  language: string;
  /** What follows it. */
  note: string;
  /** Ends with a line feed. */
  text: string;
}

const ROOT = new URL('../', import.meta.url);

/** Every Markdown file of the repository, also one that is not committed yet. */
export function documents(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate', '*.md'];
  const listed = execFileSync('git', args, { cwd: fileURLToPath(ROOT), encoding: 'utf8' });
  return listed.split('\0').filter((path) => path !== '');
}

export function readDocument(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** Every block of a document, wherever it is nested. */
export function blocksIn(document: string): Block[] {
  const found: Block[] = [];
  marked.walkTokens(marked.lexer(readDocument(document)), (token: Token) => {
    if (token.type !== 'code') return;
    const [language = '', ...note] = String(token.lang ?? '').split(' ');
    found.push({ document, language, note: note.join(' '), text: `${token.text}\n` });
  });
  return found;
}

/**
 * The blocks of one language in a document, in order. Calling this with two plain strings is a
 * promise to run or compile each of them: test/documents.test.ts finds the call, and fails for
 * blocks that no test asks for. Throws if there are none.
 */
export function blocksOf(document: string, language: string): Block[] {
  const found = blocksIn(document).filter((block) => block.language === language);
  if (found.length === 0) throw new Error(`${document} has no block of ${language}`);
  return found;
}

/**
 * Links and pictures in documents of a folder that lead to no file in it, as `document: target`.
 * The documents are paths below the folder.
 */
export function brokenLinks(folder: string, paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const text = readFileSync(join(folder, path), 'utf8');
    const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)|\bsrc="([^"]+)"/g)];
    return targets
      .map(([, link, picture]) => link ?? picture ?? '')
      .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(folder, dirname(path), target)))
      .map((target) => `${path}: ${target}`);
  });
}
