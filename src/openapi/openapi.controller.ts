import { Controller, Get, Header, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { PathPrefix } from '../http/path-prefix.js';
import { openApiDocument } from './document.js';
import { pageOf } from './page/page.js';
import { PAGE_POLICY } from './page/style.js';
import { Rendered } from './rendered.js';

/** Tells what this service can be asked. */
@Controller()
export class OpenApiController {
  private readonly documents = new Rendered((prefix) => JSON.stringify(openApiDocument(prefix)));
  private readonly pages = new Rendered((prefix) => pageOf(openApiDocument(prefix), 'openapi.json'));
  private readonly folderPages = new Rendered((prefix) => pageOf(openApiDocument(prefix), '../openapi.json'));

  @Get('openapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  document(@PathPrefix() prefix: string): Buffer {
    return this.documents.for(prefix);
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', PAGE_POLICY)
  page(@PathPrefix() prefix: string, @Req() { url }: Pick<FastifyRequest, 'url'>): Buffer {
    // Right under whatever path the page is published, also where nobody says which.
    const isFolder = /^[^?]*\/(\?|$)/.test(url);
    return (isFolder ? this.folderPages : this.pages).for(prefix);
  }
}
