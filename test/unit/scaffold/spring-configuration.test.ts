import { describe, expect, it } from 'vitest'
import { readConfiguration } from '../../../src/scaffold/spring/read-configuration.ts'

const below = 'src/main/resources/'

/** What a file says, as name=value, with the profiles for which it does. */
function readAs(name: string, text: string): string[] {
  return readConfiguration(`${below}${name}`, text).properties.map(
    (property) => `${property.name}=${property.value}${property.profiles.map((one) => ` if ${one}`).join('')}`,
  )
}

describe('a file of configuration says', () => {
  it.each<[string, string, string, string[]]>([
    ['properties', 'application.properties', 'a.b=1\nc : ${D:x}\ne f\n', ['a.b=1', 'c=${D:x}', 'e=f']],
    ['no comments', 'application.properties', '# a=1\n  ! b=2\nc=#3\n', ['c=#3']],
    ['what goes on', 'application.properties', 'a=one,\\\n   server.port=99\nb=2\n', ['a=one,server.port=99', 'b=2']],
    ['what is escaped', 'application.properties', 'a\\:b=x\\ty\\u0041\n', ['a:b=x\tyA']],
    ['lines of Windows', 'application.properties', 'a=1\r\nb=2\r\n', ['a=1', 'b=2']],
    [
      'documents of properties',
      'application.properties',
      'a=1\n#---\nb=2\nspring.config.activate.on-profile=dev\n!---\nc=3\n',
      ['a=1', 'b=2 if dev', 'spring.config.activate.on-profile=dev if dev', 'c=3'],
    ],
    ['a tree', 'application.yml', 'a:\n  b: ${C}\n  d: [x, y]\n', ['a.b=${C}', 'a.d[0]=x', 'a.d[1]=y']],
    ['names with dots', 'application.yaml', 'a.b:\n  c: 1\n  d:\n', ['a.b.c=1', 'a.b.d=']],
    ['what is merged', 'application.yml', 'a: &a\n  b: 1\nc:\n  <<: *a\n  d: 2\n', ['a.b=1', 'c.b=1', 'c.d=2']],
    ['what a build fills in', 'application.yml', 'a: @project.version@\nb: 2\n', ['a=@project.version@', 'b=2']],
    [
      'documents',
      'application.yml',
      'a: 1\n--- # next\nspring:\n  config:\n    activate:\n      on-profile: [dev, eu]\nb: 2\n---\nspring.profiles: prod\n',
      [
        'a=1',
        'spring.config.activate.on-profile[0]=dev if dev,eu',
        'spring.config.activate.on-profile[1]=eu if dev,eu',
        'b=2 if dev,eu',
        'spring.profiles=prod if prod',
      ],
    ],
    [
      'that of a profile',
      'application-eu-1.yml',
      'a: 1\n---\nspring.profiles: dev\n',
      ['a=1 if eu-1', 'spring.profiles=dev if eu-1 if dev'],
    ],
    ['what Quarkus has for profiles', 'application.properties', '%dev,test.a.b=1\nc=2\n', ['a.b=1 if dev,test', 'c=2']],
    ['the same in YAML', 'application.yml', '"%prod":\n  a:\n    b: 1\n"%dev.c": 2\n', ['a.b=1 if prod', 'c=2 if dev']],
    ['nothing where it is none', 'application.yml', 'a: *nowhere\n', []],
  ])('%s', (_, name, text, expected) => {
    expect(readAs(name, text)).toEqual(expected)
  })

  it('which pieces of it are for profiles', () => {
    const text = 'a=1\n%dev.b=2,\\\n  ${C}\n#---\nspring.profiles=eu\n'
    const { pieces } = readConfiguration(`${below}application-k8s.properties`, text)
    expect(pieces.map(({ from, to, profiles }) => [text.slice(from, to), profiles])).toEqual([
      [text, ['k8s']],
      ['%dev.b=2,\\\n  ${C}', ['k8s', 'dev']],
      ['#---\nspring.profiles=eu\n', ['k8s', 'eu']],
    ])
  })

  it.each([
    ['application.yml', '"'],
    ['application.yml', '---\nspring.profiles: prod\n'],
    ['application.properties', '\\\\'],
    ['application.properties', '%dev.a=1\n'],
  ])('in time, also if %s is full of %j', (name, piece) => {
    const started = Date.now()
    readConfiguration(`${below}${name}`, piece.repeat(100_000 / piece.length))
    expect(Date.now() - started).toBeLessThan(5_000)
  })
})
