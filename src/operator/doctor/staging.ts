import type { Config } from '../../config.js';
import { isVolumeFull } from '../../uploads/staging/faults.js';
import { openStaging } from '../../uploads/staging/staging.js';
import { bad, type Finding, good } from './finding.js';

/** Whether the staging folder is writable, and its free space. */
export async function checkStaging({ stagingDir, stagingMinFree }: Config): Promise<Finding[]> {
  try {
    const staging = await openStaging(stagingDir);
    await staging.probe();
    const { free } = await staging.space();
    const said = `${stagingDir} has ${gigabytes(free)} free, and STAGING_MIN_FREE keeps ${gigabytes(stagingMinFree)} of it free`;
    if (free > stagingMinFree) return [good('staging', said)];
    return [
      bad(
        'staging',
        said,
        'Use a larger volume, or lower STAGING_MIN_FREE. Until then, every upload is refused.',
      ),
    ];
  } catch (error) {
    const todo = isVolumeFull(error)
      ? 'Its volume is completely full. Free some space, or use a separate volume.'
      : 'STAGING_DIR must be a folder that the user of the service may write to.';
    return [bad('staging', (error as Error).message, todo)];
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
