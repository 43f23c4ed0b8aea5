/**
 * What a path below the version asks for, whichever one it is about: ids are `:id`, and an action stays. Collections and
 * ids take turns in Cattle's paths (`/projects/1a5/services/1s7/?action=upgrade`).
 */
export function routeOf(path: string): string {
  const [place = '', action] = path.split('?');
  const parts = place.split('/').filter((part) => part !== '');
  const route = parts.map((part, index) => `/${index % 2 === 0 ? part : ':id'}`).join('');
  return action === undefined ? route : `${route}?${action}`;
}
