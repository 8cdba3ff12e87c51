import { createSocket, type Socket } from 'node:dgram'

const recordTypes = { address: 1 } as const
const answerCodes = { found: 0, unknown: 3 } as const

/** Opens a name service (RFC 1035, over UDP) at an address. It knows the names that are in the set at that moment, all at that address, and no other. */
export async function serveNames(address: string, names: ReadonlySet<string>): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.on('message', (query, { address: from, port }) => {
    const answer = answerTo(query, address, names)
    if (answer !== undefined) socket.send(answer, port, from)
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(53, address, resolve)
  })
  return socket
}

/** The answer to a query with one question; undefined for what is no such query. */
export function answerTo(query: Buffer, address: string, names: ReadonlySet<string>): Buffer | undefined {
  if (query.length < 17 || query.readUInt16BE(4) !== 1) return undefined
  const labels: string[] = []
  let place = 12
  for (let length = query[place] ?? 0; length > 0; length = query[place] ?? 0) {
    labels.push(query.toString('latin1', place + 1, place + 1 + length))
    place += length + 1
  }
  const question = query.subarray(12, place + 5)
  if (question.length < 5) return undefined
  const known = names.has(labels.join('.').toLowerCase())
  // Names here have no address of the sixth version, which is no reason to call them unknown.
  const records = known && question.readUInt16BE(question.length - 4) === recordTypes.address ? 1 : 0
  const head = Buffer.alloc(12)
  query.copy(head, 0, 0, 2)
  // A response; recursion is there for whoever desires it.
  head.writeUInt16BE(0x8180 | (known ? answerCodes.found : answerCodes.unknown), 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(records, 6)
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, ...address.split('.').map(Number)])
  return Buffer.concat([head, question, ...(records === 1 ? [record] : [])])
}
