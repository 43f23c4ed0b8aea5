import { Controller, Get } from '@nestjs/common';
import { programCommit, programVersion } from '../common/version.js';

/** What runs here. */
export interface VersionView {
  readonly version: string;
  readonly node: string;
  /** Not there where who built it did not say. */
  readonly commit?: string;
}

@Controller()
export class VersionController {
  private readonly view: VersionView = viewOf(programCommit());

  @Get('version')
  version(): VersionView {
    return this.view;
  }
}

function viewOf(commit: string | null): VersionView {
  return { version: programVersion(), node: process.versions.node, ...(commit !== null && { commit }) };
}
