import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Routes } from '../src/http/routes.js';
import { World } from './harness/world.js';

/** `GET /a`, `POST /b` and the like in the first cells of a page's tables; `…/rollback` stands for the path before it. */
function routesIn(page: string): readonly string[] {
  const cells = readFileSync(page, 'utf8')
    .split('\n')
    .map((line) => line.split('|')[1] ?? '');
  return cells.flatMap((cell) => {
    const [first, ...others] = [...cell.matchAll(/`(?:(GET|POST|DELETE) )?([/…][^`]*)`/g)];
    const [, method = '', path = ''] = first ?? [];
    const base = path.slice(0, path.lastIndexOf('/'));
    const more = others.map(([, other = method, way = '']) => `${other} ${way.replace('…', base)}`);
    return method === '' ? [] : [`${method} ${path}`, ...more];
  });
}

describe('every route', () => {
  let world: World;
  let served: readonly string[];

  beforeAll(async () => {
    world = await World.start();
    served = world.part(Routes).all.filter((route) => /^(GET|POST|DELETE|PUT|PATCH) /.test(route));
  });

  afterAll(() => world.close());

  it('is one that is known', () => {
    expect(served).toContain('POST /upgrade');
    expect(served.length).toBeGreaterThan(15);
  });

  it.each(['SECURITY.md', 'docs/gateway.md'])('is in %s, with what the gateway has to do', (page) => {
    const told = routesIn(page);

    expect(served.filter((route) => !told.includes(route))).toEqual([]);
  });
});
