const NONE = { views: 0, unique_views: 0, downloads: 0, unique_downloads: 0, data_volume: 0 };

/** Usage statistics in RDM form. The mock does not count. */
export function usage(): Record<string, unknown> {
  return { this_version: { ...NONE }, all_versions: { ...NONE } };
}

/**
 * Usage statistics in Zenodo's own form
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/zenodojson.py`).
 */
export function zenodoUsage(): Record<string, number> {
  return {
    downloads: 0,
    unique_downloads: 0,
    views: 0,
    unique_views: 0,
    volume: 0,
    version_downloads: 0,
    version_unique_downloads: 0,
    version_unique_views: 0,
    version_views: 0,
    version_volume: 0,
  };
}
