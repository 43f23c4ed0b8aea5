import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type ApplicationOptions } from './app.module.js';
import { Log } from './common/log.js';
import { isTooShort } from './common/secrets.js';
import { programVersion } from './common/version.js';
import { SettingsRegistry } from './config/settings-registry.js';
import { createHttpApplication } from './http/application.js';
import { listen } from './http/listening.js';

const TOO_SHORT = 'holds a secret of fewer than 8 characters, which is not masked in the log and in answers';

/**
 * Puts the service together, and reads and checks all settings. Nothing has begun.
 *
 * @throws InvalidSettings
 */
export async function createApplication(options: ApplicationOptions = {}): Promise<NestFastifyApplication> {
  const app = await createHttpApplication(AppModule.forRoot(options));
  app.get(SettingsRegistry).check();
  return app;
}

/**
 * Lets every part of the service begin, and only then opens the port. What it started it closes again when the port is
 * not to be had, and throws why.
 *
 * @throws CannotListen
 */
export async function startApplication(app: NestFastifyApplication): Promise<void> {
  const log = app.get(Log);
  const registry = app.get(SettingsRegistry);
  for (const warning of registry.warnings()) log.warn(warning);
  for (const variable of registry.variablesWith(isTooShort)) log.warn(`${variable} ${TOO_SHORT}`);
  try {
    log.info('started', { version: programVersion(), address: await listen(app) });
  } catch (error) {
    await app.close();
    throw error;
  }
}
