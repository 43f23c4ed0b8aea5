import { parseImageReference, type ImageReference } from '../../src/domain/image-reference.js';

/**
 * The image `registry.acme.io/shop/web` at a version: `2.0.4`, `2.0.4@d1`, `@d1`, or nothing. `d1` and `d2` are two
 * digests.
 */
export function webAt(version: string): ImageReference {
  const [tag = '', digest] = version.split('@');
  const text = `registry.acme.io/shop/web${tag && `:${tag}`}${digest ? `@sha256:${digest.repeat(32)}` : ''}`;
  const parsed = parseImageReference(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.reference;
}
