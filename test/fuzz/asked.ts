import fc from 'fast-check';
import { anyImage, anyText, anyValue } from './texts.js';

/** A request. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const GOOD = 'acme/web:';
const FIELDS =
  `docker_image confirm start_first timeout dry_run on_failure leftover ignore_hold confirm_within
  max_failures max_parallel __proto__ constructor`.split(/\s+/);
const PATHS =
  `/upgrade /upgrades /upgrades/x /upgrades/x/confirm /upgrades/x/rollback /upgrades/x/cancel /holds
  /services/1a5/1s7/hold /services/1a5/1s7/upgrades /health/ready /ping /notifications/test /nowhere //upgrade
  /upgrade/ /UPGRADE /upgrade%00 /upgrades/%2e%2e /metrics /version /audit /openapi.json /docs`.split(/\s+/);
const HEADERS =
  `content-type content-encoding accept idempotency-key x-request-id x-forwarded-for x-forwarded-prefix
  x-forwarded-host forwarded origin referer sec-fetch-site last-event-id cookie range expect-ct user-agent host
  x-http-method-override if-match`.split(/\s+/);
const METHODS = ['GET', 'DELETE', 'PUT', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'POST'];
const TYPES = [
  'application/json',
  'text/plain',
  'multipart/form-data',
  'application/json; charset=utf-16',
  'x',
];

/** What a header can have: Node sends nothing else. */
const HEADER = /[^\t\x20-\x7e\x80-\xff]/g;

/** Any request, mostly one for an upgrade. */
export function anyAsked(): fc.Arbitrary<Asked> {
  const segment = anyText().map((one) => encodeURIComponent(Buffer.from(one).toString()));
  const query = fc.dictionary(
    fc.constantFrom('wait', 'fail', 'limit', 'after', 'status', 'image', 'x'),
    segment,
    {
      maxKeys: 3,
    },
  );
  const path = fc
    .tuple(
      fc.oneof(
        fc.constantFrom(...PATHS),
        segment.map((one) => `/upgrades/${one}`),
      ),
      query,
    )
    .map(
      ([base, all]) =>
        `${base}?${Object.entries(all)
          .map((pair) => pair.join('='))
          .join('&')}`,
    )
    .filter((whole) => whole.length < 8_000);
  const value = fc
    .oneof(fc.constantFrom(...TYPES), anyText())
    .map((one) => one.replaceAll(HEADER, '').slice(0, 2_000));
  return fc.record({
    method: fc.oneof({ weight: 2, arbitrary: fc.constant('POST') }, fc.constantFrom(...METHODS)),
    path: fc.oneof(fc.constant('/upgrade'), path),
    headers: fc.oneof(fc.constant({}), fc.dictionary(fc.constantFrom(...HEADERS), value, { maxKeys: 4 })),
    body: anyBody(),
  });
}

/** Bodies from nearly right to nonsense; some with a good image and one field that is not. */
function anyBody(): fc.Arbitrary<Buffer> {
  const image = fc.oneof(fc.constantFrom(`${GOOD}2.0.0`, `${GOOD}3.0.0`), anyImage());
  const near = fc
    .tuple(image, fc.dictionary(fc.constantFrom(...FIELDS), anyValue(), { maxKeys: 3 }))
    .map(([docker_image, more]) => JSON.stringify({ docker_image, ...more }));
  const fine = fc
    .tuple(fc.integer({ min: 2, max: 5 }), fc.boolean())
    .map(([version, confirm]) =>
      JSON.stringify({ docker_image: `${GOOD}${version}.0.0`, confirm, timeout: 60 }),
    );
  const cut = fc.tuple(near, fc.nat(80)).map(([json, length]) => json.slice(0, length));
  const words = fc.oneof(
    fine,
    fine,
    near,
    near,
    cut,
    anyText(),
    anyValue().map((value) => JSON.stringify(value) ?? ''),
  );
  return fc.oneof(
    words.map((one) => Buffer.from(one)),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.constant(Buffer.alloc(70_000, 'x')),
  );
}
