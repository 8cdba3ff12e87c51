import { describe, expect, it } from 'vitest'
import { programIn } from '../../../src/engine/tool-image.ts'
import { tools, type Tool } from '../../../src/tools/images.ts'
import { publishedTools } from '../../world/publishers.ts'

describe('what publishers say of their images', () => {
  it.each(Object.keys(tools) as Array<keyof typeof tools>)('is what Loadline expects of %s [fault 90]', (key) => {
    const { reference, user, entrypoint = [], cmd = [], program, source } = publishedTools[key]
    const tool: Tool = tools[key]
    expect({ reference: tool.reference, user: tool.user }).toEqual({ reference, user })
    expect(programIn(entrypoint, cmd, tool.program)).toBe(program)
    expect(source).toMatch(/^https:\/\//)
  })
})
