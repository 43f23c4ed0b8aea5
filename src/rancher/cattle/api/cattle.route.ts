const SERVICE = '/projects/:id/services/:id';

/** All that is asked of Cattle. */
const ROUTES: ReadonlySet<string> = new Set([
  '/projects',
  '/projects/:id/stacks',
  '/projects/:id/services',
  SERVICE,
  `${SERVICE}/instances`,
  ...['upgrade', 'finishupgrade', 'rollback'].map((action) => `${SERVICE}?action=${action}`),
]);

/**
 * What a path below the version asks for, whichever one it is about: ids are `:id`, and an action stays. Collections and
 * ids take turns in Cattle's paths (`/projects/1a5/services/1s7/?action=upgrade`). Anything else is `other`, so that there
 * are few of them whatever is asked.
 */
export function routeOf(path: string): string {
  const [place = '', action] = path.split('?');
  const parts = place.split('/').filter((part) => part !== '');
  const pattern = parts.map((part, index) => `/${index % 2 === 0 ? part : ':id'}`).join('');
  const route = action === undefined ? pattern : `${pattern}?${action}`;
  return ROUTES.has(route) ? route : 'other';
}
