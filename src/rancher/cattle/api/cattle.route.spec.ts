import { describe, expect, it } from '@jest/globals';
import { routeOf } from './cattle.route.js';

describe(routeOf, () => {
  it.each([
    ['/projects', '/projects'],
    ['/projects/1a5/services', '/projects/:id/services'],
    ['/projects/1a5/services/1s7', '/projects/:id/services/:id'],
    ['/projects/1a5/services/1s7/instances', '/projects/:id/services/:id/instances'],
    ['/projects/1a5/services/1s7/?action=upgrade', '/projects/:id/services/:id?action=upgrade'],
  ])('takes the ids out of %s', (path, route) => {
    expect(routeOf(path)).toBe(route);
  });
});
