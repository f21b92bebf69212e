import { parseArgs } from 'node:util';
import { namesThisMachine } from './impersonate/names.js';
import { type Options, OptionsError, OptionsSchema, parseOptions } from './options.js';

interface OptionRow {
  name: keyof Options;
  type: string;
  flag: string;
  variable: string;
  description: string;
  fallback: unknown;
}

/**
 * What the command line and the environment ask for: help, the version, or a mock with these
 * options, alone or for a command.
 */
type Command =
  | { show: 'help' | 'version' }
  | { show: null; options: Options; execute: string[] | null; strict: boolean };

/** One row per option of the schema, with its names on the command line and in the environment. */
function optionRows(): OptionRow[] {
  return Object.entries(OptionsSchema.properties).map(([name, schema]) => {
    const words = name.replace(/([A-Z]|\d+)/g, ' $1').toLowerCase();
    return {
      name: name as keyof Options,
      type: schema.type,
      flag: words.replaceAll(' ', '-'),
      variable: `MOCK_ZENODO_${words.replaceAll(' ', '_').toUpperCase()}`,
      description: 'description' in schema ? String(schema.description) : '',
      fallback: 'default' in schema ? schema.default : undefined,
    };
  });
}

/**
 * Reads arguments (without node and script) and environment. Arguments win. Throws one OptionsError
 * with everything that is wrong in either.
 */
export function readCommand(args: string[], env: Record<string, string | undefined>): Command {
  const rows = optionRows();
  const faults: string[] = [];
  const raw: Record<string, unknown> = {};
  for (const row of rows) {
    const text = env[row.variable];
    if (text !== undefined && text !== '') raw[row.name] = fromText(row, text);
  }
  const executing = args[0] === 'exec';
  const { tokens } = parseArgs({
    args: executing ? args.slice(1) : args,
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      rows.map(({ flag, type }) => [flag, { type: type === 'boolean' ? 'boolean' : 'string' }]),
    ),
  });
  let execute: string[] | null = null;
  let strict = false;
  for (const token of tokens) {
    if (executing && token.kind !== 'option') {
      // The command begins with the first word that is not an option. The rest belongs to the
      // command.
      execute = args.slice(1 + token.index + (token.kind === 'option-terminator' ? 1 : 0));
      break;
    }
    if (token.kind === 'positional' && token.value === 'exec') {
      throw new OptionsError(['exec must come first: mock-zenodo exec [options] -- command']);
    }
    if (token.kind === 'positional') faults.push(`${token.value} is not an option`);
    if (token.kind !== 'option') continue;
    if (token.name === 'help' || token.name === 'h') return { show: 'help' };
    if (token.name === 'version' || token.name === 'v') return { show: 'version' };
    if (token.name === 'strict') {
      strict = true;
      if (!executing) faults.push('--strict needs exec, such as: mock-zenodo exec --strict -- pytest');
      continue;
    }
    const row = rows.find(({ flag }) => flag === token.name);
    if (row === undefined) faults.push(`${token.rawName} is not an option`);
    else if (row.type === 'boolean') raw[row.name] = fromText(row, token.value ?? 'true');
    else if (token.value === undefined) faults.push(`${token.rawName} needs a value`);
    else raw[row.name] = fromText(row, token.value);
  }
  if (executing && (execute ?? []).length === 0)
    faults.push('exec needs a command, such as: mock-zenodo exec -- pytest');
  try {
    const options = parseOptions(raw as Partial<Options>);
    if (executing && options.publicUrl !== undefined && namesThisMachine(options.publicUrl)) {
      faults.push(withFlag(rows, 'publicUrl must have a host name with exec, which programs reach by proxy'));
    }
    if (faults.length === 0) return { show: null, options, execute, strict };
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    faults.push(...error.faults.map((fault) => withFlag(rows, fault)));
  }
  throw new OptionsError(faults);
}

/** The help text, with every option from its schema. */
export function helpText(): string {
  const lines = optionRows().map(({ flag, type, variable, description, fallback }) => {
    const value = type === 'boolean' ? '' : type === 'integer' ? ' <number>' : ' <text>';
    const preset = fallback === undefined || fallback === false ? '' : ` [${fallback}]`;
    return `  ${`--${flag}${value}`.padEnd(28)} ${description}${preset}\n  ${''.padEnd(28)} ${variable}`;
  });
  return [
    'Usage: mock-zenodo [options]',
    '       mock-zenodo exec [--strict] [options] -- command [arguments]',
    '',
    'A mock Zenodo for development and tests. It prints its URL to standard output and runs until you stop it.',
    'With exec, it replaces zenodo.org while the command runs, and exits with the exit code of the command.',
    'With --strict, exec also fails if the command made a call for which Zenodo has no route.',
    '',
    'Options and their environment variables:',
    ...lines,
    `  ${'--help'.padEnd(28)} Show this help.`,
    `  ${'--version'.padEnd(28)} Show the version of this package.`,
    '',
  ].join('\n');
}

function fromText({ type }: OptionRow, text: string): unknown {
  if (type === 'integer') return /^-?\d+$/.test(text) ? Number(text) : text;
  if (type !== 'boolean') return text;
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  return /^(false|0|no|off)$/i.test(text) ? false : text;
}

function withFlag(rows: OptionRow[], fault: string): string {
  const [name, ...rest] = fault.split(' ');
  const row = rows.find((candidate) => candidate.name === name);
  return row === undefined ? fault : `--${row.flag} (${row.variable}) ${rest.join(' ')}`;
}
