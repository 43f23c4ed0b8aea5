/** Text as it stands in HTML, in an attribute too. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** What the document's descriptions have of Markdown: paragraphs, lists, and code between backticks. */
export function prose(markdown: string): string {
  return markdown.split('\n\n').map(block).join('');
}

/** The same within a line. */
export function inline(markdown: string): string {
  return escaped(markdown).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function block(text: string): string {
  if (!text.startsWith('- ')) return `<p>${inline(text)}</p>`;
  const items = text.split('\n').map((line) => `<li>${inline(line.slice(2))}</li>`);
  return `<ul>${items.join('')}</ul>`;
}

/** A table; cells are HTML. Nothing where it would have no rows. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const head = heads.map((cell) => `<th>${escaped(cell)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`);
  return `<div class="wide"><table><tr>${head}</tr>${body.join('')}</table></div>`;
}

/** What is shown on a click. */
export function folded(title: string, value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return `<details><summary>${escaped(title)}</summary><pre>${escaped(text)}</pre></details>`;
}
