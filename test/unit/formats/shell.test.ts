import { describe, expect, it } from 'vitest'
import { readProgram, readShell } from '../../../src/formats/shell.ts'
import { showUnknown } from '../../../src/formats/unknown-value.ts'

const known: Record<string, string> = { DIR: '/opt', FLAGS: '-y -q', EMPTY: '', SPREAD: '  b\t c ' }
const read = (script: string) => readShell(script, (name) => known[name])
const said = (script: string) => read(script).commands.map(({ name, args }) => showUnknown([name, ...args].join(' ')))

describe('the programs of a script', () => {
  it.each([
    ['a && b || c; d', ['a', 'b', 'c', 'd']],
    ['set -eux; a \\\n  --b', ['set -eux', 'a --b']],
    ['if a; then b; elif c; then d; else e; fi', ['a', 'b', 'c', 'd', 'e']],
    ['for f in x y; do a "$f"; done', ['a ${f}']],
    ['while a; do b; done', ['a', 'b']],
    ['case x in y) a;; *) b;; esac', ['a', 'b']],
    ['f() { a; }; f', ['a', 'f']],
    ['( a; { b; } )', ['a', 'b']],
    ['! a', ['a']],
    ['# a\nb # c', ['b']],
    ['/usr/bin/a b', ['a b']],
    [`a 'b c' "d $DIR" e\\ f $'g\\th'`, ['a b c d /opt e f g\th']],
    ['a ${DIR}/x ${NONE:-y} ${EMPTY-z}', ['a /opt/x y']],
    ['apt-get $FLAGS install', ['apt-get -y -q install']],
    ['apt-get "$FLAGS" install', ['apt-get -y -q install']],
    ['A=1; b $A', ['', 'b 1']],
    ['export A=1 && b $A', ['export A=1', 'b 1']],
    ['a $(b c)', ['b c', 'a $(b c)']],
    ['a `b`', ['b', 'a `b`']],
    ['a <(b)', ['b', 'a <(b)']],
    ['sudo -E -u root a b', ['a b']],
    ['env -u X A=b timeout -k 5 30 nice -n 5 a c', ['a c']],
    ['find / -name x -exec chmod u+s {} +', ['chmod u+s {}']],
    ['xargs -n 1 chmod u+s', ['chmod u+s']],
    ['a 2>&1 >/dev/null', ['a']],
    ['a ${A[0]} ${!A} ${A:+b} ${DIR:=b} ${DIR:+b}', ['a ${A} ${A} ${A} ${DIR} ${DIR}']],
    ['a $((1 + 1))', ['a $((1 + 1))']],
    ['A=1; A=$(b); c $A', ['', 'b', '', 'c ${A}']],
    ['A=1; A=; c ${A:-d} e', ['', '', 'c e']],
    ['a "x"$DIR', ['a x/opt']],
    ['a $DIR$FLAGS', ['a /opt-y -q']],
    ['a ${FLAGS} b', ['a -y -q b']],
    ['a <x 2>y <<<z', ['a']],
  ])('%s', (script, programs) => {
    expect(said(script)).toEqual(programs)
    expect(read(script).isWhole).toBe(true)
  })

  it.each([
    ['a $DIR$FLAGS', ['/opt-y -q']],
    ['a $FLAGS$FLAGS', ['-y -q-y -q']],
    ['a ${FLAGS}', ['-y', '-q']],
    ['a "$FLAGS" $SPREAD $EMPTY', ['-y -q', 'b', 'c']],
    ['a ${!DIR} ${DIR[1]} ${#DIR} ${DIR#/}', ['${DIR}', '${DIR}', '${DIR}', '${DIR}']],
    ['a *.txt x?[ab] {b,c} @(d|e)', ['*.txt', 'x?[ab]', '{b,c}', '@(d|e)']],
    ['a $"b $DIR"', ['b /opt']],
    ['export B=$FLAGS C=', ['B=-y -q', 'C=']],
    ['B=1 a C=2', ['C=2']],
  ])('%s has each word that the shell passes', (script, words) => {
    expect(read(script).commands.map(({ args }) => args.map(showUnknown))).toEqual([words])
    expect(read(script).isWhole).toBe(true)
  })

  it.each([
    ["sh -c 'a b'", 'a b'],
    ['bash -exc "a b"', 'a b'],
    ['eval "a b"', 'a b'],
    ["su app -c 'a b'", 'a b'],
    ['sh -c "bash -c \'a b\'"', 'a b'],
    ['sh <<X\na b\nX', 'a b'],
    ['bash -s <<< "a b"', 'a b'],
    ['/bin/busybox sh -c "a b"', 'a b'],
    ["su --command 'a b' app", 'a b'],
    ["runuser -u app -c 'a b'", 'a b'],
    ["sh -ce 'a b'", 'a b'],
    ["bash -c -e -- 'a b'", 'a b'],
    ["bash -ec -o pipefail +x 'a b' c", 'a b'],
    ["bash -eco pipefail 'a b'", 'a b'],
    ["find / -exec sh -c 'c' \\; -o -execdir sh -c 'a b' {} +", 'a b'],
    ...['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash'].map((shell) => [`${shell} -c 'a b'`, 'a b']),
  ])('and of a script inside of it: %s', (script, program) => {
    expect(said(script)).toContain(program)
    expect(read(script).isWhole).toBe(true)
  })

  it.each([
    ['of what is no shell', "fish -c 'a b'"],
    ['of what only begins like one', "shed -c 'a b'"],
    ['of an option that only looks like one', "bash x-c 'a b'"],
    ['of another option', "su --command-x 'a b'"],
    ['of another option of a user', "su x-c 'a b'"],
    ['of a shell without one', 'sh -c'],
    ['of a user without one', 'su app -c'],
    ['of a user who gets a shell', 'su app'],
    ['of a here-document that a script of its own reads', 'sh install.sh <<X\na b\nX'],
    ['of a here-document that is no input of a shell', 'cat <<X\na b\nX'],
  ])('but not %s', (_what, script) => {
    expect(said(script)).toHaveLength(1)
  })

  it('in exec form, which no shell splits', () => {
    const { commands } = readProgram(['sh', '-c', 'a "$DIR"', 'b;c'], (name) => known[name])
    expect(commands.map(({ name, args }) => [name, ...args])).toEqual([
      ['sh', '-c', 'a "$DIR"', 'b;c'],
      ['a', '/opt'],
    ])
    const nothing = { through: [], assignments: [], inputFrom: [], wordsFrom: [], texts: [], writesTo: [] }
    expect(readProgram(['a', '$DIR', '&&', 'b'], () => 'x')).toEqual({
      commands: [{ name: 'a', args: ['$DIR', '&&', 'b'], ...nothing }],
      isWhole: true,
    })
  })
})

describe('what goes from one program to another', () => {
  it('through a pipeline, a substitution, a here-document and a file', () => {
    const [curl, gunzip, sh] = read('curl x | gunzip | sh').commands
    expect(sh?.inputFrom).toEqual([curl, gunzip])
    const substituted = read('sh -c "$(curl x)"').commands.find(({ name }) => name === 'sh')
    expect(substituted?.wordsFrom.map(({ name }) => name)).toEqual(['curl'])
    expect(read('cat > /etc/x <<E\nA=b\nE').commands).toMatchObject([{ texts: ['A=b\n'], writesTo: ['/etc/x'] }])
    expect(read('a < x <<< "$DIR" >> y 2> z 2>&1 3>&- >&all >&12x').commands).toMatchObject([
      { texts: ['/opt'], writesTo: ['y', 'z', 'all', '12x'] },
    ])
  })

  it.each([
    ['a > 1 2>> 22', ['1', '22']],
    ['a >&10 2>&1 3>&-', []],
    ['a >&x2 >&-y &> z', ['x2', '-y', 'z']],
    ['a <b 3<&0 <<< c', []],
  ])('%s goes into the files %j, and to no descriptor', (script, files) => {
    expect(read(script).commands).toMatchObject([{ writesTo: files }])
  })

  it('holds what the last fifty programs of a pipeline give', () => {
    const names = Array.from({ length: 60 }, (_, index) => `p${index}`)
    const input = read(`{ ${names.join('; ')}; } | a | b`).commands.map(({ inputFrom }) =>
      inputFrom.map(({ name }) => name),
    )
    expect(input.slice(-2)).toEqual([names.slice(-50), [...names.slice(-49), 'a']])
    expect(input[0]).toEqual([])
  })

  it('sets variables for itself, and for what follows only where it stands alone', () => {
    expect(read('A=b c').commands).toMatchObject([{ name: 'c', assignments: [{ name: 'A', value: 'b' }] }])
    expect(showUnknown(read('A=b c; d $A').commands[1]?.args[0] ?? '')).toBe('${A}')
    expect(read('A= B=b').commands).toMatchObject([
      {
        name: '',
        args: [],
        assignments: [
          { name: 'A', value: '' },
          { name: 'B', value: 'b' },
        ],
      },
    ])
    expect(showUnknown(read('A=(1 2); $A').commands[1]?.name ?? '')).toBe('${A}')
  })
})

describe('a script that cannot be read in full', () => {
  it.each(['a "b', 'if a; then b', "sh -c 'a \"'", 'a $(b', 'a $(b "c)', 'cat <<<', 'a >', 'a >&', 'f() { a'])(
    '%s says so',
    (script) => {
      expect(read(script).isWhole).toBe(false)
    },
  )

  it('because of scripts in scripts, says so, and does not break off', () => {
    const nested = Array.from({ length: 8 }).reduce<string>((inner) => `sh -c ${JSON.stringify(inner)}`, 'a')
    expect(read(nested).isWhole).toBe(false)
  })

  it.each([5, 6])('is that of %i scripts in each other if they are more than five', (depth) => {
    const nested = Array.from({ length: depth }).reduce<string>((inner) => `sh -c ${JSON.stringify(inner)}`, 'a')
    expect(read(nested).isWhole).toBe(depth <= 5)
    expect(read(nested).commands.map(({ name }) => name)).toEqual([
      ...Array<string>(depth).fill('sh'),
      ...(depth <= 5 ? ['a'] : []),
    ])
  })

  it('is one that exhausts the stack; any other fault is not hidden', () => {
    const failing = (error: Error) => () =>
      readShell('a $B', () => {
        throw error
      })
    expect(failing(new RangeError('Maximum call stack size exceeded'))()).toEqual({ commands: [], isWhole: false })
    expect(failing(new TypeError('a fault'))).toThrow('a fault')
  })

  it.each([
    ['subshells', '('.repeat(20_000)],
    ['substitutions', '$('.repeat(5_000)],
    ['words', 'curl '.repeat(100_000)],
    ['pipes', 'a|'.repeat(50_000)],
    ['quotes', '"'.repeat(100_001)],
    ['here-documents', 'a <<b '.repeat(5_000)],
    ['options of a shell', `sh -c ${'-x '.repeat(50_000)}a`],
    ['programs of find', `find ${'-exec a + '.repeat(20_000)}`],
  ])('of very many %s takes seconds and not minutes', { timeout: 20_000 }, (_what, script) => {
    const begun = process.cpuUsage()
    expect(() => read(script)).not.toThrow()
    expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(15)
  })
})
