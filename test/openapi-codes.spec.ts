import { describe, expect, it } from '@jest/globals';
import type { ErrorCode } from '../src/common/errors.js';
import { STATUS } from '../src/http/statuses.js';
import type { Answer, Answers } from '../src/openapi/answers.js';
import { DOCUMENT } from './harness/documented.js';
import { nameOf, TOLD_ROUTES, type ToldRoute } from './harness/told-routes.js';

/** They never are an answer of a route: a rollout deals with them, the test of channels tells them, or there is no route. */
type NeverAnswered =
  | 'rancher.conflict'
  | 'rancher.refused'
  | 'rancher.uncertain'
  | 'notify.failed'
  | 'request.method_not_allowed';

type AnsweredCode = Exclude<ErrorCode, NeverAnswered> | 'internal.error';

const PROBED = ['/ping', '/health/live', '/health/ready', '/metrics'];
const WITHOUT_STORE = new Set([...PROBED, '/version', '/openapi.json', '/docs', '/notifications/test']);

function everywhere(): boolean {
  return true;
}

function changes({ method }: ToldRoute): boolean {
  return method !== 'GET';
}

function publishes(route: ToldRoute): boolean {
  return changes(route) && /^\/upgrades?$/.test(route.path);
}

/** About an upgrade that there is. */
function decides(route: ToldRoute): boolean {
  return changes(route) && route.path.startsWith('/upgrades/{id}/');
}

function looksAtRancher(route: ToldRoute): boolean {
  return publishes(route) || (decides(route) && !route.path.endsWith('/confirm'));
}

/** Where each code can occur. */
const OCCURS: Readonly<Record<AnsweredCode, (route: ToldRoute) => boolean>> = {
  'request.invalid': everywhere,
  'request.timeout': everywhere,
  'request.too_large': everywhere,
  'request.headers_too_large': everywhere,
  'internal.error': everywhere,
  // Probes ask without a name.
  'request.unidentified': ({ path }) => !PROBED.includes(path),
  'request.cross_site': changes,
  'request.not_found': ({ path }) => path.startsWith('/upgrades/{id}') || path.endsWith('/hold'),
  'request.conflict': (route) => publishes(route) || decides(route),
  'store.conflict': (route) => publishes(route) || decides(route),
  // Where a request can stay open.
  'request.too_many': (route) =>
    publishes(route) || ['/upgrades/{id}', '/upgrades/{id}/events', '/events', '/audit'].includes(route.path),
  // What waits is ended too.
  'service.stopping': (route) => changes(route) || route.path === '/upgrades/{id}',
  'service.full': publishes,
  'store.unavailable': ({ path }) => !WITHOUT_STORE.has(path),
  'rancher.unreachable': looksAtRancher,
  'rancher.unauthorized': looksAtRancher,
  'rancher.forbidden': looksAtRancher,
  'rancher.error': looksAtRancher,
  'rancher.not_found': looksAtRancher,
};

/** The codes with which a route can be refused, by status. */
function codesOf(responses: Answers): readonly string[] {
  return Object.entries(responses).flatMap(([status, { content }]: [string, Answer]) => {
    const { allOf } = (content?.['application/json']?.schema ?? {}) as { allOf?: readonly unknown[] };
    const { properties } = (allOf?.[1] ?? {}) as { properties?: { code: { enum: readonly string[] } } };
    return (properties?.code.enum ?? []).map((code) => `${status} ${code}`);
  });
}

describe('the error codes in the OpenAPI document', () => {
  it.each(Object.entries(OCCURS))(
    'tells of %s, with its status, at the routes where it can occur',
    (code, occurs) => {
      const status = code === 'internal.error' ? 500 : STATUS[code as ErrorCode];
      const wanted = TOLD_ROUTES.filter(occurs).map(nameOf);
      const told = TOLD_ROUTES.filter(({ operation }) =>
        codesOf(operation.responses).includes(`${status} ${code}`),
      );

      expect(wanted).not.toEqual([]);
      expect(told.map(nameOf).toSorted()).toEqual(wanted.toSorted());
    },
  );

  it('tells once of what occurs where there is no route', () => {
    const { NotFound, MethodNotAllowed } = DOCUMENT.components.responses;

    expect(codesOf({ 404: NotFound })).toEqual(['404 request.not_found']);
    expect(codesOf({ 405: MethodNotAllowed })).toEqual(['405 request.method_not_allowed']);
    expect(TOLD_ROUTES.flatMap(({ operation }) => codesOf(operation.responses))).not.toContain(
      '405 request.method_not_allowed',
    );
  });
});
