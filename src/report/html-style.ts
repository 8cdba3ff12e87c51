import { html } from './markup.ts'

/** The style of the HTML report: system fonts only, light and dark by preference, readable on paper and on a phone. */
export const htmlStyle = html`<style>
:root {
  color-scheme: light dark;
  --paper: #fbfaf6; --panel: #f3f1ea; --ink: #1a2328; --soft: #5c686e; --faint: #8b9499; --line: #dcd8cd; --hair: #e8e5dc;
  --sea: #23607c; --yes: #28694a; --no: #a3291e; --unsure: #835600; --off: #5c686e;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", P052, "Book Antiqua", Georgia, "Liberation Serif", serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #10161a; --panel: #172026; --ink: #e4e8e7; --soft: #9aa8ae; --faint: #718087; --line: #2d393f; --hair: #222c32;
    --sea: #86bfd8; --yes: #80c8a0; --no: #f19384; --unsure: #e2b764; --off: #9aa8ae;
  }
}
.passed { --tone: var(--yes) } .rejected { --tone: var(--no) } .undecided, .broken { --tone: var(--unsure) }
*, *::before { box-sizing: border-box }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth }
body { margin: 0; background: var(--paper); color: var(--ink); font: 400 1rem/1.55 var(--sans); overflow-wrap: break-word }
.page { max-width: 70rem; margin: 0 auto; padding: 0 clamp(1.1rem, 4vw, 3rem) 4rem }
a { color: var(--sea); text-decoration-thickness: 1px; text-underline-offset: .18em }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--sea); outline-offset: 3px; border-radius: 2px }
code, pre, .mono { font-family: var(--mono); font-size: .84em; font-variant-ligatures: none; overflow-wrap: anywhere }
h1, h2, h3, p, dl, dd, ol, ul, pre { margin: 0; padding: 0 }
ol, ul { list-style: none }

.top { display: flex; justify-content: space-between; align-items: baseline; gap: 1.5rem; flex-wrap: wrap; padding: 1.3rem 0 1.1rem; border-bottom: 1px solid var(--line); font-size: .84rem; color: var(--soft) }
.top strong { font: 600 1.02rem var(--serif); letter-spacing: .01em; color: var(--ink) }
.top nav { display: flex; gap: 1.25rem; flex-wrap: wrap }
.top nav a { color: inherit; text-decoration: none }
.top nav a:hover { color: var(--ink); text-decoration: underline }

.verdict { display: grid; grid-template-columns: 11.5rem 1fr; gap: clamp(1.5rem, 4vw, 3.25rem); align-items: center; padding: clamp(2rem, 5vw, 3.75rem) 0 clamp(1.75rem, 4vw, 3rem) }
.mark { width: 100%; height: auto; display: block; color: var(--ink); font-family: var(--serif) }
.mark .water { fill: var(--tone); opacity: .24 }
.mark .fog path { fill: none; stroke: var(--tone); stroke-width: 8; stroke-linecap: round; opacity: .3 }
.verdict .subject { font-size: .95rem; color: var(--soft) }
.verdict .subject b { color: var(--ink); font-weight: 600 }
h1 { font: 400 clamp(2.9rem, 8vw, 4.6rem)/1.02 var(--serif); letter-spacing: -.018em; color: var(--tone); margin: .12em 0 .22em -.04em }
.verdict .why { font: 400 clamp(1.12rem, 2.2vw, 1.32rem)/1.45 var(--serif); max-width: 38em; text-wrap: pretty }
.verdict .output { margin-top: .8rem; max-width: 100%; overflow-x: auto; font-size: .85rem; color: var(--soft) }
.verdict .next { color: var(--soft); margin-top: .5rem; max-width: 44em }

.flow { display: grid; grid-template-columns: repeat(9, 1fr); border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); padding: .85rem 0 .8rem; font-size: .84rem }
.flow li { --dot: var(--yes); position: relative; padding-right: .5rem; line-height: 1.35; color: var(--ink) }
.flow li::before { content: ""; display: block; width: .5rem; height: .5rem; border-radius: 50%; margin: 0 0 .5rem; border: .25rem solid var(--dot) }
.flow li:not(:last-child)::after { content: ""; position: absolute; top: .22rem; left: .85rem; right: .35rem; border-top: 1px solid var(--line) }
.flow small { display: block; font-size: .76rem; color: var(--soft) }
.flow .undecided { --dot: var(--unsure) } .flow .stopped { --dot: var(--no) } .flow .skipped, .flow .pending { --dot: var(--faint) }
.flow .skipped::before, .flow .pending::before { border-width: 1.5px }
.flow .skipped, .flow .pending { color: var(--soft) }

.facts { display: grid; grid-template-columns: minmax(0, 11.5rem) minmax(0, 1fr); column-gap: clamp(1.5rem, 4vw, 3.25rem); padding: 1.6rem 0 0 }
.facts dt, .facts dd { padding: .42rem 0 }
.facts dt { color: var(--soft) }
.facts dd + dd { grid-column: 2; padding-top: 0 }
.facts dd { overflow-wrap: anywhere; font-size: .95rem } .facts dd small { color: var(--soft); font-size: .92em } .facts dd small code { font-size: .88em }

.notice { margin: 1.75rem 0 0; padding: .95rem 1.15rem 1rem; background: var(--panel); border-left: 3px solid var(--unsure); border-radius: 0 4px 4px 0; font-size: .94rem }
.notice b { display: block; font: 600 1.02rem var(--serif) }
.notice p { max-width: 62em; color: var(--ink) }
.notice li { margin-top: .35rem; color: var(--soft) }

section { padding-top: clamp(2.5rem, 5vw, 3.5rem) }
h2 { font: 400 1.72rem/1.2 var(--serif); letter-spacing: -.008em; margin-bottom: .3rem }
.lead { color: var(--soft); max-width: 52em; text-wrap: pretty; margin-bottom: 1rem }

table { width: 100%; table-layout: fixed; border-collapse: collapse; font-size: .91rem; line-height: 1.45; font-variant-numeric: tabular-nums }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
th { text-align: left; font-weight: 400; font-size: .8rem; color: var(--soft); padding: .35rem 1.1rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: bottom; white-space: nowrap }
td { padding: .72rem 1.1rem .75rem 0; border-bottom: 1px solid var(--hair); vertical-align: top; overflow-wrap: anywhere }
th:last-child, td:last-child { padding-right: 0 }
td small { display: block; color: var(--soft); font-size: .86em; line-height: 1.42 }
td small + small { margin-top: .1rem }
td b { font-weight: 600 }
.gates :is(th, td):nth-child(1) { width: 7rem } .gates :is(th, td):nth-child(2) { width: 23% } .gates :is(th, td):nth-child(3), .gates :is(th, td):nth-child(4) { width: 20% }
.evidence :is(th, td):nth-child(1) { width: 9rem } .tools :is(th, td):nth-child(1) { width: 14rem } .tools :is(th, td):nth-child(2) { width: 8rem }
.exceptions :is(th, td):nth-child(1) { width: 32% } .exceptions :is(th, td):nth-child(2) { width: 9rem } .exceptions :is(th, td):nth-child(5) { width: 7rem }
.quiet td { padding-top: .42rem; padding-bottom: .44rem; color: var(--soft) } .quiet td b { font-weight: 400; color: var(--ink) }
.gates.quiet :is(th, td):nth-child(2) { width: 40% } .gates.quiet :is(th, td):nth-child(3) { width: 28% } .gates.quiet :is(th, td):nth-child(4) { width: auto }
.quiet td small { display: inline; margin-left: .35rem }
.gates + .others { margin-top: 1.6rem } .others, .others:first-of-type { border: 0 } .others > .body { padding: 0 }

.layers { display: flex; gap: 2px; height: .5rem; max-width: 34rem; margin: .5rem 0 .35rem }
.layers i { min-width: 2px; background: var(--sea); opacity: .34 } .layers i:nth-child(even) { opacity: .6 }
.word, .day, .whole { white-space: nowrap } .day small { white-space: normal }
.word::before { content: ""; display: inline-block; width: .55rem; height: .55rem; margin-right: .5rem; border-radius: 50%; border: .275rem solid var(--tone); vertical-align: .02em }
.word.failed, .word.denied, .word.critical, .word.high { --tone: var(--no) }
.word.undecided, .word.warned, .word.medium, .word.unknown { --tone: var(--unsure) }
.word.passed { --tone: var(--yes) }
.word.off, .word.low, .word.excepted, .word.reported { --tone: var(--faint) }
.word.failed, .word.denied { color: var(--no) } .word.undecided, .word.warned { color: var(--unsure) } .word.passed { color: var(--yes) }
.word.medium::before, .word.unknown::before { border-width: 2px } .word.low::before { border-width: 1.5px }
.word.critical { font-weight: 600 }

.owners { margin: .4rem 0 0 } .owners :is(th, td):not(:first-child) { width: 5.2rem; text-align: right } .owners td:first-child code { margin: 0 .3rem } .owners td small { display: inline }
.owners .none { color: var(--soft) } .owners .denying { color: var(--no) }

.choices { display: none; flex-wrap: wrap; gap: .7rem 2rem; margin: 1.9rem 0 1.1rem }
@supports selector(:has(*)) { .choices { display: flex } }
.choice { position: relative; display: flex; flex-wrap: wrap; align-items: center; gap: .35rem .3rem; margin: 0; padding: 0; border: 0; font-size: .88rem }
.choice legend { float: left; padding: 0; margin-right: .45rem; color: var(--soft) }
.choice input { position: absolute; opacity: 0; pointer-events: none }
.choice label { padding: .22rem .7rem .25rem; border: 1px solid var(--line); border-radius: 1rem; cursor: pointer }
.choice label:hover { border-color: var(--soft) }
.choice input:checked + label { background: var(--ink); border-color: var(--ink); color: var(--paper) }
.choice input:focus-visible + label { outline: 2px solid var(--sea); outline-offset: 2px }

.findings { display: flex; flex-direction: column; reading-flow: flex-visual }
.findings :is(thead, tbody) { display: contents }
.findings tr { display: grid; grid-template-columns: 7rem minmax(0, 37fr) minmax(0, 29fr) minmax(0, 27fr); column-gap: 1.1rem; border-bottom: 1px solid var(--hair) }
.findings thead tr { order: -1; border-color: var(--line) }
.findings :is(th, td) { border: 0; padding-right: 0 }
.findings .group { border-bottom-color: var(--line); scroll-margin-top: 1rem }
.findings .group th { grid-column: 1 / -1; display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem 1.5rem; padding: 1.9rem 0 .5rem; white-space: normal; overflow-wrap: anywhere }
.findings .group:target th { border-left: 3px solid var(--sea); padding-left: .7rem }
.findings h3 { flex: 1 1 24rem; font: 400 1.14rem var(--serif); color: var(--ink) } .findings h3 code { margin-left: .35rem } .findings h3 small { font: 400 .8rem var(--sans); color: var(--soft) }
.findings .group span { font-size: .88rem }
#findings:has(#order-severity:checked) tbody tr { order: var(--severity) }
#findings:has(#order-package:checked) tbody tr { order: var(--package) }
#findings:has(#order-gate:checked) tbody tr { order: var(--gate) }
#findings:not(:has(#order-owner:checked)) .group { display: none }
#findings:has(#order-owner:checked) td .owner { display: none }
@media screen {
  #findings:has(#show-denied:checked) .findings :is(tr:not(.denied, .group), tbody:not(:has(.denied))) { display: none }
  #findings:has(#show-warned:checked) .findings :is(tr:not(.warned, .group), tbody:not(:has(.warned))) { display: none }
  #findings:has(#show-excepted:checked) .findings :is(tr:not(.excepted, .group), tbody:not(:has(.excepted))) { display: none }
  #findings:has(#show-known:checked) .findings :is(tr:not(.known, .group), tbody:not(:has(.known))) { display: none }
  #findings:has(#show-reported:checked) .findings :is(tr:not(.reported, .group), tbody:not(:has(.reported))) { display: none }
}

details { border-bottom: 1px solid var(--line) }
details:first-of-type { border-top: 1px solid var(--line) }
summary { cursor: pointer; padding: .85rem 0; display: flex; gap: .9rem; align-items: baseline; list-style: none }
summary::-webkit-details-marker { display: none }
summary::before { content: "+"; font: 400 1.05rem/1 var(--mono); color: var(--faint); width: .8rem; flex: none }
details[open] > summary::before { content: "\\2212" }
summary h3 { font: 400 1.14rem var(--serif); flex: 1 }
summary span { color: var(--soft); font-size: .88rem; text-align: right }
details > .body { padding: 0 0 1.6rem 1.7rem }
.cut { margin-top: .8rem; color: var(--soft); font-size: .91rem }

.steps { counter-reset: step; display: grid; gap: 1.05rem; margin-top: 1.1rem }
.steps li { display: grid; grid-template-columns: minmax(0, 11.5rem) minmax(0, 1fr); column-gap: clamp(1.5rem, 4vw, 3.25rem); align-items: baseline }
.steps p { font-size: .91rem; color: var(--soft) }
pre { background: var(--panel); border-radius: 4px; padding: .6rem .85rem; white-space: pre-wrap; line-height: 1.5 }
pre i { display: block; font-style: normal; color: var(--soft) }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .84rem; display: flex; justify-content: space-between; gap: 1rem 2rem; flex-wrap: wrap }

@media screen and (max-width: 46rem) {
  .top nav { display: none }
  .verdict { grid-template-columns: 1fr; gap: 1.1rem } .mark { width: 6.4rem }
  .flow { grid-template-columns: repeat(3, 1fr); row-gap: .8rem } .flow li:nth-child(3n)::after { display: none }
  .facts, .steps li { grid-template-columns: 1fr } .facts dt { padding-bottom: 0; font-size: .84rem } .facts dd { padding-top: .05rem } .facts dd + dd { grid-column: 1 }
  .steps p { margin-bottom: .3rem }
  table, tbody, tr, td { display: block } thead { display: none }
  tr { padding: .85rem 0 .9rem; border-bottom: 1px solid var(--line) }
  td, .quiet td { border: 0; padding: .12rem 0; width: auto !important; display: grid; grid-template-columns: 6.2rem minmax(0, 1fr); gap: .75rem }
  td::before { content: attr(data-label); color: var(--soft); font-size: .84rem; padding-top: .06rem }
  .findings { display: flex } .findings thead { display: none } .findings tbody { display: contents } .findings tr { display: block } .findings .group th { display: flex; padding-top: 1.4rem }
  td:empty { display: none }
  details > .body { padding-left: 0 } summary { flex-wrap: wrap; gap: .2rem .9rem } summary h3 { flex: 1 0 70% } summary span { text-align: left; padding-left: 1.7rem }
}
@media print {
  :root { --paper: #fff; --panel: #f6f6f4; --ink: #000; --soft: #444; --faint: #777; --line: #bbb; --hair: #ddd; --sea: #000; --yes: #1d5a3b; --no: #8f1f15; --unsure: #6d4700; color-scheme: light }
  html { font-size: 11.5px } .page { max-width: none; padding: 0 } .top nav, .choices { display: none !important }
  .verdict { grid-template-columns: 3.4cm 1fr; padding: .6cm 0 } h1 { font-size: 34pt } section { padding-top: .8cm }
  tr, .notice, .steps li { break-inside: avoid } h2, .lead, summary, .group, .findings thead tr { break-after: avoid } thead { display: table-header-group }
  details::details-content { content-visibility: visible; display: block } summary::before { content: "" !important; width: 0 }
  .layers i { print-color-adjust: exact; -webkit-print-color-adjust: exact }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto } }
</style>`
