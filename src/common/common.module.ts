import { type DynamicModule, Module } from '@nestjs/common';
import { provideSettings } from '../config/config.module.js';
import { SettingsRegistry } from '../config/settings-registry.js';
import { Clock, SystemClock } from './clock.js';
import { Ending } from './ending.js';
import { createLog, Log, type LogOptions } from './log.js';
import { LogSettings } from './log.settings.js';
import { Secrets } from './secrets.js';

/** What tests put in the place of real time and of standard output. */
export interface CommonOptions {
  readonly clock?: Clock;
  readonly output?: LogOptions['destination'];
}

/**
 * The clock, the log and the secrets. Global, like the settings: everything that acts needs them, and a module's imports
 * shall say which leaves it stands on, not that it has a log.
 */
@Module({})
export class CommonModule {
  static forRoot({ clock = new SystemClock(), output = process.stdout }: CommonOptions = {}): DynamicModule {
    return {
      module: CommonModule,
      global: true,
      providers: [
        provideSettings(LogSettings),
        { provide: Clock, useValue: clock },
        Ending,
        {
          provide: Secrets,
          inject: [SettingsRegistry],
          useFactory: (registry: SettingsRegistry) => new Secrets(registry.secrets()),
        },
        {
          provide: Log,
          inject: [LogSettings, SettingsRegistry],
          useFactory: (settings: LogSettings, registry: SettingsRegistry) =>
            createLog({
              level: settings.level,
              format: settings.AUTOUPDATE_LOG_FORMAT ?? (process.stdout.isTTY ? 'text' : 'json'),
              secrets: registry.secrets(),
              destination: output,
            }),
        },
      ],
      exports: [Clock, Ending, Log, Secrets],
    };
  }
}
