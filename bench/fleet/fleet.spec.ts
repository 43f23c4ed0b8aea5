import { describe, expect, it } from '@jest/globals';
import { ENVIRONMENTS, fleetOf, repositoryFor, TRIAL } from './fleet.js';

interface Described {
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Fleet {
  readonly environments: readonly {
    readonly stacks: readonly { readonly services: readonly Described[] }[];
  }[];
}

function environmentsOf(size: number, matchings: readonly number[]): readonly (readonly Described[])[] {
  const { environments } = fleetOf(size, matchings) as Fleet;
  return environments.map(({ stacks }) => stacks.flatMap(({ services }) => services));
}

describe(fleetOf, () => {
  const environments = environmentsOf(1000, [1, 10, 200]);
  const services = environments.flat();
  const running = (repository: string) => services.filter(({ image }) => image === `${repository}:1.0.0`);

  it('has as many services as are wanted, the same in each environment', () => {
    expect(environments.map(({ length }) => length)).toEqual(ENVIRONMENTS.map(() => 200));
  });

  it.each([1, 10, 200])('has %i services that a push to them matches, all opted in', (matching) => {
    const found = running(repositoryFor(matching));

    expect(found).toHaveLength(matching);
    expect(found.every(({ labels }) => labels['autoupdate.enable'] === 'true')).toBe(true);
  });

  it('has one for the trial, and lets some of the others opt in', () => {
    const others = services.filter(({ image }) => !image.includes('/bench/'));
    const optedIn = others.filter(({ labels }) => 'autoupdate.enable' in labels);

    expect(running(TRIAL)).toHaveLength(1);
    expect(optedIn.length).toBeGreaterThan(others.length / 4);
    expect(optedIn.length).toBeLessThan(others.length / 2);
  });

  it('spreads what a push matches over the environments', () => {
    const counts = environments.map(
      (all) => all.filter(({ image }) => image.includes('matching-200')).length,
    );

    expect(Math.min(...counts)).toBeGreaterThan(20);
  });

  it('is refused where it has no room for them', () => {
    expect(() => fleetOf(100, [200])).toThrow('100 services are too few for 200');
  });
});
