import { describe, expect, it } from 'vitest'
import { eventOf, imageLabels, publicRemoteUrl } from '../../../src/image-metadata/index.ts'
import { released } from './git-facts.ts'

describe('imageLabels', () => {
  it('says what is known of the source, with the time of the commit', () => {
    expect(imageLabels('shop/orders', released())).toEqual({
      'org.opencontainers.image.title': 'shop/orders',
      'org.opencontainers.image.version': '1.4.0',
      'org.opencontainers.image.created': '2026-11-20T09:30:00.000Z',
      'org.opencontainers.image.revision': '3f5a0c9d21b7e84f6a10c2d3e4f5a6b7c8d9e0f1',
      'org.opencontainers.image.source': 'https://git.example.com/shop/orders',
      'org.opencontainers.image.url': 'https://git.example.com/shop/orders',
    })
  })

  it('says that the tree was dirty', () => {
    expect(imageLabels('orders', released({ dirty: true }))).toMatchObject({
      'dev.loadline.source.dirty': 'true',
      'org.opencontainers.image.version': '1.4.0-dirty',
    })
  })

  it('leaves out what is unknown', () => {
    expect(imageLabels('orders', undefined)).toEqual({ 'org.opencontainers.image.title': 'orders' })
  })
})

describe('publicRemoteUrl', () => {
  it.each([
    ['https://user:token@git.example.com/shop/orders.git', 'https://git.example.com/shop/orders'],
    ['https://git.example.com:8443/shop/orders/?access=token#x', 'https://git.example.com:8443/shop/orders'],
    ['git@git.example.com:shop/orders.git', 'https://git.example.com/shop/orders'],
    ['git.example.com:shop/orders.git', 'https://git.example.com/shop/orders'],
    ['ssh://git@git.example.com:22/shop/orders.git', 'https://git.example.com/shop/orders'],
    ['git+ssh://git@git.example.com/shop/orders', 'https://git.example.com/shop/orders'],
    ['/srv/git/orders.git', undefined],
    ['file:///srv/git/orders.git', undefined],
    ['../orders', undefined],
    ['C:\\orders', undefined],
  ])('reads %s as %s', (remote, address) => {
    expect(publicRemoteUrl(remote)).toBe(address)
  })
})

describe('eventOf', () => {
  it.each([
    [
      { GITHUB_REF: 'refs/pull/42/merge', GITHUB_HEAD_REF: 'fix/login' },
      { pullRequest: 42, branch: 'fix/login' },
    ],
    [{ GITHUB_REF: 'refs/heads/main', GITHUB_HEAD_REF: '' }, { branch: 'main' }],
    [{ GITHUB_REF: 'refs/tags/v1.4.0' }, {}],
    [
      { CI_MERGE_REQUEST_IID: '9', CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'fix' },
      { pullRequest: 9, branch: 'fix' },
    ],
    [{ LOADLINE_PULL_REQUEST: '0x1f', LOADLINE_BRANCH: 'b' }, { branch: 'b' }],
  ])('reads %j', (environment, event) => {
    expect(eventOf(environment)).toEqual(event)
  })
})
