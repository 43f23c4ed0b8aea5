import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { provideSettings } from '../config/config.module.js';
import { DtoPipe } from './bodies/dto.pipe.js';
import { Callers } from './caller.js';
import { CallerSettings } from './callers/caller.settings.js';
import { ErrorFilter } from './errors/error.filter.js';
import { HttpSettings } from './http.settings.js';
import { OpenRequests } from './open-requests.js';
import { Routes } from './server/routes.js';
import { Stopping } from './stopping.js';
import { TextDelivery } from './text-delivery.js';
import { Traffic } from './traffic.js';
import { Waiting } from './waiting.js';

/** How requests come in, whatever they ask for. Whoever lets callers wait, or keeps them, imports it for that. */
@Module({
  providers: [
    provideSettings(HttpSettings),
    provideSettings(CallerSettings),
    Callers,
    OpenRequests,
    Routes,
    Stopping,
    TextDelivery,
    Traffic,
    Waiting,
    { provide: APP_FILTER, useClass: ErrorFilter },
    { provide: APP_PIPE, useClass: DtoPipe },
  ],
  exports: [Callers, OpenRequests, Stopping, TextDelivery, Traffic, Waiting],
})
export class HttpModule {}
