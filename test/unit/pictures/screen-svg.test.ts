import { XMLParser } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { screenSvg } from '../../pictures/screen-svg.ts'

const escape = '\u001b'

function pieces(svg: string): Array<Record<string, unknown>> {
  const parsed = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    isArray: (name) => name === 'text' || name === 'tspan',
  }).parse(svg) as { svg: { text: Array<{ y: string; tspan: Array<Record<string, unknown>> }> } }
  return parsed.svg.text.flatMap(({ y, tspan }) => tspan.map((piece) => ({ y, ...piece })))
}

describe('a screen as a picture', () => {
  it('puts each piece of text at its column, as wide as its cells', () => {
    const found = pieces(screenSvg({ lines: ['gate     │ wanted', '', '  ✗ no'], columns: 20 }, 'a table'))
    expect(found.map(({ y, x, textLength, '#text': text }) => ({ y, x, textLength, text }))).toEqual([
      { y: '33', x: '20', textLength: '33.6', text: 'gate' },
      { y: '33', x: '95.6', textLength: '67.2', text: '│ wanted' },
      { y: '69', x: '36.8', textLength: '33.6', text: '✗ no' },
    ])
  })

  it('keeps colours, and those that go on over the end of a line', () => {
    const found = pieces(
      screenSvg(
        {
          lines: [
            `${escape}[32m✓${escape}[39m fine ${escape}[31mred`,
            `still${escape}[0m ${escape}[2mdim${escape}[0m ${escape}[1mbold`,
          ],
          columns: 20,
        },
        'colours',
      ),
    )
    expect(found.map(({ fill, 'font-weight': weight, '#text': text }) => [text, fill, weight])).toEqual([
      ['✓', '#80c8a0', undefined],
      ['fine', undefined, undefined],
      ['red', '#f19384', undefined],
      ['still', '#f19384', undefined],
      ['dim', '#9aa8ae', undefined],
      ['bold', undefined, 'bold'],
    ])
  })

  it('shows text and never obeys it', () => {
    const svg = screenSvg({ lines: ['</text><script>alert(1)</script>'], columns: 40 }, '"><script>')
    expect(svg).not.toContain('<script')
    expect(pieces(svg)[0]?.['#text']).toContain('alert(1)')
  })

  it('refuses a colour that nobody has looked at', () => {
    expect(() => screenSvg({ lines: [`${escape}[35mmagenta`], columns: 20 }, 'magenta')).toThrow(
      /expected a colour of red, green, yellow, cyan/,
    )
    expect(() => screenSvg({ lines: [`${escape}[41mloud`], columns: 20 }, 'loud')).toThrow(/no background/)
  })
})
