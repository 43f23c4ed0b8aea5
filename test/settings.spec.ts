import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { AppModule } from '../src/app.module.js';
import { SettingsRegistry } from '../src/config/settings-registry.js';
import { createHttpApplication } from '../src/http/application.js';

interface Row {
  readonly names: readonly string[];
  readonly byDefault: string;
}

/** Every row of the page's tables whose first cell names variables. */
const rows: readonly Row[] = readFileSync('docs/configuration.md', 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, first = '', second = '']) => ({
    names: [...first.matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name = '']) => name),
    byDefault: second.replaceAll('`', ''),
  }))
  .filter(({ names }) => names.length > 0);

describe('the table of variables in docs/configuration.md', () => {
  const defaults = new Map<string, string>();

  beforeAll(async () => {
    const app = await createHttpApplication(
      AppModule.forRoot({ variables: {}, output: { write: () => true } }),
    );
    for (const type of app.get(SettingsRegistry).settings) {
      for (const [name, value] of Object.entries(new type())) defaults.set(name, String(value ?? ''));
    }
  });

  it('names every variable once, and no other', () => {
    const named = rows.flatMap(({ names }) => names);

    expect(named.toSorted()).toEqual([...defaults.keys()].toSorted());
  });

  it('says what each is when it is not set', () => {
    const told = rows.flatMap(({ names, byDefault }) => names.map((name) => [name, byDefault] as const));

    const wrong = told.filter(([name, text]) => !tells(text, defaults.get(name) ?? ''));

    expect(wrong).toEqual([]);
  });
});

/** A default of the class begins the cell; where it has none, the cell still says what that means. */
function tells(text: string, value: string): boolean {
  if (value === '') return text !== '';
  return text.split(/[\s,;]/, 1).join('') === value;
}
