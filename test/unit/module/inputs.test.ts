import { describe, expect, it } from 'vitest'
import { chosen } from '../../../src/module/inputs.ts'

const nothing = { pathInRepository: '', version: '', file: '', target: '', label: [] }

describe('what a call says about its source', () => {
  it('is left to the policy and to git where it is empty', () => {
    expect(chosen(nothing)).toEqual({ labels: {} })
  })

  it('comes as a request has it', () => {
    expect(
      chosen({
        pathInRepository: 'services/orders',
        version: '1.4.0',
        file: 'build/Dockerfile',
        target: 'server',
        label: ['team=orders'],
      }),
    ).toEqual({
      pathInRepository: 'services/orders',
      version: '1.4.0',
      dockerfile: 'build/Dockerfile',
      target: 'server',
      labels: { team: 'orders' },
    })
  })

  it('is refused where a label has no name', () => {
    expect(() => chosen({ ...nothing, label: ['orders'] })).toThrow(
      expect.objectContaining({ code: 'USAGE', message: 'expected --label NAME=VALUE, found "orders"' }),
    )
  })
})
