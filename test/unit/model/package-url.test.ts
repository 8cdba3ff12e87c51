import { describe, expect, it } from 'vitest'
import { imagePackageUrl, namesPackage, parsePackageUrl } from '../../../src/model/index.ts'

describe('parsePackageUrl', () => {
  it.each([
    [
      'pkg:deb/debian/libssl3@3.0.13-1~deb12u1?arch=amd64&distro=debian-12.9',
      {
        type: 'deb',
        namespace: 'debian',
        name: 'libssl3',
        version: '3.0.13-1~deb12u1',
        qualifiers: { arch: 'amd64', distro: 'debian-12.9' },
      },
    ],
    [
      'pkg:npm/%40angular/core@12.3.1',
      { type: 'npm', namespace: '@angular', name: 'core', version: '12.3.1', qualifiers: {} },
    ],
    ['pkg:npm/@angular/core', { type: 'npm', namespace: '@angular', name: 'core', qualifiers: {} }],
    [
      'pkg:golang/github.com/Gorilla/Mux@v1.8.0#middleware',
      {
        type: 'golang',
        namespace: 'github.com/gorilla',
        name: 'mux',
        version: 'v1.8.0',
        qualifiers: {},
        subpath: 'middleware',
      },
    ],
    ['pkg:PyPI/Zope_Interface@5', { type: 'pypi', name: 'zope-interface', version: '5', qualifiers: {} }],
    [
      'pkg://maven/org.example/a@1%2B2',
      { type: 'maven', namespace: 'org.example', name: 'a', version: '1+2', qualifiers: {} },
    ],
    ['pkg:npm/LoDash', { type: 'npm', name: 'lodash', qualifiers: {} }],
    [
      'pkg:golang/example.test/a@1.0+incompatible?x=1+2',
      { type: 'golang', namespace: 'example.test', name: 'a', version: '1.0+incompatible', qualifiers: { x: '1+2' } },
    ],
    [
      'pkg:generic/a%20b@1%202?download_url=https://example.test/./a?download_url=1&file_name=a%20b.zip',
      {
        type: 'generic',
        name: 'a b',
        version: '1 2',
        qualifiers: { download_url: 'https://example.test/./a?download_url=1', file_name: 'a b.zip' },
      },
    ],
    ['pkg:oci/orders@sha256%3Aaa', { type: 'oci', name: 'orders', version: 'sha256:aa', qualifiers: {} }],
  ])('reads %s', (text, expected) => {
    expect(parsePackageUrl(text)).toEqual(expected)
  })

  it.each([
    '',
    'pkg:',
    'pkg:deb',
    'pkg:deb/',
    'libssl3',
    'deb/debian/libssl3',
    'pkg:deb/debian/libssl3@',
    'pkg:deb/a%ZZ',
    'pkg:deb/a?arch',
    'pkg:deb/a?=x',
    'pkg:deb/a?arch=',
    'pkg:deb/a?arch=amd64&',
    'pkg:deb/a?arch=%ZZ',
    ' pkg:deb/a',
    'pkg:deb/a\n',
    'pkg:deb/de\tbian/a',
    'pkg:deb/a#',
    'pkg:1eb/a',
    'pkg:deb/debian/a?arch=%20',
    'pkg:deb/debian/a?arch=%09',
    'pkg:deb/debian/a?arch=%C2%A0',
    'pkg:deb/debian/a?arch=%E2%80%8B',
    'pkg:deb/debian/a?distro=debian-12&arch=%0A',
    'pkg:deb/debian/a?arch=amd64%20',
    'pkg:deb/debian/a?arch=amd64&arch=arm64',
    'pkg:deb/debian/a?Arch=amd64&arch=arm64',
    'pkg:deb/debian/a@%20',
    'pkg:deb/debian/a@1%20',
    'pkg:deb/debian/a@1%00',
    'pkg:deb/debian/%20a',
    'pkg:deb/%20/a',
    'pkg:deb/debian/%2F/a',
    'pkg:deb/debian/a#%20',
    'pkg:deb/debian/a#..',
    'pkg:deb/debian/a#lib/%2e%2e/b',
  ])('refuses %j', (text) => {
    expect(parsePackageUrl(text)).toBeUndefined()
  })
})

describe('namesPackage', () => {
  const found = 'pkg:deb/debian/libssl3@3.0.13-1?arch=amd64'

  it.each([
    'pkg:deb/debian/libssl3',
    'pkg:deb/debian/libssl3@3.0.13-1',
    'pkg:deb/debian/libssl3?arch=amd64',
    'pkg:deb/Debian/LibSSL3',
    found,
  ])('%s names it', (wanted) => {
    expect(matches(wanted, found)).toBe(true)
  })

  it.each([
    'pkg:deb/libssl3',
    'pkg:deb/ubuntu/libssl3',
    'pkg:rpm/debian/libssl3',
    'pkg:deb/debian/libssl',
    'pkg:deb/debian/libssl3@3.0',
    'pkg:deb/debian/libssl3@3.0.13-1?arch=arm64',
    'pkg:deb/debian/libssl3?distro=debian-12',
    'pkg:deb/debian/libssl3#lib',
  ])('%s does not', (wanted) => {
    expect(matches(wanted, found)).toBe(false)
  })
})

it('names an image by the last part of its name and its digest', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  expect(imagePackageUrl({ name: 'shop/orders', digest })).toBe(`pkg:oci/orders@sha256%3A${'a'.repeat(64)}`)
  expect(parsePackageUrl(imagePackageUrl({ name: 'shop/orders', digest }))).toMatchObject({
    type: 'oci',
    name: 'orders',
    version: digest,
  })
})

function matches(wanted: string, found: string): boolean {
  const [one, other] = [parsePackageUrl(wanted), parsePackageUrl(found)]
  if (one === undefined || other === undefined) throw new Error('not package URLs')
  return namesPackage(one, other)
}
