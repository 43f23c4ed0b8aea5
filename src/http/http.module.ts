import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { provideSettings } from '../config/config.module.js';
import { Callers } from './caller.js';
import { CallerSettings } from './caller.settings.js';
import { DtoPipe } from './dto.pipe.js';
import { ErrorFilter } from './error.filter.js';
import { HttpSettings } from './http.settings.js';
import { Routes } from './routes.js';
import { Stopping } from './stopping.js';
import { Traffic } from './traffic.js';
import { Waiting } from './waiting.js';

/** How requests come in, whatever they ask for. Whoever lets callers wait imports it for `Waiting`. */
@Module({
  providers: [
    provideSettings(HttpSettings),
    provideSettings(CallerSettings),
    Callers,
    Routes,
    Stopping,
    Traffic,
    Waiting,
    { provide: APP_FILTER, useClass: ErrorFilter },
    { provide: APP_PIPE, useClass: DtoPipe },
  ],
  exports: [Callers, Stopping, Traffic, Waiting],
})
export class HttpModule {}
