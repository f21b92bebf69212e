import { readFile } from 'node:fs/promises';

/** One instruction of a Dockerfile. Continued lines are joined. */
interface Instruction {
  /** In capitals. */
  word: string;
  text: string;
}

/** From one FROM to the next. */
export interface Stage {
  image: string;
  name: string | undefined;
  instructions: Instruction[];
}

/** Parses a Dockerfile. Throws if a line is not an instruction. */
export async function readDockerfile(path: string | URL): Promise<Stage[]> {
  const stages: Stage[] = [];
  const text = (await readFile(path, 'utf8')).replaceAll(/\\\n/g, ' ');
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, word = '', rest = ''] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    if (!KNOWN.includes(word)) throw new Error(`not an instruction: ${line}`);
    if (word === 'FROM') {
      const [, image = '', name] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
      stages.push({ image, name, instructions: [] });
    } else stages.at(-1)?.instructions.push({ word, text: rest.trim() });
  }
  return stages;
}

const KNOWN = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'VOLUME', 'EXPOSE', 'HEALTHCHECK', 'CMD'];

/** The arguments of all instructions of a kind. */
export function texts(stage: Stage | undefined, word: string): string[] {
  return (stage?.instructions ?? []).filter((one) => one.word === word).map(({ text }) => text);
}

/** The list form of CMD, also after the options of HEALTHCHECK. */
export function command(text: string | undefined): string[] {
  return JSON.parse(/(\[.*\])$/.exec(text ?? '')?.[1] ?? '[]') as string[];
}
