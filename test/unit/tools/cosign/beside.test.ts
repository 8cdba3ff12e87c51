import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { predicateTypes } from '../../../../src/model/index.ts'
import { besideCommands, readBeside, readUnverified } from '../../../../src/tools/cosign/beside.ts'

const recorded = (name: string) => readFileSync(new URL(`../../../fixtures/cosign/${name}`, import.meta.url), 'utf8')
const digest = 'sha256:3f929e202ab5f84495ca6cf3e276991d8d962d001a40c9e137118374e80cf11c'
const other = `sha256:${'0'.repeat(64)}` as const

const said = (stdout: string) => ({ exitCode: 0, stdout, stderr: '' })
const failed = (stderr: string) => ({ exitCode: 1, stdout: '', stderr })
const signed = said(JSON.stringify([{ critical: { image: { 'docker-manifest-digest': digest } } }]))
const downloaded = said(recorded('download-attestation-3.1.3.jsonl'))
const verified = said(recorded('verify-attestation-3.1.3.jsonl'))
const none = failed('Error: no matching attestations: \nerror during command execution: no matching attestations: ')

describe('what lies beside a digest', () => {
  it('is asked for with one command for the signature, one for everything, and one for each kind', () => {
    const image = {
      program: '/cosign',
      reference: `registry.localhost:5000/app@${digest}`,
      insecure: true,
      from: { key: 'cosign.pub' },
      format: 'bundle',
      log: false,
      timestamp: false,
      certificateLog: true,
    } as const
    const commands = besideCommands(image, ['tests', 'verdict'])
    expect(commands.map((argv) => argv.slice(0, 3).join(' '))).toEqual([
      '/cosign verify --key',
      '/cosign download attestation',
      '/cosign verify-attestation --type',
      '/cosign verify-attestation --type',
    ])
    expect(commands.slice(2).map((argv) => argv[3])).toEqual([predicateTypes.tests, predicateTypes.verdict])
    expect(new Set(commands.map((argv) => argv.at(-1)))).toEqual(new Set([image.reference]))
  })

  it('is told apart: what holds by its kind, and what is only there', () => {
    const beside = readBeside([signed, downloaded, verified, none], digest, ['tests', 'verdict'])
    expect(beside.signatureFault).toBeUndefined()
    expect(beside.unverified).toHaveLength(2)
    expect(beside.statements.get('tests')?.holding).toHaveLength(1)
    expect(beside.statements.get('verdict')).toEqual({ holding: [], said: 'no matching attestations:' })
    expect(beside.statements.has('spdx')).toBe(false)
  })

  it('does not hold where it is about another digest, or of another kind than was asked for [fault 55]', () => {
    const foreign = readBeside([signed, downloaded, verified], other, ['tests'])
    expect(foreign.signatureFault).toContain(other)
    expect(foreign.statements.get('tests')).toEqual({
      holding: [],
      said: 'the attestations are about a different image',
    })
    expect(readBeside([signed, downloaded, verified], digest, ['verdict']).statements.get('verdict')?.holding).toEqual(
      [],
    )
  })

  it('is what verified alone says that it is', () => {
    const refused = readBeside([failed('Error: no signatures found'), downloaded, none], digest, ['tests'])
    expect(refused.signatureFault).toBe('no signatures found')
    expect(refused.statements.get('tests')?.holding).toEqual([])
    expect(refused.unverified).toHaveLength(2)
  })

  it('is nothing that can be read where a stranger put something unreadable there', () => {
    expect(readUnverified(said('not a bundle'))).toEqual([])
    expect(readUnverified(failed('Error: away'))).toEqual([])
    expect(() => readBeside([signed, downloaded, said('not a bundle')], digest, ['tests'])).toThrow(
      'failed to read an attestation',
    )
  })

  it('has an answer to every command', () => {
    expect(() => readBeside([signed, downloaded], digest, ['tests'])).toThrow('expected 3 answers')
    expect(() => readBeside([signed, downloaded, verified, none], digest, ['tests'])).toThrow('expected 3 answers')
  })
})
