import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { assemble, type Route, routesOf, warningsOf } from './harness/assembled.js';
import { placeOf, published } from './harness/nginx.js';

type Variables = Readonly<Record<string, string>>;

interface RancherService {
  readonly image: string;
  readonly environment?: Variables;
  readonly secrets?: readonly string[];
  readonly volumes: readonly string[];
  readonly scale: number;
  readonly health_check: { readonly request_line: string };
}

interface RancherStack {
  readonly services: { readonly updater: RancherService };
  readonly secrets?: Readonly<Record<string, unknown>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

const WORKING = {
  CATTLE_URL: 'http://rancher:8080/v1',
  CATTLE_ACCESS_KEY: 'access',
  CATTLE_SECRET_KEY: 'secret',
};

function read(file: string): unknown {
  return parse(readFileSync(join('deploy', file), 'utf8'));
}

function stack(file: string): RancherStack {
  return read(`rancher/${file}`) as RancherStack;
}

/** What a file has that its published schema does not allow. */
function mistakesIn(file: string, schema: string): readonly string[] {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const isRight = ajv.compile(JSON.parse(readFileSync(`test/schemas/${schema}.json`, 'utf8')) as object);
  if (isRight(read(file))) return [];
  return (isRight.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe('deploy/', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
  const key = join(folder, 'key');
  let routes: readonly Route[];

  beforeAll(async () => {
    writeFileSync(key, 'kept-in-a-file');
    routes = routesOf(await assemble(WORKING));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  /** What the service would warn of with these variables, with which it has to start; files are where a test can have them. */
  async function warningsWith(variables: Variables): Promise<readonly string[]> {
    const entries = Object.entries(variables).map(([name, value]) =>
      name.endsWith('_FILE') ? [name, key] : [name, value],
    );
    return warningsOf(await assemble(Object.fromEntries(entries) as Variables));
  }

  describe('rancher/', () => {
    const variants = ['docker-compose.yml', 'docker-compose.service-account.yml'];

    it.each(variants)('has variables that the service starts with: %s', async (file) => {
      const { environment = {} } = stack(file).services.updater;
      const given = Object.entries(environment).map(([name, value]) => [name, value.replaceAll('$$', '$')]);
      const own = Object.keys(environment).length > 0 ? {} : WORKING;

      expect(await warningsWith({ ...own, ...(Object.fromEntries(given) as Variables) })).toEqual([]);
    });

    it.each(variants)('declares what it uses: %s', (file) => {
      const { services, secrets = {}, volumes = {} } = stack(file);

      expect(services.updater.secrets ?? []).toEqual(Object.keys(secrets));
      expect(services.updater.volumes).toEqual(Object.keys(volumes).map((name) => `${name}:/data`));
    });

    it('runs once, and is asked for its health at a route that there is', () => {
      const { services } = stack('rancher-compose.yml');
      const [method, path] = services.updater.health_check.request_line.split(' ');

      expect(services.updater.scale).toBe(1);
      expect(routes).toContainEqual({ method, path });
    });
  });

  describe('compose/', () => {
    it('keeps to the schema of the Compose specification', () => {
      expect(mistakesIn('compose/docker-compose.yml', 'compose')).toEqual([]);
    });

    it('has variables that the service starts with, and a key that the simulator knows', async () => {
      const { services } = read('compose/docker-compose.yml') as RancherStack;
      const { environment = {} } = services.updater;
      const { keys } = parse(readFileSync('simulator/fleets/example.yaml', 'utf8')) as { keys: unknown };

      expect(await warningsWith(environment)).toEqual([]);
      expect(keys).toContainEqual(
        expect.objectContaining({
          access: environment['CATTLE_ACCESS_KEY'],
          secret: environment['CATTLE_SECRET_KEY'],
        }),
      );
    });
  });

  describe('kubernetes/', () => {
    const files = readdirSync('deploy/kubernetes').map((name) => `kubernetes/${name}`);

    it.each(files)('keeps to the schema of Kubernetes: %s', (file) => {
      expect(mistakesIn(file, 'kubernetes')).toEqual([]);
    });

    it('has variables that the service starts with', async () => {
      const { env } = container();

      expect(await warningsWith(Object.fromEntries(env.map(({ name, value }) => [name, value])))).toEqual([]);
    });

    it('asks for its health at routes that there are', () => {
      const { startupProbe, livenessProbe, readinessProbe } = container();

      for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe]) {
        expect(routes).toContainEqual({ method: 'GET', path: httpGet.path });
      }
    });

    it('is reached by its labels', () => {
      const labels = { 'app.kubernetes.io/name': 'rancher-service-updater' };

      expect(read('kubernetes/deployment.yaml')).toMatchObject({
        spec: { template: { metadata: { labels } } },
      });
      expect(read('kubernetes/service.yaml')).toMatchObject({ spec: { selector: labels } });
      expect(read('kubernetes/network-policy.yaml')).toMatchObject({
        spec: { podSelector: { matchLabels: labels } },
      });
    });
  });

  describe('nginx/', () => {
    it('publishes every route, by its own methods', () => {
      const methodsAt = new Map<string, Set<string>>();
      for (const { method, path } of routes) {
        const place = placeOf(`/updater${path.replaceAll(/:\w+/g, 'x')}`);
        methodsAt.set(place, (methodsAt.get(place) ?? new Set()).add(method));
      }
      const wanted = [...methodsAt].map(([place, methods]) => [place, [...methods].toSorted().join(' ')]);

      expect(wanted.map(([place = '']) => [place, published().get(place)])).toEqual(wanted);
    });
  });
});

interface Probe {
  readonly httpGet: { readonly path: string };
}

interface Container {
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
}

function container(): Container {
  const { spec } = read('kubernetes/deployment.yaml') as {
    readonly spec: { readonly template: { readonly spec: { readonly containers: readonly [Container] } } };
  };
  return spec.template.spec.containers[0];
}
