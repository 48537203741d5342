// How the page of a bench looks, beside what it shares with the report of a training.

export const benchStyle = `
:root { --adapter-0: #2367d1; --adapter-1: #d2690b; --adapter-2: #2e9e5b; --adapter-3: #7a4fc0; --adapter-4: #c2357a;
  --adapter-5: #0f8a92; }
@media (prefers-color-scheme: dark) {
  :root { --adapter-0: #6ea8ff; --adapter-1: #ffa657; --adapter-2: #3fb76f; --adapter-3: #b794f6; --adapter-4: #f77fb6;
    --adapter-5: #46c6cf; }
}
.adapter-0 { --tone: var(--adapter-0); } .adapter-1 { --tone: var(--adapter-1); } .adapter-2 { --tone: var(--adapter-2); }
.adapter-3 { --tone: var(--adapter-3); } .adapter-4 { --tone: var(--adapter-4); } .adapter-5 { --tone: var(--adapter-5); }
.key[class*=adapter]::before { background: var(--tone); }
.lead .key, th .key { margin-left: 0; }
.roofline { padding: 14px 16px 8px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow-x: auto; }
.roofline svg { min-width: 720px; }
.roofline figcaption { font-weight: 600; }
.roofline .key { font-weight: 400; }
.roofline .roof { stroke: var(--tone); stroke-width: 2; }
.roofline .half { stroke-dasharray: 6 5; opacity: 0.7; }
.roofline .gain { stroke: var(--tone); opacity: 0.28; }
.roofline .leader { stroke: var(--soft); opacity: 0.55; }
.roofline .point { fill: var(--tone); stroke: var(--card); stroke-width: 1.5; }
.roofline .backward { fill: var(--card); stroke: var(--tone); stroke-width: 2; }
.roofline .other { fill: var(--tone); opacity: 0.28; }
.roofline .label { fill: var(--ink); font-size: 11px; dominant-baseline: middle; }
.roofline .tick { text-anchor: middle; }
.roofline .title { font-size: 12px; text-anchor: middle; }
.roofline .limit { fill: var(--tone); font-weight: 600; }
.tiles { grid-template-columns: repeat(auto-fit, minmax(176px, 1fr)); }
.bars { padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.bars figcaption { font-weight: 600; margin-bottom: 8px; }
.bar { display: grid; grid-template-columns: minmax(90px, max-content) 1fr 76px; align-items: center; gap: 10px; padding: 3px 0; font-size: 13px; }
.bar span { overflow-wrap: anywhere; }
.bar span:last-child { text-align: right; white-space: nowrap; }
.bar b { display: block; height: 14px; width: var(--share); min-width: 2px; border-radius: 3px; background: var(--tone); }
.scroll { margin-top: 16px; }
.numbers td, .numbers th { padding: 4px 16px 4px 0; border-bottom: 1px solid var(--line); white-space: nowrap; font-size: 13px; }
.numbers thead th { color: var(--soft); font-weight: 400; white-space: normal; max-width: 190px; vertical-align: bottom; }
.numbers thead .key { white-space: normal; }
.numbers td { text-align: right; }
.numbers thead th:not(:first-child, .text) { text-align: right; }
.numbers td.text { text-align: left; }
.numbers tbody th { font-weight: 400; }
.numbers .chosen td { font-weight: 600; }
.numbers .other td { color: var(--soft); }
.numbers .wrong { color: var(--wrong); white-space: normal; text-align: left; }
.numbers .faster { color: var(--right); } .numbers .slower { color: var(--wrong); }
.numbers .share b { display: inline-block; width: 64px; height: 8px; margin-right: 10px; border-radius: 3px;
  background: linear-gradient(90deg, var(--training) var(--share), var(--line) 0); }
.numbers .other .share b { opacity: 0.45; }
details { margin-top: 16px; }
summary { cursor: pointer; color: var(--soft); }
.settings { margin-bottom: 24px; }
@media print { .roofline, .bars { break-inside: avoid; } }
`;
