import type { Schema } from './json-schema.js';
import { NOTICE_SCHEMAS } from './schemas/notice.js';

const NAMED = '#/components/schemas/';
const { Notice, ...PARTS } = NOTICE_SCHEMAS;

/** The schema of a notice by itself, for receivers that do not read OpenAPI: docs/notice-v1.schema.json. */
export function noticeSchema(): Schema {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'rancher-service-updater/notice/v1',
    title: 'A notice of rancher-service-updater',
    ...Notice,
    $defs: PARTS,
  };
  return JSON.parse(JSON.stringify(schema).replaceAll(NAMED, '#/$defs/')) as Schema;
}
