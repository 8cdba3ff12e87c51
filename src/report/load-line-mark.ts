import type { Run } from '../model/index.ts'
import { html, type Markup } from './markup.ts'

/**
 * The load line on a ship's side, with the water level set by the verdict: below the line if the image may sail, above it if not,
 * and hidden if that is undecided.
 */
export function loadLineMark(outcome: Run['outcome']): Markup {
  return html`<svg class="mark" viewBox="0 0 220 200" role="img" aria-label="${descriptions[outcome]}">
  <clipPath id="hull"><rect x="0" y="0" width="220" height="200" rx="14"/></clipPath>
  <g clip-path="url(#hull)">${waters[outcome]}</g>
  <g fill="none" stroke="currentColor" stroke-width="9">
    <circle cx="110" cy="100" r="52"${outcome === 'broken' ? html` stroke-dasharray="245 82" stroke-dashoffset="-20"` : ''}/>
    <path d="${outcome === 'broken' ? 'M18 100H92M128 100H202' : 'M18 100H202'}"/>
  </g>
  <g fill="currentColor" font-size="21" font-weight="600" text-anchor="middle"><text x="36" y="86">L</text><text x="184" y="86">L</text></g>
</svg>`
}

const descriptions = {
  passed: 'A load line above the water',
  rejected: 'A load line under water',
  undecided: 'A load line in fog',
  broken: 'A broken load line',
} as const

const waters = {
  passed: html`<path class="water" d="M0 150c18-7 37-7 55 0s37 7 55 0 37-7 55 0 37 7 55 0v50H0Z"/>`,
  rejected: html`<path class="water" d="M0 58c18-7 37-7 55 0s37 7 55 0 37-7 55 0 37 7 55 0v142H0Z"/>`,
  undecided: html`<g class="fog"><path d="M0 62h150M70 82h150M0 118h130M60 138h160M20 158h120"/></g>`,
  broken: html`<path class="water" d="M0 172c18-7 37-7 55 0s37 7 55 0 37-7 55 0 37 7 55 0v28H0Z"/>`,
} as const
