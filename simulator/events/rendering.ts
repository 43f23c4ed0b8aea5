import type { Caller } from '../asking/keys.js';
import type { ApiRequest } from '../asking/request.js';
import { isObject, type JsonObject } from '../json.js';
import { instanceResource } from '../resources/instance-resource.js';
import { serviceList } from '../resources/lists.js';
import { projectResource } from '../resources/project-resource.js';
import { serviceResource } from '../resources/service-resource.js';
import { stackResource } from '../resources/stack-resource.js';
import type { Changed } from './gathering.js';

/** What a change's event carries: the resource as GET answers it on the socket's own prefix; null where no event comes. */
export function dataOf(
  changed: Changed,
  caller: Caller,
  request: ApiRequest,
): (JsonObject & { resource: JsonObject }) | null {
  const resource = resourceOf(changed, caller, request);
  if (resource === null) return null;
  if (valueOf(request, '_actionLinks') !== 'true') return { resource };
  const { actions, ...rest } = resource;
  return { resource: rest, actionLinks: isObject(actions) ? actions : {} };
}

function resourceOf(changed: Changed, caller: Caller, request: ApiRequest): JsonObject | null {
  switch (changed.kind) {
    case 'service':
      return valueOf(request, 'include') === undefined
        ? serviceResource(changed.service, caller, request)
        : serviceList(caller, request).render(changed.service);
    case 'container':
      return instanceResource(changed.service, changed.instance, caller, request);
    case 'stack':
      // Seen on a real server: none of them on v1.
      return request.version === 'v1' ? null : stackResource(changed.stack, caller, request);
    case 'project':
      return projectResource(changed.environment, caller, request);
  }
}

function valueOf(request: ApiRequest, name: string): string | undefined {
  return request.query.find(([key]) => key === name)?.[1];
}
