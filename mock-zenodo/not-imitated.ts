import { pathMatcher } from './path-pattern.js';

/**
 * Routes that Zenodo has and the mock does not. A client that calls them has not mistyped the path.
 * `:name` is one segment, `*` the rest.
 */
const PATTERNS = [
  // inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/config.py
  '/api/records/:id/access',
  '/api/records/:id/access/*',
  '/api/records/:id/media-files',
  '/api/records/:id/media-files/*',
  '/api/records/:id/media-files-archive',
  '/api/records/:id/draft/media-files',
  '/api/records/:id/draft/media-files/*',
  '/api/records/:id/draft/media-files-archive',
  '/api/records/:id/delete',
  '/api/records/:id/restore',
  '/api/records/:id/quota',
  '/api/records/:id/revisions',
  '/api/records/:id/revisions/:revision',
  '/api/records/:id/file-modification',
  '/api/records/:id/quota-increase',
  '/api/iiif/*',
  // inveniosoftware/invenio-rdm-records:invenio_rdm_records/oaiserver/resources/config.py
  '/api/oaipmh/*',
  // inveniosoftware/invenio-requests:invenio_requests/resources
  '/api/requests/:id/comments',
  '/api/requests/:id/comments/*',
  '/api/requests/:id/timeline',
  '/api/requests/:id/timeline_focused',
  '/api/requests/:id/files/*',
  '/api/requests/:id/lock',
  '/api/requests/:id/unlock',
  // inveniosoftware/invenio-communities:invenio_communities
  '/api/communities/:id/restore',
  '/api/communities/:id/subcommunities',
  '/api/communities/:id/collection-trees',
  '/api/communities/:id/invitations',
  '/api/communities/:id/membership-requests',
  '/api/communities/:id/actions/join-request',
  // inveniosoftware/invenio-collections:invenio_collections/resources
  '/api/collections/*',
  // inveniosoftware/invenio-users-resources:invenio_users_resources/resources
  '/api/users/all',
  '/api/users/:id/*',
  '/api/domains',
  '/api/domains/*',
  '/api/vocabularies/tasks',
  // inveniosoftware/invenio-webhooks:invenio_webhooks/views.py,
  // inveniosoftware/invenio-github:invenio_github/views
  '/api/hooks/receivers/:receiver/events/*',
  '/api/user/github/*',
  '/badge/:repository',
  '/badge/latestdoi/*',
  // Pages: inveniosoftware/invenio-app-rdm:invenio_app_rdm/config.py,
  // zenodo/zenodo-rdm:site/zenodo_rdm/config.py
  '/records/:id/preview/*',
  '/records/:id/thumb*',
  '/records/:id/media-files/*',
  '/uploads/new',
  '/search',
  '/me',
  '/me/*',
  '/account/*',
  '/signup/',
  '/communities',
  '/communities/*',
  '/communities-search',
  '/communities-new',
  '/requests/:id/files/*',
  '/administration',
  '/administration/*',
  '/exporter',
  '/exporter/*',
  '/static/*',
  '/support',
  '/help/*',
  '/robots.txt',
  // inveniosoftware/invenio-sitemap:invenio_sitemap/views.py
  '/sitemap.xml',
  '/sitemap_:page.xml',
  '/metrics/:id',
];

const matchers = PATTERNS.map(pathMatcher);

/** Whether Zenodo has a route for a path, although the mock has none. */
export function isOnlyAtZenodo(path: string): boolean {
  return matchers.some((matches) => matches(path));
}
