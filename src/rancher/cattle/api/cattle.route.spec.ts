import { describe, expect, it } from '@jest/globals';
import { routeOf } from './cattle.route.js';

describe(routeOf, () => {
  it.each([
    ['/projects', '/projects'],
    ['/projects/1a5/services', '/projects/:id/services'],
    ['/projects/1a5/services/1s7', '/projects/:id/services/:id'],
    ['/projects/1a5/services/1s7/instances', '/projects/:id/services/:id/instances'],
    ['/projects/1a5/stacks', '/projects/:id/stacks'],
    ['/projects/1a5/services/1s7/?action=upgrade', '/projects/:id/services/:id?action=upgrade'],
  ])('takes the ids out of %s', (path, route) => {
    expect(routeOf(path)).toBe(route);
  });

  it.each(['', '/', '/simulator', '/projects/1a5/services/x1/evil1/y1?inj1', '/projects/1a5?action=upgrade'])(
    'has one word for whatever else is asked: %p',
    (path) => {
      expect(routeOf(path)).toBe('other');
    },
  );
});
