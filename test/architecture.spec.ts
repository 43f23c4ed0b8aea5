import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const GROUND = ['domain', 'common', 'config'];
const LEAVES = ['rancher', 'notify', 'store'];

/** Which rooms of src/ a room may import from. The files beside the rooms put everything together and may do all. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  config: [],
  common: ['config'],
  http: GROUND,
  rancher: GROUND,
  notify: GROUND,
  store: GROUND,
  upgrade: [...LEAVES, ...GROUND],
  audit: ['http', 'rancher', 'store', 'domain', 'common'],
  health: ['rancher', 'store', 'common'],
  metrics: ['http', ...LEAVES, 'domain', 'common'],
  notifications: ['http', 'notify'],
  openapi: ['http', 'domain', 'common'],
};

/** The only ones in the core that know how requests come in. */
const ENTRANCES_OF_THE_CORE = /^src\/upgrade\/(routes\/\w+\.controller|upgrade\.module)\.ts$/;

/** A leaf with folders of its own, as a room has. */
const CATTLE = 'src/rancher/cattle';

/** What each file imports, types too. */
type Imports = ReadonlyMap<string, readonly string[]>;

function readImports(folders: readonly string[]): Imports {
  const names = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const sources = names.filter((name) => name.endsWith('.ts') && !name.endsWith('spec.ts'));
  return new Map(
    sources.map((file) => {
      const found = readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^;]*?'(\.[^']+)\.js'/gm);
      return [file, [...found].map(([, path = '']) => posix.join(posix.dirname(file), `${path}.ts`))];
    }),
  );
}

function wrongArrows(imports: Imports): readonly string[] {
  return [...imports].flatMap(([from, all]) =>
    all.filter((to) => !isAllowed(from, to)).map((to) => `${from} imports ${to}`),
  );
}

function isAllowed(from: string, to: string): boolean {
  const [side, room = '', ...inner] = from.split('/');
  const [otherSide, otherRoom = '', ...otherInner] = to.split('/');
  if (side !== otherSide) return otherSide === 'tools' && (side === 'demo' || side === 'bench');
  if (side !== 'src' || inner.length === 0 || room === otherRoom) return true;
  if (otherInner.length !== 1) return false;
  const allowed = ARROWS[room] ?? [];
  return allowed.includes(otherRoom) || (otherRoom === 'http' && ENTRANCES_OF_THE_CORE.test(from));
}

/** What a room may import and does not. */
function unusedArrows(imports: Imports): readonly string[] {
  const used = new Set([...imports].flatMap(([from, all]) => all.map((to) => arrow(from, to))));
  const granted = Object.entries(ARROWS).flatMap(([room, all]) => all.map((to) => `${room} imports ${to}`));
  return granted.filter((one) => !used.has(one));
}

function arrow(from: string, to: string): string {
  return [from, to].map((file) => file.split('/')[1]).join(' imports ');
}

/** The first way back to where it began, if there is one. In ES modules it kills the start, unless only types go round. */
function findCycle(imports: Imports): readonly string[] {
  const done = new Set<string>();
  function walk(file: string, way: readonly string[]): readonly string[] {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return [];
    const next = imports.get(file) ?? [];
    const cycle = next.map((to) => walk(to, [...way, file])).find((found) => found.length > 0);
    done.add(file);
    return cycle ?? [];
  }
  return [...imports.keys()].map((file) => walk(file, [])).find((found) => found.length > 0) ?? [];
}

/** How the parts of each room import each other: its folders, and the files at its top each by itself. */
function betweenParts(imports: Imports): Imports {
  const parts = new Map<string, string[]>();
  for (const [from, all] of imports) {
    const others = all.map(partOf).filter((to) => to !== partOf(from) && roomOf(to) === roomOf(from));
    parts.set(partOf(from), [...(parts.get(partOf(from)) ?? []), ...others]);
  }
  return parts;
}

/** The room of src/ that a file is in, or the program beside it. */
function roomOf(file: string): string {
  if (file.startsWith(`${CATTLE}/`)) return CATTLE;
  return file.split('/', file.startsWith('src/') ? 2 : 1).join('/');
}

function partOf(file: string): string {
  const depth = roomOf(file).split('/').length + 1;
  return file.split('/', depth).join('/');
}

describe('the architecture', () => {
  const imports = readImports(['src', 'simulator', 'demo', 'bench', 'tools']);

  it('knows every room', () => {
    const rooms = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());

    expect(rooms.map(({ name }) => name).toSorted()).toEqual(Object.keys(ARROWS).toSorted());
  });

  it('has arrows that point down, into the faces of other rooms, and none between service and simulator', () => {
    expect(wrongArrows(imports)).toEqual([]);
  });

  it('has each of these arrows', () => {
    expect(unusedArrows(imports)).toEqual([]);
  });

  it('has no cycle', () => {
    expect(findCycle(imports)).toEqual([]);
  });

  it('has no cycle between the folders of a room either', () => {
    expect(findCycle(betweenParts(imports))).toEqual([]);
  });

  it.each([
    ['src/rancher/a.ts', 'src/notify/b.ts'],
    ['src/rancher/a.ts', 'src/http/b.ts'],
    ['src/upgrade/upgrade.engine.ts', 'src/http/b.ts'],
    ['src/upgrade/a.ts', 'src/rancher/cattle/b.ts'],
    ['src/domain/a.ts', 'src/common/b.ts'],
    ['src/audit/a.ts', 'src/upgrade/b.ts'],
    ['src/upgrade/a.ts', 'src/audit/b.ts'],
    ['src/health/a.ts', 'src/http/b.ts'],
    ['src/store/a.ts', 'src/app.module.ts'],
    ['src/store/a.ts', 'simulator/b.ts'],
    ['src/store/a.ts', 'test/fakes/b.ts'],
    ['simulator/a.ts', 'src/domain/b.ts'],
    ['bench/a.ts', 'src/domain/b.ts'],
    ['bench/a.ts', 'simulator/b.ts'],
    ['demo/a.ts', 'bench/b.ts'],
    ['tools/a.ts', 'bench/b.ts'],
    ['src/store/a.ts', 'tools/b.ts'],
  ])('would see that %s imports %s', (from, to) => {
    const wrong = new Map([[from, [to]]]);

    expect(wrongArrows(wrong)).toEqual([`${from} imports ${to}`]);
  });

  it('would see an arrow that nobody uses', () => {
    const few = new Map([['src/common/a.ts', ['src/config/b.ts']]]);

    expect(unusedArrows(few)).toContain('http imports common');
    expect(unusedArrows(few)).not.toContain('common imports config');
  });

  it('would see a cycle', () => {
    const files = { a: 'b', b: 'c', c: 'b' };
    const round = new Map(Object.entries(files).map(([file, to]) => [file, [to]]));

    expect(findCycle(round)).toEqual(['b', 'c', 'b']);
  });

  it.each(['src/upgrade', 'src/rancher/cattle', 'simulator'])(
    'would see two folders of %s that import each other',
    (room) => {
      const both = new Map([
        [`${room}/one/a.ts`, [`${room}/two/b.ts`]],
        [`${room}/two/c.ts`, [`${room}/settings.ts`, `${room}/one/d.ts`]],
      ]);

      expect(findCycle(both)).toEqual([]);
      expect(findCycle(betweenParts(both))).toEqual([`${room}/one`, `${room}/two`, `${room}/one`]);
    },
  );
});
