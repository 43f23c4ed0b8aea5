import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { Log } from './common/log.js';
import { readVersion } from './common/version.js';
import { Environment } from './config/environment.js';
import { createHttpApplication } from './http/application.js';
import { HttpSettings } from './http/http.settings.js';

/** What tests may put in the place of the process's environment, clock and output. */
export type World = NonNullable<Parameters<typeof AppModule.in>[0]>;

/**
 * Starts the service: reads and checks all settings, lets every part begin, and only then opens the port. What it
 * started it closes again when the port is not to be had.
 *
 * @throws InvalidSettings before anything has begun
 */
export async function startApplication(world: World = {}): Promise<NestFastifyApplication> {
  const app = await createHttpApplication(AppModule.in(world));
  const environment = app.get(Environment);
  environment.check();
  const log = app.get(Log);
  for (const warning of environment.warnings()) log.warn(warning);
  const { AUTOUPDATE_HTTP_PORT: port, AUTOUPDATE_HTTP_HOST: host } = app.get(HttpSettings);
  try {
    await app.listen({ port, host });
  } catch (error) {
    await app.close();
    throw error;
  }
  log.info('started', { version: readVersion(), address: await app.getUrl() });
  return app;
}
