/** The page's style sheet: system fonts, one column, light and dark by the reader's setting. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --ground: #fbfbfa; --card: #ffffff; --ink: #1c2126; --quiet: #5c6670; --rule: #e3e5e8;
  --heat: #2563c9; --heat-ink: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171a; --card: #1c2024; --ink: #e6e9ec; --quiet: #9aa4ae; --rule: #30363c;
    --heat: #4c8df0; --heat-ink: #0b1220;
    --series-1: #6ea4f5; --series-2: #f2915c; --series-3: #55c795; --series-4: #cf87dd; --series-5: #d9b44a; --series-6: #9fb0c0;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 48px 24px 72px; }
h1 { font-size: 30px; line-height: 1.2; letter-spacing: -0.01em; margin: 0 0 8px; }
h2 { font-size: 19px; margin: 44px 0 14px; }
h3 { font-size: 14px; font-weight: 600; margin: 0 0 8px; }
p { margin: 0 0 12px; max-width: 68ch; }
.quiet, figcaption { color: var(--quiet); font-size: 14px; }
.full, .half, .quarter { display: grid; gap: 18px; }
.half { grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); }
.quarter { grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 18px; margin: 0; overflow-x: auto; }
svg, img { display: block; width: 100%; height: auto; }
table { border-collapse: collapse; width: 100%; font-size: 15px; font-variant-numeric: tabular-nums; }
th, td { padding: 8px 12px; text-align: left; border-bottom: 1px solid var(--rule); }
th { color: var(--quiet); font-weight: 600; font-size: 13px; }
tr:last-child td { border-bottom: 0; }
.number { text-align: right; }
figcaption { margin-top: 10px; }
.scale { display: flex; align-items: center; gap: 8px; margin-top: 6px; font-size: 12px; color: var(--quiet); font-variant-numeric: tabular-nums; }
.scale i { flex: 1; height: 6px; border-radius: 3px; }
`;
