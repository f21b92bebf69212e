import type { Row } from './row.js';
import { answersRow } from './rows/answers.js';
import { authorizeRow } from './rows/authorize.js';
import { developmentRow } from './rows/development.js';
import { expiredTokenRow } from './rows/expired-token.js';
import { growthRow } from './rows/growth.js';
import { memoryRow } from './rows/memory.js';
import { metadataRow } from './rows/metadata.js';
import { operatorRow } from './rows/operator.js';
import { pageRow } from './rows/page.js';
import { partsRow } from './rows/parts.js';
import { pollingRow } from './rows/polling.js';
import { sizeRow } from './rows/size.js';
import { startRow } from './rows/start.js';
import { suiteRow } from './rows/suite.js';
import { takeoverRow } from './rows/takeover.js';
import { throttledRow } from './rows/throttled.js';
import { tusRow } from './rows/tus.js';
import { twoReplicasRow } from './rows/two-replicas.js';
import { unthrottledRow } from './rows/unthrottled.js';
import { upstreamCallsRow } from './rows/upstream-calls.js';
import { zipRow } from './rows/zip.js';

/** All rows, in the order in which they run. */
export const ROWS: readonly Row[] = [
  throttledRow('zenodo-25', 25, { long: true }),
  throttledRow('zenodo-50', 50, { long: true }),
  throttledRow('zenodo-100', 100),
  throttledRow('slow-caller', 50, { slow: true }),
  tusRow,
  pageRow,
  unthrottledRow,
  upstreamCallsRow,
  metadataRow,
  memoryRow,
  partsRow,
  answersRow,
  pollingRow,
  authorizeRow,
  expiredTokenRow,
  growthRow,
  operatorRow,
  twoReplicasRow,
  takeoverRow,
  zipRow,
  startRow,
  developmentRow,
  suiteRow,
  sizeRow,
];
