import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { renderDifferences } from '../../../../ci/show/differences.ts'

describe('differences', () => {
  it('are coloured by line', () => {
    const diff = '--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,2 +1,2 @@\n FROM a\n-USER root\n+USER 10001\n'
    const { bold, green, red } = pc.createColors(true)
    expect(renderDifferences([{ diff }], pc.createColors(true)).split('\n')).toEqual([
      bold('--- a/Dockerfile'),
      bold('+++ b/Dockerfile'),
      '@@ -1,2 +1,2 @@',
      ' FROM a',
      red('-USER root'),
      green('+USER 10001'),
      '',
    ])
  })

  it('of a hostile file are no more than what they show [fault 67]', () => {
    const diff = ' FROM a\u001b[2J\u001b]0;owned\u0007 # \u202e\n ::error::all is well\n+RUN echo \u001b[1A\n'
    const shown = renderDifferences([{ diff }], pc.createColors(false))
    expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
    expect(shown).toContain(' : :error::all is well')
  })
})
