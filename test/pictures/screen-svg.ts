import { createAnsiSequenceParser, type ColorName, type ParseToken } from 'ansi-sequence-parser'
import { html, type Markup } from '../../src/report/markup.ts'

/** What a terminal shows, as `tmux capture-pane -e` gives it: text with the escape sequences of its colours. */
export interface Screen {
  lines: readonly string[]
  columns: number
}

const cell = { width: 8.4, height: 18 }
const margin = 20

const paper = '#10161a'
const ink = '#e4e8e7'
const dim = '#9aa8ae'
/** The colours of the HTML report on dark, for those that the command line uses. A terminal's own are whatever its owner chose. */
const palette: Partial<Record<ColorName, string>> = {
  red: '#f19384',
  green: '#80c8a0',
  yellow: '#e2b764',
  cyan: '#86bfd8',
}

/**
 * The screen as SVG whose text is text. Every piece stands at its column and is as wide as its cells, so that tables stay straight in whichever
 * font the reader has. The label is what those hear who do not see it.
 */
export function screenSvg({ lines, columns }: Screen, label: string): string {
  const width = Math.ceil(columns * cell.width) + 2 * margin
  const height = lines.length * cell.height + 2 * margin
  const parser = createAnsiSequenceParser()
  const rows = lines.map((line, row) => textOfLine(parser.parse(line), margin + row * cell.height + 13))
  return `${html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}" font-family="ui-monospace, SF Mono, Cascadia Mono, Menlo, Consolas, Liberation Mono, DejaVu Sans Mono, monospace" font-size="14" fill="${ink}">
<rect width="${width}" height="${height}" rx="8" fill="${paper}"/>
${rows.filter((row) => row !== undefined)}</svg>
`}`
}

function textOfLine(tokens: readonly ParseToken[], y: number): Markup | undefined {
  let column = 0
  const pieces: Markup[] = []
  for (const token of tokens) {
    // Blanks are drawn by nobody; a single one between two words stays with them.
    for (const { 0: text, index } of token.value.matchAll(/\S+(?: \S+)*/g)) {
      const length = lengthOf(text)
      const start = column + lengthOf(token.value.slice(0, index))
      pieces.push(
        html`<tspan x="${decimal(margin + start * cell.width)}" textLength="${decimal(length * cell.width)}" lengthAdjust="spacingAndGlyphs"${fillOf(token)}${token.decorations.has('bold') && html` font-weight="bold"`}>${text}</tspan>`,
      )
    }
    column += lengthOf(token.value)
  }
  return pieces.length === 0
    ? undefined
    : html`<text y="${y}">${pieces}</text>
`
}

/** A colour that the palette does not have would be a change of the command line that nobody looked at. */
function fillOf({ foreground, background, decorations }: ParseToken): Markup | false {
  if (background !== null) throw new Error('the command line sets no background, and the picture knows none')
  if (foreground === null) return decorations.has('dim') && html` fill="${dim}"`
  const color = foreground.type === 'named' ? palette[foreground.name] : undefined
  if (color === undefined)
    throw new Error(
      `expected a colour of ${Object.keys(palette).join(', ')}, found ${JSON.stringify(foreground)}: give it a colour in test/pictures/screen-svg.ts`,
    )
  return html` fill="${color}"`
}

function lengthOf(text: string): number {
  return Array.from(text).length
}

function decimal(value: number): number {
  return Math.round(value * 10) / 10
}
