import { afterEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Module } from '@nestjs/common';
import { ask, type Answer } from '../../test/fakes/ask.js';
import { HandClock } from '../../test/fakes/hand-clock.js';
import { CommonModule } from '../common/common.module.js';
import { Ending } from '../common/ending.js';
import { UpdaterError } from '../common/errors.js';
import { createLog } from '../common/log.js';
import { ConfigModule } from '../config/config.module.js';
import { createHttpApplication } from '../http/application.js';
import { HttpModule } from '../http/http.module.js';
import type { Check, FleetStanding } from '../rancher/rancher.backend.js';
import { RancherService } from '../rancher/rancher.service.js';
import { SqliteStore } from '../store/sqlite/sqlite.store.js';
import { StoreSettings } from '../store/store.settings.js';
import { UpgradeStore } from '../store/upgrade-store.js';
import { HealthController } from './health.controller.js';
import { ReadinessService } from './readiness.service.js';

const WELL: readonly Check[] = [
  { name: 'rancher', ok: true, message: 'Rancher answers' },
  { name: 'key', ok: true, message: 'the key is accepted' },
  { name: 'environments', ok: true, message: '2 environments are selected' },
];

class AskedRancher extends RancherService {
  asked = 0;
  standing = super.fleet();

  constructor(private readonly answer: () => Promise<readonly Check[]>) {
    super([]);
  }

  override fleet(): FleetStanding {
    return this.standing;
  }

  override check(): Promise<readonly Check[]> {
    this.asked += 1;
    return this.answer();
  }
}

function store(directory: string): SqliteStore {
  const log = createLog({ level: 'error', format: 'json', secrets: [], destination: { write: () => true } });
  const settings = Object.assign(new StoreSettings(), { AUTOUPDATE_DATA_DIR: directory });
  const opened = new SqliteStore(settings, new HandClock(), log, new Ending());
  opened.onModuleInit();
  return opened;
}

@Module({})
class ProbedModule {}

describe(HealthController.name, () => {
  const clock = new HandClock();
  let app: NestFastifyApplication;

  afterEach(() => app.close());

  async function start(rancher: RancherService, directory = ':memory:'): Promise<void> {
    app = await createHttpApplication({
      module: ProbedModule,
      imports: [
        ConfigModule.forRoot({}),
        CommonModule.forRoot({ clock, output: { write: () => true } }),
        HttpModule,
      ],
      controllers: [HealthController],
      providers: [
        ReadinessService,
        { provide: RancherService, useValue: rancher },
        { provide: UpgradeStore, useValue: store(directory) },
      ],
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
  }

  async function get(path: string): Promise<Answer> {
    return ask(`${await app.getUrl()}${path}`);
  }

  it('answers a ping as it always did', async () => {
    await start(new AskedRancher(async () => WELL));

    const answer = await get('/ping');

    expect(answer).toMatchObject({ status: 200, text: 'Pong!' });
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
  });

  it('is ready when every check is', async () => {
    await start(new AskedRancher(async () => WELL));

    const answer = await get('/health/ready');

    expect(answer).toMatchObject({
      status: 200,
      json: {
        status: 'ready',
        checks: [...WELL, { name: 'store', ok: true, message: expect.any(String) }],
        warnings: [],
      },
    });
  });

  it('is alive but not ready when the key is refused, and says so', async () => {
    const refused: Check = { name: 'key', ok: false, message: 'Rancher refuses the key' };
    await start(new AskedRancher(async () => [refused]));

    expect(await get('/health/live')).toMatchObject({ status: 200 });
    expect(await get('/health/ready')).toMatchObject({
      status: 503,
      json: { status: 'not_ready', checks: [refused, { name: 'store', ok: true }] },
    });
  });

  it('is not ready when Rancher cannot even be asked', async () => {
    await start(
      new AskedRancher(async () => {
        throw new UpdaterError('rancher.unreachable', 'Rancher does not answer');
      }),
    );

    expect(await get('/health/ready')).toMatchObject({
      status: 503,
      json: {
        checks: [{ name: 'rancher', ok: false, message: 'Rancher does not answer' }, { name: 'store' }],
      },
    });
  });

  it('is not ready when the store cannot be written', async () => {
    await start(new AskedRancher(async () => WELL), '/dev/null/data');

    expect(await get('/health/ready')).toMatchObject({
      status: 503,
      json: { status: 'not_ready', checks: [...WELL, { name: 'store', ok: false }] },
    });
  });

  it('warns of events that are not heard, and is ready all the same', async () => {
    const rancher = new AskedRancher(async () => WELL);
    rancher.standing = { ...rancher.standing, environments: 2, unheard: ['qa'], silentFor: 60 };
    await start(rancher);

    expect(await get('/health/ready')).toMatchObject({
      status: 200,
      json: {
        status: 'ready',
        warnings: [{ name: 'events', message: expect.stringContaining('1 of 2 environments') }],
      },
    });
  });

  it('asks Rancher once for all probes of ten seconds', async () => {
    const rancher = new AskedRancher(async () => WELL);
    await start(rancher);

    await Promise.all([get('/health/ready'), get('/health/ready')]);
    await clock.advance(9_999);
    await get('/health/ready');
    const before = rancher.asked;
    await clock.advance(1);
    await get('/health/ready');

    expect([before, rancher.asked]).toEqual([1, 2]);
  });

  it('calls a bug a bug', async () => {
    await start(
      new AskedRancher(async () => {
        throw new TypeError('x is not a function');
      }),
    );

    expect(await get('/health/ready')).toMatchObject({ status: 500, json: { code: 'internal.error' } });
  });
});
