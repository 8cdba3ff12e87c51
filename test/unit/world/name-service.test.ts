import { describe, expect, it } from 'vitest'
import { answerTo } from '../../world/name-service.ts'

/** A question for a name, as RFC 1035 has it. */
function question(name: string, type: number): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]))
  const head = Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
  return Buffer.concat([head, ...labels, Buffer.from([0, 0, type, 0, 1])])
}

describe('the name service of the world', () => {
  const names = new Set(['ghcr.io'])
  const answer = (name: string, type: number) => answerTo(question(name, type), '198.18.0.1', names)

  it('answers with its one address for a name that it knows, however it is written', () => {
    expect(answer('GHCR.io', 1)?.subarray(-4)).toEqual(Buffer.from([198, 18, 0, 1]))
  })

  it('has no address of the sixth version, and knows no other name', () => {
    const outcome = (bytes: Buffer | undefined) => [(bytes?.[3] ?? 255) & 15, bytes?.readUInt16BE(6)]
    expect(outcome(answer('ghcr.io', 28))).toEqual([0, 0])
    expect(outcome(answer('example.org', 1))).toEqual([3, 0])
  })

  it('answers nothing that is not a question', () => {
    for (const length of [0, 11, 16]) expect(answerTo(Buffer.alloc(length), '198.18.0.1', names)).toBeUndefined()
    expect(answerTo(Buffer.alloc(40, 0xff), '198.18.0.1', names)).toBeUndefined()
  })
})
