import { jsonExportRules } from './exports-json.js';
import { linkedExportRules } from './exports-linked.js';
import { moreExportRules } from './exports-more.js';
import { tableExportRules } from './exports-tables.js';
import { xmlExportRules } from './exports-xml.js';
import { bibtexRules } from './records-bibtex.js';
import { doiRules } from './records-dois.js';
import { draftRules } from './records-drafts.js';
import { exportRules } from './records-exports.js';
import { facetRules } from './records-facets.js';
import { recordFileRules } from './records-files.js';
import { oaiRules } from './records-oai.js';
import { pageRules } from './records-pages.js';
import { publishedRules } from './records-published.js';
import { publishingRules } from './records-publishing.js';
import { searchRules } from './records-search.js';
import { searchFieldRules } from './records-search-fields.js';
import { uiRules } from './records-ui.js';
import { draftFileRules } from './records-uploads.js';
import { versionRules } from './records-versions.js';
import { vocabularyRules } from './records-vocabularies.js';
import { vocabularyDataRules } from './records-vocabulary-data.js';
import { zenodoJsonRules } from './records-zenodo-json.js';
import type { Rule } from './rule.js';

/** The behaviour of Zenodo's records API. */
export const recordRules: Rule[] = [
  ...zenodoJsonRules,
  ...publishedRules,
  ...recordFileRules,
  ...versionRules,
  ...draftRules,
  ...publishingRules,
  ...uiRules,
  ...draftFileRules,
  ...doiRules,
  ...searchRules,
  ...searchFieldRules,
  ...facetRules,
  ...vocabularyRules,
  ...vocabularyDataRules,
  ...exportRules,
  ...jsonExportRules,
  ...xmlExportRules,
  ...moreExportRules,
  ...linkedExportRules,
  ...tableExportRules,
  ...bibtexRules,
  ...pageRules,
  ...oaiRules,
];
