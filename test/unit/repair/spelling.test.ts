import { describe, expect, it } from 'vitest'
import { repaired } from './situation.ts'

/** The Dockerfile after the repair of what a check says about one line. */
function written(check: string, line: string): string {
  const text = `FROM python:3.11-slim AS base\n${line}\nCMD ["true"]\n`
  const { dockerfile } = repaired(text, { checks: [`${check}:2`], configuration: { healthcheck: undefined } }, ['rest'])
  return dockerfile.split('\n')[1] ?? ''
}

describe('an instruction that BuildKit wants to be written otherwise', () => {
  it.each([
    ['ConsistentInstructionCasing', 'run true', 'RUN true'],
    ['ConsistentInstructionCasing', 'Env A=1', 'ENV A=1'],
    ['ConsistentInstructionCasing', 'from base as other', 'FROM base AS other'],
    ['FromAsCasing', 'FROM base as other', 'FROM base AS other'],
    ['FromAsCasing', 'FROM --platform=linux/amd64 base as  as', 'FROM --platform=linux/amd64 base AS  as'],
    ['FromAsCasing', 'from base AS other', 'from base as other'],
    ['LegacyKeyValueFormat', 'ENV A 1', 'ENV A=1'],
    ['LegacyKeyValueFormat', 'env A 1', 'env A=1'],
    ['LegacyKeyValueFormat', 'LABEL a.b  some words', 'LABEL a.b="some words"'],
    ['LegacyKeyValueFormat', 'ENV PATH $PATH:/srv/bin', 'ENV PATH="$PATH:/srv/bin"'],
    ['LegacyKeyValueFormat', 'ENV A "1"', 'ENV A "1"'],
    ['RedundantTargetPlatform', 'FROM --platform=$TARGETPLATFORM base', 'FROM base'],
    ['RedundantTargetPlatform', 'FROM --platform=${TARGETPLATFORM} base', 'FROM base'],
    ['RedundantTargetPlatform', 'FROM --platform=$BUILDPLATFORM base', 'FROM --platform=$BUILDPLATFORM base'],
  ])('as %s says: %s becomes %s', (check, line, expected) => {
    expect(written(check, line)).toBe(expected)
  })
  it('has small letters where most have', () => {
    const text = 'from python:3.11-slim as a\nENV A=1\nrun true\ncmd ["true"]\n'
    const { dockerfile } = repaired(text, { checks: ['ConsistentInstructionCasing:2'] }, ['rest'])
    expect(dockerfile.split('\n')[1]).toBe('env A=1')
  })
  it('keeps what it escapes, whatever the file escapes with', () => {
    const text = '# escape=`\nFROM python:3.11-slim\nENV A b`$c\nMAINTAINER Ada` Lovelace\n'
    const { dockerfile } = repaired(text, { checks: ['LegacyKeyValueFormat:3', 'MaintainerDeprecated:4'] }, ['rest'])
    expect(dockerfile).toBe(text)
  })
  it('stays as it is if nothing is said about it', () => {
    expect(repaired('from base as x\n', {}, ['rest']).dockerfile).toMatch(/^from base as x/)
  })
})
