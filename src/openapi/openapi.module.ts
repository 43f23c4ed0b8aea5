import { Module } from '@nestjs/common';
import { OpenApiController } from './openapi.controller.js';

/** Describes the API, for programs and for people. */
@Module({ controllers: [OpenApiController] })
export class OpenApiModule {}
