import { describe, expect, it } from 'vitest'
import { circles, globalsOf, graph, importsOf, sources } from './import-graph.ts'
import { drawImports, floorsOf, withoutDetours } from './import-picture.ts'
import { allowed, mayImportFrom, pure, pureImports, roomOf } from './rooms.ts'
import { read } from './source-files.ts'

/** Files that are imported as data and are not programs. */
const data = ['src/tools/pins.json']

/** Files that compute what they import at run time, and what that is. */
const computed = { 'ci/loadline.mjs': 'the prebuilt program', 'library.mjs': 'the prebuilt library' }

/** Every import of one of our files from another, as file, target and how. */
const own = [...graph].flatMap(([path, { imports }]) =>
  imports.filter(({ target }) => graph.has(target)).map(({ target, how }) => ({ path, target, how })),
)

/** For each room, the rooms that it does import from. */
const used = new Map(Object.keys(allowed).map((room) => [room, new Set<string>()]))
for (const { path, target } of own) {
  const [room = '', other = ''] = [roomOf(path), roomOf(target)]
  if (room !== other) used.get(room)?.add(other)
}

describe('imports', () => {
  it('leave no file without a room', () => {
    expect(sources.filter((path) => roomOf(path) === undefined)).toEqual([])
  })

  it('go from room to room as the table says, of values and of types, static and dynamic', () => {
    const wrong = [...used].flatMap(([room, others]) =>
      [...others].filter((other) => !mayImportFrom(room).includes(other)).map((other) => `${room} -> ${other}`),
    )
    expect(wrong).toEqual([])
  })

  it('are allowed only from rooms that stand above in the table, so that no two rooms import from each other', () => {
    const rooms = Object.keys(allowed)
    const upwards = rooms.flatMap((room, index) =>
      mayImportFrom(room)
        .filter((other) => !rooms.slice(0, index).includes(other))
        .map((other) => `${room} -> ${other}`),
    )
    expect(upwards).toEqual([])
  })

  it('use every pair of the table', () => {
    const unused = Object.entries(allowed).flatMap(([room, targets]) =>
      targets
        .filter((target) => target !== 'src/*' && used.get(room)?.has(target) !== true)
        .map((target) => `${room} -> ${target}`),
    )
    expect(unused).toEqual([])
  })

  it('stand in AGENTS.md as they are held here', () => {
    const table = Object.entries(allowed).map(([room, targets]) =>
      `    ${room.padEnd(25)} ${targets.join(' ')}`.trimEnd(),
    )
    expect(read('AGENTS.md')).toContain(table.join('\n'))
  })

  it('are drawn as they are (npx vitest run --project repo -u draws them), with no arrow that points up', async () => {
    const arrows = withoutDetours(used)
    const floors = floorsOf(arrows)
    const upwards = [...arrows].flatMap(([from, targets]) =>
      [...targets].filter((to) => (floors.get(to) ?? 0) >= (floors.get(from) ?? 0)).map((to) => `${from} -> ${to}`),
    )
    expect(upwards).toEqual([])
    await expect(drawImports(arrows, (room) => pure.includes(room))).toMatchFileSnapshot(
      '../../docs/pictures/imports.svg',
    )
  })

  it('make no circle of files, not even of types', () => {
    const files = new Map([...graph].map(([path, { imports }]) => [path, imports.map(({ target }) => target)]))
    expect(circles(files)).toEqual([])
  })

  it('name files of ours that are held as well, or data', () => {
    const unknown = [...graph].flatMap(([path, { imports }]) =>
      imports
        .filter(({ target }) => /^(src|pipelines|ci|toolchain|test|programs|schema|examples)\//.test(target))
        .filter(({ target }) => !graph.has(target) && !data.includes(target))
        // The programs in the runtime's container import from the SDK that is installed next to them.
        .filter(({ target }) => !target.startsWith('toolchain/runtime/node_modules/'))
        .map(({ target }) => `${path} -> ${target}`),
    )
    expect(unknown).toEqual([])
  })

  it('say what they import, but where the prebuilt program is started', () => {
    const late = [...graph].filter(([, file]) => file.computed > 0).map(([path]) => path)
    expect(late.toSorted()).toEqual(Object.keys(computed))
  })

  it('bring into the pure rooms nothing but what computes, and no object that reaches out, clock or chance', () => {
    const files = [...graph].filter(([path]) => pure.includes(roomOf(path) ?? ''))
    const foreign = files.flatMap(([path, { imports }]) =>
      imports
        .filter(({ target }) => !graph.has(target) && !data.includes(target))
        .filter(({ target, names }) => !isPureImport(target, names))
        .map(({ target, names }) => `${path}: ${names.join(', ')} of ${target}`),
    )
    expect(foreign).toEqual([])
    expect(files.flatMap(([path]) => globalsOf(path).map((name) => `${path}: ${name}`))).toEqual([])
  })

  it('of the pure rooms are all used: the list of what computes has no more', () => {
    const taken = new Set(
      [...graph]
        .filter(([path]) => pure.includes(roomOf(path) ?? ''))
        .flatMap(([, { imports }]) =>
          imports.flatMap(({ target, names }) => [target, ...names.map((name) => `${target} ${name}`)]),
        ),
    )
    const idle = Object.entries(pureImports).flatMap(([target, names]) =>
      names === 'all' ? (taken.has(target) ? [] : [target]) : names.filter((name) => !taken.has(`${target} ${name}`)),
    )
    expect(idle).toEqual([])
  })

  it('reach the toolchain lazily: what runs on an engine that is there loads nothing of it', () => {
    const aboutIt = ['ci/cli/engine.ts', 'ci/cli/sigstore.ts', 'ci/cli/doctor.ts']
    const wrong = own.filter(
      ({ path, target, how }) =>
        path.startsWith('ci/') && !aboutIt.includes(path) && how === 'value' && target.startsWith('toolchain/'),
    )
    expect(wrong).toEqual([])
  })

  it('open a session with the engine in one place only', () => {
    const opening = sources.filter(
      (path) =>
        !path.startsWith('toolchain/runtime/') &&
        /\bimport\s*\{[^}]*\bconnect(?:ion)?\b[^}]*\}\s*from '@dagger\.io\/dagger'/.test(read(path)),
    )
    expect(opening).toEqual(['ci/run/session.ts'])
  })
})

function isPureImport(target: string, names: readonly string[]): boolean {
  const known = Object.hasOwn(pureImports, target) ? pureImports[target] : undefined
  return known === 'all' || (known !== undefined && names.every((name) => known.includes(name)))
}

describe('what holds the imports', () => {
  it('sees every way to import', () => {
    const text =
      "import a, { type B } from './a.ts'\nimport type { C } from './c.ts'\nexport * from './d.ts'\nexport type { E } from './e.ts'\nconst f = await import('./f.mjs')\nlet g: typeof import('./g.ts')\nimport { h as i } from 'h'\nconst j = createRequire(k)\nawait import(l)\n// import './m.ts'\n"
    const { imports, computed: late } = importsOf('src/x/y.ts', text)
    expect(imports.map(({ target, how, names }) => `${target} ${how} ${names.join()}`)).toEqual([
      'src/x/a.ts value *',
      'src/x/c.ts type C',
      'src/x/d.ts value *',
      'src/x/e.ts type *',
      'src/x/f.mjs dynamic *',
      'src/x/g.ts type *',
      'h value h',
    ])
    expect(late).toBe(2)
  })

  it('sees what reaches out without an import, and nothing that is only called so', () => {
    const text =
      "fetch('x')\nconst { env } = process\nnew Date()\nDate.now()\nMath.random()\nimport.meta.url\nsetTimeout(() => {}, 1)\nconst o = { console }\nconst fine = { process: 1, fetch() {} }\nfine.process\nnew Date(0)\ntype T = { crypto: string }\nfunction own(navigator: string) { return navigator }\n"
    expect(globalsOf('src/x/y.ts', text).toSorted()).toEqual(
      ['fetch', 'process', 'new Date()', 'Date.now', 'Math.random', 'import.meta', 'setTimeout', 'console'].toSorted(),
    )
  })

  it.each([
    'node:tls',
    'node:dns',
    'node:dgram',
    'node:http2',
    'node:worker_threads',
    'node:fs',
    'pino',
    'p-retry',
    'proper-lockfile',
    'execa',
    '@dagger.io/dagger',
    'anything-new',
  ])('lets %s into no pure room', (target) => {
    expect(isPureImport(target, ['*'])).toBe(false)
  })

  it('knows circles', () => {
    expect(
      circles(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['a']],
          ['d', ['a']],
        ]),
      ),
    ).toEqual([['a', 'b', 'c']])
  })

  it('draws an arrow for each import that no way of others shows', () => {
    const edges = new Map([
      ['top', new Set(['middle', 'bottom'])],
      ['middle', new Set(['bottom'])],
      ['bottom', new Set<string>()],
    ])
    expect([...(withoutDetours(edges).get('top') ?? [])]).toEqual(['middle'])
    expect([...floorsOf(edges)].toSorted()).toEqual([
      ['bottom', 0],
      ['middle', 1],
      ['top', 2],
    ])
    const drawn = drawImports(edges, () => true)
    expect(drawn.match(/<polygon/g)).toHaveLength(3)
    for (const [, points = ''] of drawn.matchAll(/<polyline points="([^"]*)"/g)) {
      const heights = points.split(' ').map((point) => Number(point.split(',')[1]))
      expect(heights).toEqual(heights.toSorted((left, right) => left - right))
    }
  })
})
