import type { RequestKind } from '../traffic.js';
import { isRole, kindOfCollection } from './collections.js';
import type { ApiRequest } from '../asking/request.js';

/** What a request is for, and which service it names, for the count of traffic. */
export function kindOfRequest(api: ApiRequest | null): readonly [RequestKind, string | null] {
  const [segment, id, link] = api?.segments ?? [];
  const of = api === null || segment === undefined ? undefined : kindOfCollection(segment, api.version)?.name;
  if (of === 'project' || of === 'account') return ['environments', null];
  if (of === 'subscribe') return ['subscribe', null];
  if (of !== 'service') return ['other', null];
  if (id === undefined) return ['list', null];
  if (api?.method === 'POST') return ['action', id];
  if (link === undefined) return ['service', id];
  return [isRole(link, 'instances') ? 'instances' : 'other', id];
}
