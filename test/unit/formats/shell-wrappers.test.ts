import { describe, expect, it } from 'vitest'
import { unwrapped } from '../../../src/formats/shell-wrappers.ts'

/** The program behind the wrappers, and its arguments. */
const program = (words: string) => {
  const { name, args } = unwrapped(words.split(' '))
  return [name, ...args].join(' ')
}

describe('the program that wrappers start', () => {
  it.each([
    // Options of the wrapper, with and without a value of their own.
    ['sudo apt-get install -y curl', 'apt-get install -y curl'],
    ['sudo -u root a b', 'a b'],
    ['sudo -ug a b', 'a b'],
    ['sudo -nu root a', 'a'],
    ['sudo -uroot a', 'a'],
    ['sudo -E -H a', 'a'],
    ['nohup -u a', 'a'],
    ['sudo --preserve-env a', 'a'],
    ['sudo --user root a', 'a'],
    ['env --chdir /srv --unset B a', 'a'],
    ['sudo --user=root -- a --b', 'a --b'],
    ['env -- a', 'a'],
    // Words of its own before the program.
    ['timeout 30 a', 'a'],
    ['timeout -k 5 30 a b', 'a b'],
    ['gosu app /usr/bin/a', 'a'],
    ['chroot /mnt a', 'a'],
    ['sudo nice -n 5 timeout 3 a', 'a'],
    // Nothing behind it.
    ['sudo -E', 'sudo -E'],
    ['timeout 30', 'timeout 30'],
    ['env', 'env'],
    // No wrapper.
    ['sudoedit a', 'sudoedit a'],
    ['toString a', 'toString a'],
  ])('%s', (words, expected) => {
    expect(program(words)).toBe(expected)
  })

  it.each([
    ['find / -name x', 'find / -name x'],
    ['find -exec a ;', 'a'],
    ['find / -executable -exec a {} ;', 'a {}'],
    ['find /srv/my-exec -exec a {} +', 'a {}'],
    ['find + -execdir a b', 'a b'],
    ['find ; -ok a b c', 'a b c'],
    ['find / -okdir sudo a b + -print', 'a b'],
    ['find / -exec', 'find / -exec'],
  ])('for each match of find: %s', (words, expected) => {
    expect(program(words)).toBe(expected)
  })

  it.each([
    [['env', 'HTTP_PROXY=http://x', 'A=', 'b'], 'b', { HTTP_PROXY: 'http://x', A: '' }],
    [['sudo', 'A=one\ntwo', 'env', 'B=c=d', 'e'], 'e', { A: 'one\ntwo', B: 'c=d' }],
    [['env', './a=b', 'C=d'], 'a=b', {}],
    [['env', '1A=b'], '1A=b', {}],
    [['a', 'B=c'], 'a', {}],
  ])('%j: with the variables that they set', (words, name, variables) => {
    const { given, ...found } = unwrapped(words)
    expect(found.name).toBe(name)
    expect(given).toEqual(Object.entries(variables).map(([variable, value]) => ({ name: variable, value })))
  })

  it('is none in a command without words', () => {
    expect(unwrapped([])).toEqual({ name: '', args: [], given: [], through: [], others: [] })
  })

  it('are several for find', () => {
    const words = 'sudo find / -exec a {} ; -ok b + -execdir c'.split(' ')
    expect(unwrapped(words)).toEqual({
      name: 'a',
      args: ['{}'],
      given: [],
      through: [['sudo']],
      others: [['b'], ['c']],
    })
  })
})
