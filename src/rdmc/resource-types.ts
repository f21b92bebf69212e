import { keyOf, listOf, textOf } from './scalars.js';

/** Zenodo's types of upload that can be deposited (`zenodo/zenodo-rdm:app_data/vocabularies/resource_types.yaml`). */
export const UPLOAD_TYPES = [
  'publication',
  'poster',
  'presentation',
  'dataset',
  'image',
  'video',
  'software',
  'lesson',
  'physicalobject',
  'other',
  'event',
  'model',
  'audio',
  'workflow',
] as const;

const BY_WORD: Record<string, string> = {
  data: 'dataset',
  datasets: 'dataset',
  researchdata: 'dataset',
  rdmc: 'dataset',
  rdmcree: 'dataset',
  container: 'dataset',
  code: 'software',
  sourcecode: 'software',
  script: 'software',
  ree: 'software',
  text: 'publication',
  article: 'publication',
  document: 'publication',
  paper: 'publication',
  figure: 'image',
  picture: 'image',
  sound: 'audio',
  slides: 'presentation',
  ...Object.fromEntries(UPLOAD_TYPES.map((type) => [type, type])),
};

/** The upload types that words like `Data, Software` or `RDMC + REE` stand for, each once, and the words that stand for none. */
export function readResourceTypes(value: unknown): { types: string[]; unknown: string[] } {
  const types = new Set<string>();
  const unknown: string[] = [];
  for (const item of listOf(value)) {
    for (const word of (textOf(item) ?? '').split(/[,;]/)) {
      const key = keyOf(word);
      if (key === '') continue;
      const type = BY_WORD[key];
      if (type === undefined) unknown.push(word.trim());
      else types.add(type);
    }
  }
  return { types: [...types], unknown };
}

/** One type for many: what they agree on, else a data set, which may hold anything. */
export function commonType(types: string[]): string {
  const [first] = types;
  return types.length === 1 && first !== undefined ? first : 'dataset';
}
