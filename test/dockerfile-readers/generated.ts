import * as fc from 'fast-check'
import type { Question } from './answers.ts'

type Text = fc.Arbitrary<string>

/** Mostly what people write, and now and then something that hardly anybody does. */
const seldom = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>, times: number = 30): fc.Arbitrary<T> =>
  fc.oneof({ weight: times, arbitrary: usual }, { weight: 1, arbitrary: odd })
const one = (...texts: string[]): Text => fc.constantFrom(...texts)

const name = seldom(
  one('a', 'b', 'build', 'Base', 'TAG', 'PATH', 'TARGETARCH', 'BUILDPLATFORM', 'X', '_'),
  one('a.b', '0', 'é'),
)
const stageName = seldom(one('a', 'b', 'build', 'Base', 'TAG', 'x-y.z'), one('0', '_', 'é', '"a"', '$X', 'scratch'))
const image = seldom(
  one(
    'debian:12',
    'alpine',
    'a',
    'build',
    'base',
    'scratch',
    'b-amd64',
    'gcr.io/distroless/static-debian12:nonroot',
    'localhost:5000/x/y',
    `debian@sha256:${'a'.repeat(64)}`,
    `debian:12@sha256:${'b'.repeat(64)}`,
    '"debian:12"',
    "'alpine'",
    'deb\\ian',
  ),
  one('0', '1', 'Base', '"', 'debian:', 'a:b:c', 'UPPER/case', 'a@sha256:1', 'é', 'a//b', 'a\u00A0b'),
)
const operator = seldom(one(':-', '-', ':+', '+', '#', '##', '%', '%%'), one(':?', '?', '/', '//', ':/', '~', ':'), 12)
const operand = fc.constantFrom(
  'x',
  'debian',
  '',
  '*',
  'a/b',
  '/',
  '?/y',
  "'q'",
  '"q"',
  '$X',
  '${A:-b}',
  '\\}',
  '\\/x',
  'd*n/',
  '[ab]',
)
const variable = seldom(
  fc.oneof(
    name.map((text) => `$${text}`),
    name.map((text) => `\${${text}}`),
    fc.tuple(name, operator, operand).map(([text, by, word]) => `\${${text}${by}${word}}`),
    fc
      .tuple(name, one('/', '//'), one('x', '*', '', 'd?b', "'q'", '\\/'), one('/', '/y', '/$X'))
      .map(([text, by, word, instead]) => `\${${text}${by}${word}${instead}}`),
  ),
  one('$', '${', '${}', '$$', '$1', '${1}', '${b//}', '${b/}', '${#b}', '${!b}', '$é', '${a-}', '$(a)', '$@', '${*}'),
  12,
)
const opening = fc.constantFrom(
  '"<<EOF"',
  '<<EOF',
  '<<-EOF',
  '<< EOF',
  '<<"EOF"',
  "<<'EOF'",
  '0<<EOF',
  'x<<EOF',
  '<<<EOF',
  '<<',
  '<<E"O"F',
  '<<E\\OF',
  '<<EOF<<B',
  '$((1<<2))',
  '<<$X',
  '<<${X}',
  '"usage: cat <<EOF"',
  '<<EOF;',
  '<<EOF>x',
  '<<-"EOF"',
  '<<"E F"',
  "'<<'EOF",
)
const piece = seldom(
  fc.oneof(
    { weight: 4, arbitrary: one('x', 'echo', '/a', 'a=b', '12', '.', 'usage:', 'cat', '&&', '|', '#', '-x', 'é') },
    { weight: 2, arbitrary: variable },
    {
      weight: 1,
      arbitrary: one(
        '"a b"',
        "'a b'",
        '\\"',
        '\\$X',
        '\\\\',
        "'\\'",
        '"usage: cat <<EOF"',
        '"<<EOF"',
        '$((1<<2))',
        '<<',
        '[ -f x ]',
      ),
    },
  ),
  fc.oneof(
    opening,
    one('[', ']', '\u00A0', '\u2028', '--', '\v', '\f', '\r', '😀', '"a', "b'", '`', '``', "\\'", '"\\"'),
  ),
  40,
)
const word = fc.array(piece, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''))
const gap = seldom(
  one(' '),
  one(
    '  ',
    '\t',
    ' \\\n',
    '\\\n',
    ' \\ \n  ',
    ' \\\n# c\n',
    ' \\\n\n ',
    ' \\\r\n',
    ' \\\n   # c <<EOF\n',
    ' `\n',
    '`\n',
    ' \\\\\n',
    '\v',
    '\f',
    '\u00A0',
    ' \\\n#\\\n',
  ),
  15,
)
const joined = fc
  .tuple(fc.array(word, { maxLength: 5 }), fc.array(gap, { minLength: 8, maxLength: 8 }))
  .map(([all, gaps]) => all.map((part, index) => part + (gaps[index] ?? ' ')).join(''))
const spelled = (keyword: string) =>
  fc.constantFrom(keyword, keyword, keyword, keyword.toLowerCase(), `${keyword[0]}${keyword.slice(1).toLowerCase()}`)

const field = seldom(
  one(
    'type=cache',
    'type=bind',
    'type=tmpfs',
    'dst=/c',
    'from=alpine',
    'FROM=busybox',
    'from=build',
    'from=BUILD',
    'from=0',
    'TYPE=bind',
    'from=scratch',
    'id=x',
    'source=/a',
    '\\"from=debian\\"',
    'readonly',
  ),
  one(
    'type=secret',
    'type=$X',
    'from=',
    'from=$X',
    'from=${X:-alpine}',
    '"from=debian"',
    'from="alpine"',
    'from= alpine',
    ' from=alpine',
    'from',
    'sharing=locked',
    'required',
    'type=',
    '\\"from=a\\"\\"b\\"',
  ),
  10,
)
const mount = fc.array(field, { minLength: 1, maxLength: 3 }).map((fields) => `--mount=target=/m,${fields.join(',')}`)
const flagsOf: Record<string, Text> = {
  FROM: seldom(
    one('--platform=linux/amd64', '--platform=$BUILDPLATFORM', '--platform=$TARGETPLATFORM', '--platform=linux/arm64'),
    one('--', '--x', '--platform='),
    10,
  ),
  RUN: seldom(
    mount,
    one(
      '--network=none',
      '--',
      '--security=sandbox',
      '--mount=from=al\\\npine,target=/x',
      '--mount=from=al\\pine,target=/x',
      '--mount=from=al`pine,target=/x',
      "--mount='from=alpine',target=/x",
      '--mount',
      '--MOUNT=from=alpine,target=/x',
      '--mount="from=alpine,target=/x',
      '--mount=type=bind\\ ,from=alpine,target=/x',
    ),
    4,
  ),
  COPY: seldom(
    one(
      '--from=build',
      '--from=a',
      '--from=0',
      '--from=1',
      '--from=alpine',
      '--chown=1:1',
      '--chmod=755',
      '--link',
      '--from="alpine"',
      "--from='al'pine",
      '--from=al\\pine',
      '--from=al\\\npine',
      '--from=BUILD',
      '--exclude=x',
    ),
    one(
      '--from=00',
      '--from=-1',
      '--from=+1',
      '--from=$X',
      '--FROM=alpine',
      '--from',
      '--from=',
      '--',
      '--from=al`pine',
      '--from=scratch',
      '--parents',
      '--from=a --from=alpine',
      '--from=é',
      '--from=1x',
      '--from=0x1',
      '--from=1_0',
      '--from=9999999999999999999999',
    ),
    6,
  ),
  ADD: seldom(one('--chown=1:1', '--chmod=755', '--link', '--keep-git-dir=true'), one('--from=alpine', '--checksum=x')),
}
const flagsFor = (keyword: string): Text =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    {
      weight: 2,
      arbitrary: fc
        .array(
          fc.tuple(flagsOf[keyword] ?? fc.constant(''), gap).map((both) => both.join('')),
          { minLength: 1, maxLength: 2 },
        )
        .map((all) => all.join('')),
    },
  )
const array = fc.oneof(
  {
    weight: 20,
    arbitrary: fc
      .array(fc.constantFrom('true', '/bin/sh', '-c', 'a "b"', '$X', '--from=alpine', '<<EOF'), {
        minLength: 1,
        maxLength: 3,
      })
      .map((all) => JSON.stringify(all)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '["a", 1]',
      '["a"] x',
      "['a']",
      '["a",]',
      '["\\u0041"]',
      '[ "a" ,\t"b" ]',
      '["<<EOF" <<EOF]',
      '["a"',
      '[["a"]]',
      '[null]',
      '["\\ud800"]',
    ),
  },
)
const body = fc
  .array(
    fc.constantFrom(
      'FROM alpine',
      'COPY --from=busybox a b',
      '# c',
      '',
      'EOF2',
      '\tx',
      ' EOF',
      'x \\',
      'RUN true',
      '\tEOF',
      'EOF\r',
      'E F',
    ),
    { maxLength: 3 },
  )
  .map((lines) => `${lines.map((line) => `${line}\n`).join('')}EOF`)
const document = fc
  .tuple(
    fc.oneof(fc.constant(''), joined),
    seldom(
      one('<<EOF', '<<-EOF', '<<"EOF"', "<<'EOF'", '0<<EOF', '<<E"O"F', '<<EOF<<B', '<< EOF', '<<E\\OF'),
      opening,
      8,
    ),
    fc.oneof(one('', ' /x', ' x'), joined),
    body,
  )
  .map(
    ([before, at, behind, text]) =>
      `${before}${before === '' ? '' : ' '}${at}${behind === '' ? '' : ' '}${behind}\n${text}`,
  )
const of = (keyword: string, ...parts: Text[]): Text =>
  fc.tuple(spelled(keyword), gap, ...parts).map((all) => all.join(''))

const from = of(
  'FROM',
  fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 1, arbitrary: flagsFor('FROM') }),
  fc.oneof(
    { weight: 30, arbitrary: image },
    { weight: 3, arbitrary: fc.tuple(image, variable).map((both) => both.join('')) },
    { weight: 1, arbitrary: variable },
  ),
  seldom(
    fc.oneof(
      fc.constant(''),
      fc.tuple(gap, spelled('AS'), gap, stageName).map((all) => all.join('')),
    ),
    one(' x', ' AS', ' AS a b', ' AS "a"', ' as $X', ' # c'),
  ),
)
const property = fc
  .tuple(
    name,
    seldom(
      one('=', '=1', '=debian', '=alpine', '="a b"', "='$X'", '=$X', '=${X:-y}', '=a\\ b', '="a\\"b"'),
      one('', '="', '=${b//}', ' 1', '="\\\n"', '=a=b'),
      20,
    ),
  )
  .map((both) => both.join(''))
const properties = fc
  .array(
    fc.tuple(property, gap).map((both) => both.join('')),
    { minLength: 1, maxLength: 3 },
  )
  .map((all) => all.join(''))
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: of(
      'RUN',
      flagsFor('RUN'),
      fc.oneof({ weight: 3, arbitrary: joined }, { weight: 1, arbitrary: array }, { weight: 1, arbitrary: document }),
    ),
  },
  {
    weight: 3,
    arbitrary: of(
      'COPY',
      flagsFor('COPY'),
      fc.oneof(
        one('a b', 'a $b /c/'),
        one('a b'),
        seldom(fc.constant('["a","b"]'), array),
        fc.tuple(joined, one('x y')).map((both) => both.join(' ')),
        seldom(document, one('${b//} <<"EOF"\nEOF', '<<EOF <<B /x/\nEOF\nB')),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: of(
      'ADD',
      flagsFor('ADD'),
      fc.oneof(
        one('a b'),
        fc.tuple(joined, one('x y')).map((both) => both.join(' ')),
        document,
      ),
    ),
  },
  { weight: 2, arbitrary: of('ARG', properties) },
  { weight: 2, arbitrary: of('ENV', properties) },
  { weight: 1, arbitrary: of('LABEL', properties) },
  { weight: 2, arbitrary: of('USER', fc.oneof(one('app', '1:1', '$X', '"$X":${A:-0}', 'root'), word)) },
  { weight: 1, arbitrary: of('WORKDIR', fc.oneof(one('/a', '$X/b'), word)) },
  { weight: 1, arbitrary: of('EXPOSE', seldom(one('80', '80/udp 1-3'), one('$X', '80:90', '"80"'))) },
  { weight: 1, arbitrary: of('VOLUME', fc.oneof(word, array)) },
  { weight: 1, arbitrary: of('CMD', fc.oneof(joined, array)) },
  { weight: 1, arbitrary: of('ENTRYPOINT', fc.oneof(joined, array)) },
  {
    weight: 1,
    arbitrary: of(
      'HEALTHCHECK',
      fc.constantFrom('NONE', 'CMD true', '--interval=1s CMD ["true"]', '--interval=5m --timeout=3s cmd curl <<EOF'),
    ),
  },
  { weight: 1, arbitrary: of('SHELL', seldom(one('["/bin/sh","-c"]', '["powershell"]'), one('/bin/sh', '[]'))) },
  { weight: 1, arbitrary: of('STOPSIGNAL', seldom(one('SIGTERM'), one('$X'))) },
  {
    weight: 1,
    arbitrary: of(
      'ONBUILD',
      fc.oneof(
        fc.constantFrom('RUN true', 'COPY --from=alpine a b', 'RUN cat <<EOF\nx\nEOF', 'ENV a=b', 'ADD a b', 'USER x'),
        seldom(one('WORKDIR /x'), one('FROM x', 'onbuild run x', 'MAINTAINER x')),
        of('RUN', flagsFor('RUN'), joined),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: seldom(
      of('MAINTAINER', word),
      fc.constantFrom('RUNS x', 'FRÖM x', '<<EOF', '\\', '#', 'FROM', 'run', 'ARG', '//', 'FROM\u00A0alpine'),
    ),
  },
)
const between = seldom(
  one('\n'),
  one(
    '\n\n',
    '\r\n',
    '\n# c\n',
    '\n # FROM x\n',
    '  \n',
    '\n\t',
    '\n  ',
    ' \\\n',
    '\n\u00A0',
    '\n\v',
    '\r',
    '\n# escape=`\n',
  ),
  12,
)
const head = fc.oneof(
  { weight: 12, arbitrary: one('') },
  {
    weight: 4,
    arbitrary: one(
      'ARG X=debian\n',
      'ARG X=debian TAG=12 A=$X\n',
      'ARG TARGETARCH\n',
      'ARG X\n',
      '# check=skip=all\n',
      '# c\n# escape=`\n',
      '\n# escape=`\n',
      '# x=y\n# escape=`\n',
      '# syntax=docker/dockerfile:1\n',
    ),
  },
  {
    weight: 1,
    arbitrary: one(
      '# escape=`\n',
      '#escape = `\n',
      '# syntax=docker/dockerfile:1\n# escape=`\n',
      '# Escape=`\n',
      '#!/bin/sh\n',
      '# escape=\\\n',
      '# escape=`\r\n',
      '#\tescape=`\n',
      '\u00A0# escape=`\n',
      '# escape=` \n# check=error=true\n',
      '# escape\u00A0=`\n',
    ),
  },
  {
    weight: 1,
    arbitrary: seldom(
      one(''),
      one(
        '// escape=`\n',
        '# escape=\\\n# escape=`\n',
        '# escape=x\n',
        '# syntax=x\n',
        '// syntax=x\n',
        '{"syntax": "x"}\n',
      ),
      3,
    ),
  },
)
const stage = fc
  .tuple(
    from,
    fc.array(
      fc.tuple(between, step).map((both) => both.join('')),
      { maxLength: 4 },
    ),
  )
  .map(([first, rest]) => first + rest.join(''))
const text = fc
  .tuple(
    head,
    fc.array(
      of('ARG', properties).map((line) => `${line}\n`),
      { maxLength: 1 },
    ),
    fc.array(
      fc.tuple(stage, between).map((both) => both.join('')),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([first, globals, stages]) => first + globals.join('') + stages.join('\n'))

/** Dockerfiles as people and attackers write them, with a target and build arguments at times. Most are almost right. */
export const question: fc.Arbitrary<Question> = fc.record({
  text,
  buildArgs: fc.oneof(
    { weight: 4, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: fc.dictionary(
        fc.constantFrom('X', 'a', 'b', 'TAG', 'PATH', 'TARGETARCH'),
        fc.constantFrom('alpine', '', 'x$Y', 'a b', '12'),
        { maxKeys: 2 },
      ),
    },
  ),
  target: fc.oneof(
    { weight: 5, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom('a', 'build', 'BASE', '0', '1', 'nowhere', '00', '-1') },
  ),
})
