// How a report looks, by day and by night, on a screen and on paper.

export const reportStyle = `
:root { color-scheme: light dark; --ground: #fbfbfa; --card: #ffffff; --ink: #1d2127; --soft: #667080; --line: #e2e5e9;
  --training: #2367d1; --validation: #d2690b; --rate: #7a4fc0; --right: #2e9e5b; --wrong: #db3a34; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171c; --card: #1c2027; --ink: #e6e9ee; --soft: #98a2b1; --line: #2d333d;
    --training: #6ea8ff; --validation: #ffa657; --rate: #b794f6; --right: #3fb76f; --wrong: #f0625c; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1180px; padding: 40px 24px 64px; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; }
h1 { margin: 0; font-size: 28px; letter-spacing: -0.01em; }
h2 { margin: 44px 0 14px; font-size: 19px; }
p { margin: 6px 0; }
.lead, .note, small { color: var(--soft); }
pre { margin: 16px 0 0; padding: 12px 16px; overflow-x: auto; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(148px, 1fr)); gap: 12px; margin: 24px 0 0; padding: 0;
  list-style: none; }
.tiles li { padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tiles b { display: block; font-size: 22px; line-height: 1.3; font-weight: 650; white-space: nowrap; }
.tiles span { color: var(--soft); font-size: 13px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 16px; }
figure { margin: 0; }
.curves { padding: 14px 16px 8px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.curves figcaption { font-weight: 600; }
.key { display: inline-block; margin-left: 12px; white-space: nowrap; color: var(--soft); font-weight: 400; font-size: 13px; }
.key::before { content: ""; display: inline-block; width: 18px; height: 3px; margin-right: 6px; border-radius: 2px;
  vertical-align: middle; background: currentColor; }
.key.training::before { background: var(--training); }
.key.validation::before { background: var(--validation); }
.key.rate::before { background: var(--rate); }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 12px; }
svg .value { text-anchor: end; dominant-baseline: middle; }
svg .epoch { text-anchor: middle; }
svg path { fill: none; }
.grid { stroke: var(--line); }
.axis { stroke: var(--soft); }
.best { stroke: var(--soft); stroke-dasharray: 3 4; }
.line { stroke-width: 2; stroke-linejoin: round; }
.line.training { stroke: var(--training); } circle.training { fill: var(--training); }
.line.validation { stroke: var(--validation); } circle.validation { fill: var(--validation); }
.line.rate { stroke: var(--rate); } circle.rate { fill: var(--rate); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; }
th { font-weight: 600; text-align: left; }
.confusion { border-spacing: 2px; border-collapse: separate; font-size: 13px; }
.confusion th[scope=row] { padding-right: 8px; text-align: right; white-space: nowrap; }
.confusion th[scope=col] { text-align: center; }
.confusion td { min-width: 44px; height: 32px; padding: 0 6px; text-align: center; border-radius: 5px;
  background: color-mix(in srgb, var(--tone) var(--strength), var(--card)); }
.confusion .right { --tone: color-mix(in srgb, var(--right) 55%, var(--card)); }
.confusion .wrong { --tone: color-mix(in srgb, var(--wrong) 85%, var(--card)); }
.confusion .none { --tone: var(--card); color: color-mix(in srgb, var(--soft) 45%, transparent); }
.confusion .share { background: none; color: var(--soft); white-space: nowrap; }
.pairs td, .pairs th, .settings td, .settings th { padding: 5px 18px 5px 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
.pairs td:last-child { text-align: right; }
.settings th { color: var(--soft); font-weight: 400; white-space: nowrap; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(116px, 1fr)); gap: 14px; }
.gallery figure { padding: 8px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.gallery img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; border-radius: 5px; background: #000;
  image-rendering: pixelated; }
.gallery figcaption { margin-top: 6px; font-size: 13px; line-height: 1.35; overflow-wrap: anywhere; }
.answer { color: var(--wrong); }
footer { margin-top: 48px; color: var(--soft); font-size: 13px; }
@media print { body { max-width: none; padding: 0; } .gallery figure, .curves { break-inside: avoid; } }
`;
