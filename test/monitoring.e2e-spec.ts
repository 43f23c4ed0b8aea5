import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { parse } from 'yaml';
import { World } from './harness/world.js';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: Readonly<Record<string, string>>;
    }[];
  }[];
}

interface Dashboard {
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
  readonly panels: readonly {
    readonly title: string;
    readonly datasource?: { readonly uid: string };
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

/** What there is of every Prometheus, not of this service. */
const OF_PROMETHEUS = new Set(['up']);

const rules = (parse(readFileSync('deploy/prometheus/rules.yml', 'utf8')) as Rules).groups.flatMap(
  (group) => group.rules,
);
const dashboard = JSON.parse(readFileSync('deploy/grafana/dashboard.json', 'utf8')) as Dashboard;

/** The metrics that an expression asks for. */
function metricsIn(expression: string): readonly string[] {
  const outside = expression.replaceAll(/\{[^}]*\}|\[[^\]]*\]|\b(by|without|on)\s*\([^)]*\)/g, ' ');
  const names = outside.match(/\b(?:up|(?:updater|process|nodejs)_\w+)\b/g) ?? [];
  return [...new Set(names)];
}

describe('what operators get', () => {
  let world: World;
  const known = new Map<string, { readonly type: string; readonly labels: readonly string[] }>();

  beforeAll(async () => {
    world = await World.start();
    for (const metric of world.part(Registry).getMetricsAsArray()) {
      const { labelNames } = metric as unknown as { readonly labelNames: readonly string[] };
      known.set(metric.name, { type: String(metric.type), labels: labelNames });
    }
  });

  afterAll(() => world.close());

  function isKnown(name: string): boolean {
    if (known.has(name) || OF_PROMETHEUS.has(name)) return true;
    const base = name.replace(/_(bucket|sum|count)$/, '');
    return known.get(base)?.type === 'histogram';
  }

  it('has every metric in docs/metrics.md, with its type and labels, and none besides', () => {
    const rows = readFileSync('docs/metrics.md', 'utf8').matchAll(
      /^\| `(updater_\w+)` *\| (\w+) *\| ([^|]*)\| (.*?) *\|$/gm,
    );
    const documented = [...rows].map(([, name = '', type = '', labels = '']) => [
      name,
      { type, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label) },
    ]);
    const own = [...known].filter(([name]) => name.startsWith('updater_'));

    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(own));
    expect(documented).toHaveLength(own.length);
    expect([...known.keys()].filter((name) => !/^(updater|process|nodejs)_/.test(name))).toEqual([]);
  });

  it('names metrics as is the custom', () => {
    const odd = [...known].filter(([name, { type }]) => {
      if (!name.startsWith('updater_')) return false;
      if (type === 'counter') return !name.endsWith('_total');
      return name.endsWith('_total') || (type === 'histogram' && !name.endsWith('_seconds'));
    });

    expect(odd).toEqual([]);
  });

  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    'has the alert %s, on metrics that exist and with a line in the runbook',
    (alert, { expr, annotations }) => {
      const runbook = readFileSync('docs/operating.md', 'utf8').split('## Runbook')[1] ?? '';

      expect(metricsIn(expr).length).toBeGreaterThan(0);
      expect(metricsIn(expr).filter((name) => !isKnown(name))).toEqual([]);
      expect(annotations['runbook']).toBe(`docs/operating.md#runbook, line ${alert}`);
      expect(runbook).toMatch(new RegExp(`^\\| \`${alert}\` `, 'm'));
    },
  );

  it('has an alert for every line of the runbook', () => {
    const runbook = readFileSync('docs/operating.md', 'utf8').split('## Runbook')[1] ?? '';
    const lines = [...runbook.matchAll(/^\| `(\w+)` /gm)].map(([, alert]) => alert);

    expect(lines).toEqual(rules.map(({ alert }) => alert));
  });

  it('has a dashboard that asks one Prometheus, chosen at its import, for metrics that exist', () => {
    const asking = dashboard.panels.filter(({ targets }) => targets !== undefined);
    const expressions = asking.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const used = new Set(expressions.flatMap(metricsIn));

    expect(dashboard.templating.list).toMatchObject([{ name: 'datasource', type: 'datasource' }]);
    expect(asking.filter(({ datasource }) => datasource?.uid !== '${datasource}')).toEqual([]);
    expect(expressions.filter((expression) => metricsIn(expression).length === 0)).toEqual([]);
    expect([...used].filter((name) => !isKnown(name))).toEqual([]);
  });

  it('shows every metric of the service on the dashboard', () => {
    const text = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join(' ');
    const own = [...known.keys()].filter((name) => name.startsWith('updater_'));

    expect(own.filter((name) => !new RegExp(`\\b${name}(_bucket)?\\b`).test(text))).toEqual([]);
  });

  it('would see a metric that does not exist', () => {
    const expression =
      'sum by (updater_label) (rate(updater_gone_total{outcome="up"}[5m])) > updater_store_up';

    expect(metricsIn(expression)).toEqual(['updater_gone_total', 'updater_store_up']);
    expect(metricsIn(expression).filter((name) => !isKnown(name))).toEqual(['updater_gone_total']);
  });
});
