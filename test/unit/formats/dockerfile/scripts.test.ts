import { describe, expect, it } from 'vitest'
import { isForeignShell, scriptOfStep } from '../../../../src/formats/dockerfile/scripts.ts'
import { readInstructions } from '../../../../src/formats/dockerfile/instructions.ts'

function scriptOf(text: string): string | undefined {
  const [instruction] = readInstructions(text).instructions
  if (instruction === undefined) throw new Error('the text has no instruction')
  return scriptOfStep(instruction)
}

describe('the script of an instruction', () => {
  it.each([
    ['RUN a && b', 'a && b'],
    ['CMD a b', 'a b'],
    ['entrypoint a', 'a'],
    ['HEALTHCHECK --interval=5s cmd   curl x', 'curl x'],
    ['HEALTHCHECK NONE', undefined],
    ['HEALTHCHECK NO CMD curl x', undefined],
    ['SHELL a', undefined],
    ['LABEL a=RUN', undefined],
  ])('%j', (text, script) => {
    expect(scriptOf(text)).toBe(script)
  })

  it.each([
    ['RUN <<EOF\na\nEOF', 'a\n'],
    ['RUN 3<<-EOF  \na\nEOF', 'a\n'],
    ['RUN sh <<E\na\nE', 'sh <<E\na\nE\n'],
    ['RUN <<E cat\na\nE', '<<E cat\na\nE\n'],
    ['RUN a <<E && b <<F\n1\nE\n2\nF', 'a <<E && b <<F\n1\nE\n2\nF\n'],
  ])('is that of a here-document alone, or the commands with all of them: %j', (text, script) => {
    expect(scriptOf(text)).toBe(script)
  })

  it.each([
    ['#!/bin/sh', true],
    ['#! /bin/bash -e', true],
    ['#!sh', true],
    ['#!/usr/bin/env  bash', true],
    ['#!/usr/bin/env\tdash -e', true],
    ['#!/opt/env/bin/zsh', true],
    ['#!/usr/bin/env -S bash -e', true],
    ['#!/usr/bin/env A=b sh', true],
    ['#!/bin/busybox sh', true],
    ['echo "#!/usr/bin/python3"', true],
    ['#!/usr/bin/python3', false],
    ['#!/usr/bin/python3 /bin/sh', false],
    ['#!/usr/bin/env python3', false],
    ['#!/usr/bin/env', false],
    ['#!/usr/bin/shed', false],
    ['#!/usr/bin/fish', false],
  ])('with the first line %s is read as one of a Unix shell: %s', (line, isRead) => {
    const script = `${line}\n`
    expect(scriptOf(`RUN <<E\n${script}E`)).toBe(isRead ? script : undefined)
  })
})

describe('a shell with a different syntax', () => {
  it.each([
    [['sh', '-c'], false],
    [['/bin/sh', '-c'], false],
    [['/bin/bash', '-euo', 'pipefail', '-c'], false],
    [['busybox', 'sh'], false],
    [['env', 'bash'], false],
    [['/usr/bin/env', 'bash'], false],
    [['/bin/shed'], true],
    [['fish', '-c'], true],
    [['envoy'], true],
    [['busybox.exe'], true],
    [['powershell', '-Command'], true],
    [[], true],
  ])('is that of SHELL %j: %s', (shell, isForeign) => {
    expect(isForeignShell(shell, '\\')).toBe(isForeign)
  })

  it('is that of Windows by default, if the escape is the backtick', () => {
    expect([isForeignShell(undefined, '`'), isForeignShell(undefined, '\\'), isForeignShell(['sh'], '`')]).toEqual([
      true,
      false,
      false,
    ])
  })
})
