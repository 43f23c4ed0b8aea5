import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';

/** What a page has outside of its code. */
function proseOf(page: string): string {
  return readFileSync(page, 'utf8').replaceAll(/^```.*?^```$/gms, '');
}

/** The anchors that GitHub makes of a page's headings. */
function anchorsOf(page: string): readonly string[] {
  return [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Where a page's own links lead, as `file#anchor`; those to other sites left out. */
function linksOf(page: string): readonly string[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^(https?:|#$)/.test(target))
    .map((target) => (target.startsWith('#') ? `${page}${target}` : normalize(join(dirname(page), target))));
}

function leadsNowhere(link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) return true;
  return anchor !== undefined && !(found.isFile() && anchorsOf(file).includes(anchor));
}

const FOLDERS = ['.', 'docs', 'deploy', 'simulator'];
const pages = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: folder === 'deploy', encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

describe('the documents', () => {
  it.each(pages)('have no link that leads nowhere: %s', (page) => {
    expect(linksOf(page).filter(leadsNowhere)).toEqual([]);
  });

  it('can all be reached from README.md', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const link of linksOf(page)) {
        const file = link.split('#', 1).join('');
        if (file.endsWith('.md')) reached.add(file);
      }
    }

    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });

  it('name only files that there are, in ARCHITECTURE.md', () => {
    const roots = ['src', 'test', 'simulator', 'bench', 'demo'];
    const files = [
      ...readdirSync('.', { encoding: 'utf8' }),
      ...roots.flatMap((root) =>
        readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name)),
      ),
    ];
    const named = [...proseOf('ARCHITECTURE.md').matchAll(/`([\w./-]+\.[jt]s)`/g)].map(
      ([, name = '']) => name,
    );

    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !files.some((file) => `/${file}`.endsWith(`/${name}`)))).toEqual([]);
  });

  it('begin with a README that is read in minutes', () => {
    expect(readFileSync('README.md', 'utf8').split('\n').length).toBeLessThanOrEqual(150);
  });
});
