import { expect, it } from 'vitest'
import { breakable } from '../../../src/report/html-table.ts'

it.each([
  ['a short name.of.it', 'a short name.of.it'],
  [
    'org.opencontainers.image.title, org.opencontainers.image.source',
    'org.<wbr>opencontainers.<wbr>image.<wbr>title, org.<wbr>opencontainers.<wbr>image.<wbr>source',
  ],
  ['RUN --mount=type=secret or', 'RUN <span class="whole">--mount=type=secret</span> or'],
  [
    '<script src=/a/very/long/path/to/it>',
    '&#60;script src=/<wbr>a/<wbr>very/<wbr>long/<wbr>path/<wbr>to/<wbr>it&#62;',
  ],
])('a narrow column may break %j at places that a reader expects', (text, markup) => {
  expect(breakable(text).toString()).toBe(markup)
})
