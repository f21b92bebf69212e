import { entryIn, keyOf, listOf, pairsIn, textOf, wordsIn } from './values.js';
import { RESOURCE_TYPES } from './vocabularies.js';

/**
 * Resource types of COAR, by the last part of their addresses
 * (`openaire/guidelines-literature-repositories:docs/vocabularies/resourcetype.rst`,
 * `openaire/guidelines-data-archives`, the same file). Types that Zenodo has no equal for are left
 * out.
 */
const COAR = pairsIn(`
  cddb1=dataset acf78yt9=dataset fxf3d3g7=dataset am6w6qaw=dataset 63ngb465=dataset a8f1npv9=dataset
  2h0mx761=dataset dd58gfsx=dataset ff4c28rk=dataset cqmr7k63=dataset w2xt7017=dataset nhd0w6sy=dataset
  ccb28=dataset c5ce6=software cc950=software qh802r4e=software c393c=workflow c18cf=publication
  c6501=publication-article c2df8fbb1=publication-article cdcae04bc=publication-article
  cbeb9=publication-datapaper c2f33=publication-book c3248=publication-section c816b=publication-preprint
  c8042=publication-workingpaper c93fc=publication-report c18gh=publication-report c18ws=publication-report
  c18hj=publication-report c186u=publication-report c18wq=publication-report c18ww=publication-report
  c18op=publication-deliverable cbaaf=publication-proposal cab20=publication-datamanagementplan
  c15cd=publication-patent c5794=publication-conferencepaper c18cp=publication-conferencepaper
  cf744=publication-conferenceproceeding c6670=poster c18co=poster r60jj5bd=presentation
  c46ec=publication-dissertation c7a1f=publication-dissertation cbdcc=publication-dissertation
  cdb06=publication-dissertation c18cc=audio c12ce=video c8a7e=video cc513=image cecc8=image c1843=other
`);

/** Words for resource types. */
const TYPE_WORDS: Readonly<Record<string, string>> = {
  data: 'dataset',
  datasets: 'dataset',
  datensatz: 'dataset',
  researchdata: 'dataset',
  rdmc: 'dataset',
  rdmcree: 'dataset',
  container: 'dataset',
  code: 'software',
  sourcecode: 'software',
  softwaresourcecode: 'software',
  softwareapplication: 'software',
  script: 'software',
  ree: 'software',
  notebook: 'software-computationalnotebook',
  text: 'publication',
  document: 'publication',
  article: 'publication-article',
  journalarticle: 'publication-article',
  scholarlyarticle: 'publication-article',
  paper: 'publication-article',
  bookchapter: 'publication-section',
  chapter: 'publication-section',
  buch: 'publication-book',
  buchkapitel: 'publication-section',
  artikel: 'publication-article',
  zeitschriftenartikel: 'publication-article',
  bericht: 'publication-report',
  technicalreport: 'publication-report',
  researchreport: 'publication-report',
  zeitschrift: 'publication-journal',
  conferenceposter: 'poster',
  conferencepresentation: 'presentation',
  surveydata: 'dataset',
  simulationdata: 'dataset',
  outputmanagementplan: 'publication-datamanagementplan',
  ...Object.fromEntries(
    wordsIn(
      'phdthesis doctoralthesis masterthesis mastersthesis bachelorthesis bachelorsthesis dissertation doktorarbeit masterarbeit bachelorarbeit abschlussarbeit',
    ).map((word) => [word, 'publication-dissertation']),
  ),
  jupyternotebook: 'software-computationalnotebook',
  ipynb: 'software-computationalnotebook',
  programm: 'software',
  quelltext: 'software',
  figure: 'image-figure',
  abbildung: 'image-figure',
  diagramm: 'image-diagram',
  foto: 'image-photo',
  bild: 'image',
  photograph: 'image-photo',
  picture: 'image',
  sound: 'audio',
  film: 'video',
  audiovisual: 'video',
  movingimage: 'video',
  stillimage: 'image',
  slides: 'presentation',
  vortrag: 'presentation',
  präsentation: 'presentation',
  tutorial: 'lesson',
  modell: 'model',
  ...Object.fromEntries(
    RESOURCE_TYPES.filter((id) => id.includes('-') && !id.endsWith('-other')).map((id) => [
      keyOf(id.slice(id.indexOf('-') + 1)),
      id,
    ]),
  ),
  ...Object.fromEntries(RESOURCE_TYPES.map((id) => [keyOf(id), id])),
  ...Object.fromEntries(COAR),
  // Zenodo itself saves a thesis as a dissertation
  // (`zenodo/zenodo-rdm:site/zenodo_rdm/components.py`).
  thesis: 'publication-dissertation',
  publicationthesis: 'publication-dissertation',
};

/**
 * The resource types for words like `Data, Software` or `RDMC + REE`, without duplicates, and the
 * words without one.
 */
export function readResourceTypes(value: unknown): { types: string[]; unknown: string[] } {
  const types = new Set<string>();
  const unknown: string[] = [];
  for (const item of listOf(value)) {
    const words = (textOf(item) ?? '').split(/[,;]/);
    const isKnown = (word: string) => entryIn(TYPE_WORDS, keyOf(word)) !== undefined;
    // `RDMC + REE` is known as a whole.
    for (const word of words.flatMap((one) => (isKnown(one) ? [one] : one.split(' + ')))) {
      if (keyOf(word) === '') continue;
      // `http://schema.org/Dataset`, `Publication / Journal article`.
      const parts = word.split(/[/>:]/).filter((part) => keyOf(part) !== '');
      const known = [word, ...parts].map((part) => entryIn(TYPE_WORDS, keyOf(part)));
      const [whole = known.at(-1), ...each] = known;
      if (whole === undefined) unknown.push(word.trim());
      for (const type of each.includes(undefined) || known[0] !== undefined ? [whole] : each)
        if (type !== undefined) types.add(type);
    }
  }
  return { types: [...types], unknown };
}

/** One type for several: the exact one beside its general one, else a data set. */
export function commonType(types: string[]): string {
  const [first, ...others] = types.filter((one) => !types.some((other) => other.startsWith(`${one}-`)));
  return first !== undefined && others.length === 0 ? first : 'dataset';
}
