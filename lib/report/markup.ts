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

const titleHeight = 30;

/** The same drawing as a file of its own: with its title, on white, its colours no longer those of a page, which many programs could not look up. */
export function standaloneSvg(title: string, svg: string): string {
  const [open, width = '', height = ''] = /^<svg viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>/.exec(svg) ?? [''];
  const whole = titleHeight + Number(height);
  return [
    open.replace(`0 0 ${width} ${height}`, `0 ${-titleHeight} ${width} ${whole}`),
    `<rect y="${-titleHeight}" width="${width}" height="${whole}" fill="#ffffff"/>`,
    `<text x="8" y="-10" font-size="14" font-weight="600">${escapeMarkup(title)}</text>`,
    `${svg
      .slice(open.length)
      .trim()
      .replace(/var\(--[\w-]+, ([^()]+)\)/g, '$1')}\n`,
  ].join('\n');
}
