import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Routes } from '../src/http/server/routes.js';
import { World } from './harness/world.js';

/** A line of the table in SECURITY.md: routes, and the other cells about them. */
interface Row {
  readonly routes: readonly string[];
  readonly lets: string;
  readonly whom: string;
  readonly must: string;
}

const CELLS = /^\| (.*?) *\| (.*?) *\| (.*?) *\| (.*?) *\|$/;

/** The lines that begin with a route: `GET /a`, `POST /b` and the like. "The same" stands for what the line before says. */
function rowsIn(page: string): readonly Row[] {
  const rows: Row[] = [];
  for (const line of readFileSync(page, 'utf8').split('\n')) {
    const [, first = '', lets = '', whom = '', told = ''] = CELLS.exec(line) ?? [];
    const routes = [...first.matchAll(/`([A-Z]+ \/[^`]*)`/g)].map(([, route = '']) => route);
    const must = told === 'the same' ? (rows.at(-1)?.must ?? '') : told;
    if (routes.length > 0) rows.push({ routes, lets, whom, must });
  }
  return rows;
}

function changes(route: string): boolean {
  return !route.startsWith('GET ');
}

describe('the routes in SECURITY.md', () => {
  const rows = rowsIn('SECURITY.md');
  let world: World;
  let served: readonly string[];

  beforeAll(async () => {
    world = await World.start();
    served = world.part(Routes).all.filter((route) => !/^(HEAD|OPTIONS) /.test(route));
  });

  afterAll(() => world.close());

  it('are those of the service, each once, and no others', () => {
    const told = rows.flatMap(({ routes }) => routes);

    expect(told).toContain('POST /upgrade');
    expect(told.toSorted()).toEqual([...served].toSorted());
  });

  it('each say what they let a caller do, who needs them, and what the gateway has to do', () => {
    const silent = rows.filter(({ lets, whom, must }) => [lets, whom, must].includes(''));

    expect(silent).toEqual([]);
  });

  it('have the gateway authenticate whoever changes something, and limit the rate or say who it was', () => {
    const changing = rows.filter(({ routes }) => routes.some(changes));
    const guarded = changing.filter(({ must }) =>
      /^authenticate, .*(pass the name on|limit the rate)/.test(must),
    );

    expect(changing.length).toBeGreaterThan(4);
    expect(guarded).toEqual(changing);
  });

  it('need no name only where monitoring or the gateway itself asks', () => {
    const open = rows.filter(({ must }) => !/^(authenticate|allow only)/.test(must));

    expect(open.flatMap(({ routes }) => routes).toSorted()).toEqual([
      'GET /health/live',
      'GET /health/ready',
      'GET /metrics',
      'GET /ping',
    ]);
  });
});
