const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text for HTML and SVG, within elements and attributes. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** A coordinate with as many digits as a screen shows. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** The lines of a drawing as an SVG element, as wide as the place that it is put in; text in the colour of the text around it. */
export function svgDocument(title: string, width: number, height: number, fontSize: number, lines: readonly string[]): string {
  const open =
    `<svg viewBox="0 0 ${coordinate(width)} ${coordinate(height)}" role="img" aria-label="${escapeMarkup(title)}" ` +
    `xmlns="http://www.w3.org/2000/svg" font-family="system-ui, sans-serif" font-size="${fontSize}" fill="currentColor">`;
  return [open, ...lines, '</svg>'].join('\n');
}

/** The same drawing as a file of its own: on white, its colours no longer those of a page, which many programs could not look up. */
export function standaloneSvg(svg: string): string {
  const plain = svg.replace(/var\(--[\w-]+, ([^()]+)\)/g, '$1');
  return `${plain.replace(/>/, '>\n<rect width="100%" height="100%" fill="#ffffff"/>')}\n`;
}
