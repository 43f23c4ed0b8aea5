/** Foreign text on one line: without line breaks, invisible signs, and halves of characters. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{C}]+/gu, ' ').trim();
}

/** An image as people say it: without its registry and the path there. */
export function withoutRegistry(image: string): string {
  return image.slice(image.lastIndexOf('/') + 1);
}

/** An address that people can click; null: it is none. */
export function webAddress(link: string | null): string | null {
  if (link === null || !URL.canParse(link)) return null;
  const { protocol, href } = new URL(link);
  return protocol === 'http:' || protocol === 'https:' ? href : null;
}
