import { programVersion } from '../common/version.js';
import type { Answer, Examples, Header } from './answers.js';
import type { Schema } from './json-schema.js';
import { withRequestId, type Paths, type Tag } from './operation.js';
import { REFUSAL_EXAMPLES, refusalAnswer } from './refusals.js';
import { AUDIT_PATHS } from './routes/audit.js';
import { DECISION_PATHS } from './routes/decisions.js';
import { EVENT_PATHS } from './routes/events.js';
import { OPERATING_PATHS } from './routes/operating.js';
import { SERVICE_PATHS } from './routes/services.js';
import { UPGRADE_PATHS } from './routes/upgrades.js';
import { COMMON_SCHEMAS } from './schemas/common.js';
import { NOTICE_SCHEMAS } from './schemas/notice.js';
import { OTHER_SCHEMAS } from './schemas/others.js';
import { REQUEST_SCHEMAS } from './schemas/upgrade-request.js';
import { UPGRADE_SCHEMAS } from './schemas/upgrade.js';
import { WEBHOOKS, type Webhooks } from './webhooks.js';

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: Readonly<Record<'title' | 'version' | 'summary' | 'description', string>>;
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: Tag; readonly description: string }[];
  readonly paths: Paths;
  readonly webhooks: Webhooks;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly headers: Readonly<Record<string, Header>>;
    readonly responses: Readonly<Record<'NotFound' | 'MethodNotAllowed', Answer>>;
    readonly examples: Examples;
  };
}

const DESCRIPTION = `CI says that an image is out; the service finds every Rancher service that runs an older version of it and has opted in, upgrades it, waits until it is healthy, confirms or rolls back, and tells people.

Names are in \`snake_case\`. Fields and codes may be added but never change: clients must ignore what they do not know. A request with an unknown field is refused.

Every failed request is answered with \`code\` and \`message\`. In addition to the answers listed for each route, an unknown path is answered with 404 \`request.not_found\`, one that cannot be decoded (\`/%zz\`) with 400 \`request.invalid\`, and a method that a path does not have with 405 \`request.method_not_allowed\` and \`Allow\`. \`HEAD\` works wherever \`GET\` does, without a body.

The service does not authenticate callers: that is up to the gateway in front of it.`;

const TAGS: OpenApiDocument['tags'] = [
  { name: 'Publishing', description: 'What CI does' },
  { name: 'Reading', description: 'What the outcome is' },
  { name: 'Deciding', description: 'What people and CI decide later' },
  { name: 'Services', description: 'What is known about single services' },
  { name: 'Operating', description: 'For those who run it' },
];

const REQUEST_ID = {
  description: "The request's id: the caller's own, if it sent one of at most 128 visible ASCII characters",
  schema: { type: 'string' },
};

/** The API in OpenAPI 3.1. `prefix`: the path under which a gateway publishes the service; '': none. */
export function openApiDocument(prefix = ''): OpenApiDocument {
  return {
    openapi: '3.1.0',
    info: {
      title: 'rancher-service-updater',
      version: programVersion(),
      summary: 'Puts newly published container images into production on Rancher 1.6',
      description: DESCRIPTION,
    },
    servers: [{ url: prefix || '/' }],
    tags: TAGS,
    paths: {
      ...UPGRADE_PATHS,
      ...EVENT_PATHS,
      ...DECISION_PATHS,
      ...SERVICE_PATHS,
      ...AUDIT_PATHS,
      ...OPERATING_PATHS,
    },
    webhooks: WEBHOOKS,
    components: {
      schemas: {
        ...REQUEST_SCHEMAS,
        ...UPGRADE_SCHEMAS,
        ...OTHER_SCHEMAS,
        ...NOTICE_SCHEMAS,
        ...COMMON_SCHEMAS,
      },
      headers: { 'X-Request-Id': REQUEST_ID },
      responses: {
        NotFound: withRequestId(refusalAnswer(['request.not_found'])),
        MethodNotAllowed: withRequestId(refusalAnswer(['request.method_not_allowed'])),
      },
      examples: REFUSAL_EXAMPLES,
    },
  };
}
