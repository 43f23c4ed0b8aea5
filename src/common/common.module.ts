import { type DynamicModule, Module } from '@nestjs/common';
import { provideSettings } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { Clock, SystemClock } from './clock.js';
import { createLog, Log, type LogOptions } from './log.js';
import { LogSettings } from './log.settings.js';

/** Where the service runs, for tests to choose. */
export interface Surroundings {
  readonly clock: Clock;
  readonly output: LogOptions['destination'];
}

/**
 * The clock and the log. Global, like the settings: everything that acts needs both, and a module's imports shall say
 * which leaves it stands on, not that it has a log.
 */
@Module({})
export class CommonModule {
  static forRoot(surroundings: Partial<Surroundings> = {}): DynamicModule {
    const { clock = new SystemClock(), output = process.stdout } = surroundings;
    return {
      module: CommonModule,
      global: true,
      providers: [
        provideSettings(LogSettings),
        { provide: Clock, useValue: clock },
        {
          provide: Log,
          inject: [LogSettings, Environment],
          useFactory: (settings: LogSettings, environment: Environment) =>
            createLog({
              level: settings.level,
              format: settings.AUTOUPDATE_LOG_FORMAT ?? (process.stdout.isTTY ? 'text' : 'json'),
              secrets: environment.secrets(),
              destination: output,
            }),
        },
      ],
      exports: [Clock, Log],
    };
  }
}
