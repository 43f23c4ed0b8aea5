import fc from 'fast-check';

/** What has made parsers stumble: prototypes, halves of characters, NUL, markup, paths, numbers at the edge, sheer length. */
const HOSTILE: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  '-0',
  '1e999',
  '\u0000',
  '\ud800',
  '\udfff\ud800',
  '\u202e',
  '\ufeff',
  '\r\nset-cookie: a=b',
  '%00',
  '%ff',
  '%',
  '../../etc/passwd',
  '${jndi:ldap://x}',
  '{{7*7}}',
  '<script>',
  "' OR 1=1 --",
  '`id`',
  '$(id)',
  '(a+)+$',
  '(.*)*x',
  '((((((((((',
  '[^',
  '\\',
  '(?=a)',
  'a{1000}{1000}',
  '(?i)x',
  '\\p{Greek}',
  '|',
  '9'.repeat(400),
  'a'.repeat(5_000),
  '-'.repeat(3_000),
  '1.'.repeat(2_000),
  '['.repeat(3_000),
  `${'a'.repeat(25)}!`,
  'sha256:',
  `sha256:${'0'.repeat(64)}`,
  'docker:',
  ':',
  '@',
  '/',
  '//',
  '.',
  '',
];

/** Any text, mostly a short one, sometimes one that is known to hurt, sometimes both. */
export function anyText(): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.string({ maxLength: 12, unit: 'binary' }), fc.constantFrom(...HOSTILE));
  return fc.oneof(
    piece,
    fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join('')),
  );
}

/** What looks like an image, more or less. */
export function anyImage(): fc.Arbitrary<string> {
  const name = fc.stringMatching(/^[a-z0-9._-]{1,12}$/);
  const tag = fc.stringMatching(/^[A-Za-z0-9._-]{1,16}$/);
  const host = fc.constantFrom(
    'registry.acme.io',
    'localhost:5000',
    '[::1]:5000',
    '10.0.0.1',
    'A.b:99999',
    '',
  );
  const whole = fc
    .tuple(host, fc.array(name, { minLength: 1, maxLength: 4 }), fc.option(tag), fc.boolean())
    .map(([registry, path, version, isDigest]) => {
      const digest = isDigest ? `@sha256:${'a'.repeat(64)}` : '';
      return `${[registry, ...path].filter(Boolean).join('/')}${version === null ? '' : `:${version}`}${digest}`;
    });
  return fc.oneof(
    whole,
    anyText(),
    fc.tuple(whole, anyText()).map(([image, text]) => image + text),
  );
}

/** Any value of JSON, with texts as above, names of prototypes as keys, and what JSON can say and nobody expects. */
export function anyValue(): fc.Arbitrary<unknown> {
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.constantFrom(null, true, false, 0, -1, 1.5, 1e308, [], {}),
      anyText(),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(anyText(), fc.constantFrom('id', 'type', 'name', 'data')), tie('value'), {
        maxKeys: 4,
      }),
    ),
  }));
  return value;
}
