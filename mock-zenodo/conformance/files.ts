import { bucketRules } from './files-bucket.js';
import { downloadRules } from './files-download.js';
import { oldStyleRules } from './files-old-style.js';
import { filePermissionRules } from './files-permissions.js';
import type { Rule } from './rule.js';

/** What Zenodo does with files: buckets, forms, downloads, permissions. */
export const fileRules: Rule[] = [...bucketRules, ...filePermissionRules, ...downloadRules, ...oldStyleRules];
