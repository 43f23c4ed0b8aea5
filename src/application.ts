import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type ApplicationOptions } from './app.module.js';
import { Log } from './common/log.js';
import { programVersion } from './common/version.js';
import { SettingsRegistry } from './config/settings-registry.js';
import { createHttpApplication } from './http/application.js';
import { HttpSettings } from './http/http.settings.js';

/**
 * Starts the service: reads and checks all settings, lets every part begin, and only then opens the port. What it
 * started it closes again when the port is not to be had.
 *
 * @throws InvalidSettings before anything has begun
 */
export async function startApplication(options: ApplicationOptions = {}): Promise<NestFastifyApplication> {
  const app = await createHttpApplication(AppModule.forRoot(options));
  const registry = app.get(SettingsRegistry);
  registry.check();
  const log = app.get(Log);
  for (const warning of registry.warnings()) log.warn(warning);
  const { AUTOUPDATE_HTTP_PORT: port, AUTOUPDATE_HTTP_HOST: host } = app.get(HttpSettings);
  try {
    await app.listen({ port, host });
  } catch (error) {
    await app.close();
    throw error;
  }
  log.info('started', { version: programVersion(), address: await app.getUrl() });
  return app;
}
