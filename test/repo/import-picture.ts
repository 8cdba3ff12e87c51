/** A box of the picture, or a point where an arrow passes a floor. */
interface Place {
  room?: string
  x: number
  floor: number
}

const [floorHeight, boxHeight, gap, passage] = [62, 26, 14, 10]
const widthOf = ({ room }: Place): number => (room === undefined ? passage : room.length * 6.7 + 18)
const middleOf = (floors: number, { floor }: Place): number => (floors - floor) * floorHeight - floorHeight / 2

/** Leaves out every arrow that a path of other arrows already shows. */
export function withoutDetours(edges: ReadonlyMap<string, ReadonlySet<string>>): Map<string, Set<string>> {
  const reaches = (from: string, to: string): boolean =>
    [...(edges.get(from) ?? [])].some((next) => next === to || reaches(next, to))
  return new Map(
    [...edges].map(([from, targets]) => [
      from,
      new Set([...targets].filter((to) => ![...targets].some((other) => other !== to && reaches(other, to)))),
    ]),
  )
}

/** How far each room stands above the lowest ones: every arrow goes to a lower floor. */
export function floorsOf(edges: ReadonlyMap<string, ReadonlySet<string>>): Map<string, number> {
  const floors = new Map<string, number>()
  const floorOf = (room: string): number => {
    const below = [...(edges.get(room) ?? [])].map((target) => floors.get(target) ?? floorOf(target))
    const floor = Math.max(-1, ...below) + 1
    floors.set(room, floor)
    return floor
  }
  for (const room of edges.keys()) floorOf(room)
  return floors
}

/** A picture of the imports, as SVG: rooms on floors, with an arrow from each room down to those that it imports from. `isPure` chooses the colour. */
export function drawImports(
  edges: ReadonlyMap<string, ReadonlySet<string>>,
  isPure: (room: string) => boolean,
): string {
  const floors = floorsOf(edges)
  const places = new Map([...floors].map(([room, floor]): [string, Place] => [room, { room, floor, x: 0 }]))
  const arrows = [...edges].flatMap(([from, targets]) =>
    [...targets].map((to) => wayBetween(placeOf(places, from), placeOf(places, to))),
  )
  const height = Math.max(...floors.values()) + 1
  const width = arrange([...places.values(), ...arrows.flatMap((way) => way.slice(1, -1))], arrows, height)
  const boxes = [...places.values()].map((place) => box(place, height, isPure(place.room ?? '')))
  const words =
    'Who imports whom: rooms of the repository in floors, with an arrow from each room to those that it imports from. Every arrow points down.'
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height * floorHeight}" viewBox="0 0 ${width} ${height * floorHeight}" role="img" aria-label="${words}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11">`,
    `<rect width="${width}" height="${height * floorHeight}" fill="#ffffff"/>`,
    ...arrows.map((way) => arrow(way, height)),
    ...boxes,
    '</svg>',
    '',
  ].join('\n')
}

function placeOf(places: ReadonlyMap<string, Place>, room: string): Place {
  const place = places.get(room)
  if (place === undefined) throw new Error(`${room} is in no floor`)
  return place
}

/** From one box to another, with a point on each floor between them. */
function wayBetween(from: Place, to: Place): Place[] {
  const between = Array.from({ length: from.floor - to.floor - 1 }, (_, index) => ({
    floor: from.floor - 1 - index,
    x: 0,
  }))
  return [from, ...between, to]
}

/** Moves every place towards its neighbours on the floors above and below, and returns the width of the picture. */
function arrange(places: readonly Place[], ways: ReadonlyArray<readonly Place[]>, height: number): number {
  const near = new Map<Place, Place[]>(places.map((place) => [place, []]))
  for (const way of ways)
    for (const [index, place] of way.entries())
      near.get(place)?.push(...[way[index - 1], way[index + 1]].filter((other) => other !== undefined))
  const rows = Array.from({ length: height }, (_, floor) => places.filter((place) => place.floor === floor))
  const widths = rows.map((row) => row.reduce((sum, place) => sum + widthOf(place) + gap, gap))
  const width = Math.ceil(Math.max(...widths))
  for (const row of rows) spread(row, width)
  for (let sweep = 0; sweep < 40; sweep += 1)
    for (const row of sweep % 2 === 0 ? rows : rows.toReversed()) {
      const wish = new Map(row.map((place) => [place, meanOf(near.get(place) ?? [], place.x)]))
      const sorted = row.toSorted((left, right) => (wish.get(left) ?? 0) - (wish.get(right) ?? 0))
      for (const place of sorted) place.x = wish.get(place) ?? 0
      separate(sorted, width)
    }
  return width
}

function spread(row: readonly Place[], width: number): void {
  for (const [index, place] of row.entries()) place.x = ((index + 1) * width) / (row.length + 1)
}

/** Moves overlapping places to the right, and then those outside the picture back to the left. */
function separate(row: readonly Place[], width: number): void {
  let free = gap
  for (const place of row) {
    place.x = Math.max(place.x, free + widthOf(place) / 2)
    free = place.x + widthOf(place) / 2 + gap
  }
  free = width - gap
  for (const place of row.toReversed()) {
    place.x = Math.min(place.x, free - widthOf(place) / 2)
    free = place.x - widthOf(place) / 2 - gap
  }
}

function meanOf(places: readonly Place[], otherwise: number): number {
  return places.length === 0 ? otherwise : places.reduce((sum, { x }) => sum + x, 0) / places.length
}

function box(place: Place, height: number, isPure: boolean): string {
  const [width, y] = [widthOf(place), middleOf(height, place)]
  const [fill, line] = isPure ? ['#e8f5ec', '#2e7d4f'] : ['#e9f0fb', '#33639c']
  return [
    `<rect x="${round(place.x - width / 2)}" y="${round(y - boxHeight / 2)}" width="${round(width)}" height="${boxHeight}" rx="4" fill="${fill}" stroke="${line}"/>`,
    `<text x="${round(place.x)}" y="${round(y + 4)}" text-anchor="middle" fill="#1f2328">${place.room}</text>`,
  ].join('')
}

function arrow(way: readonly Place[], height: number): string {
  const points = way.flatMap((place, index): Array<[number, number]> => {
    const y = middleOf(height, place)
    if (index === 0) return [[place.x, y + boxHeight / 2]]
    if (index === way.length - 1) return [[place.x, y - boxHeight / 2 - 5]]
    return [
      [place.x, y - boxHeight / 2],
      [place.x, y + boxHeight / 2],
    ]
  })
  const [x = 0, y = 0] = points.at(-1) ?? []
  const line = points.map((point) => point.map(round).join(',')).join(' ')
  const tip = `${round(x - 3)},${round(y - 1)} ${round(x + 3)},${round(y - 1)} ${round(x)},${round(y + 5)}`
  return `<polyline points="${line}" fill="none" stroke="#8c959f"/><polygon points="${tip}" fill="#57606a"/>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
