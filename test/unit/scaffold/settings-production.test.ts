import { describe, expect, it } from 'vitest'
import type { Language } from '../../../src/scaffold/application.ts'
import { conditionsRead, namesRead } from './names-read.ts'

const paths: Readonly<Record<Language, string>> = {
  python: 'a.py',
  node: 'a.ts',
  go: 'a.go',
  java: 'src/main/java/A.java',
  rust: 'src/main.rs',
}

const node =
  "const prod = process.env.NODE_ENV === 'production'\nfunction get<T>(name: string, fallback: T, options = { must: false }): T | string {\n  if (process.env[name]) {\n    return process.env[name]\n  }\n  if (fallback !== undefined && (!prod || !options.must)) {\n    return fallback\n  }\n  throw new Error(`no ${name}`)\n}\nconst must = { must: true }\n"

describe('a default that is only taken outside of production', () => {
  it.each<[Language, string, string[]]>([
    [
      'node',
      `${node}export default { a: get('A_B', 'http://localhost', must), b: get('B_C', 'x'), c: get('C_D', 'x', { must: false }) }\n`,
      ['A_B!', 'B_C=x', 'C_D=x'],
    ],
    [
      'node',
      "function env(name, fallback) {\n  const value = process.env[name]\n  if (value) return value\n  if (process.env.NODE_ENV === 'production') throw new Error(name)\n  return fallback\n}\nconst a = env('A_B', 'x')\n",
      ['A_B!=x'],
    ],
    [
      'python',
      'def setting(name, default=None, required_in_production=False):\n    value = os.environ.get(name)\n    if value:\n        return value\n    if required_in_production and ENVIRONMENT == "production":\n        raise RuntimeError(name)\n    return default\n\nA = setting("A_B", "x", required_in_production=True)\nB = setting("B_C", "x")\n',
      ['A_B!', 'B_C=x'],
    ],
    [
      'python',
      'def setting(name, default):\n    if name in os.environ:\n        return os.environ[name]\n    if not settings.DEBUG:\n        raise RuntimeError(name)\n    return default\n\nA = setting("A_B", "x")\n',
      ['A_B!'],
    ],
    [
      'go',
      'package a\n\nfunc setting(key, fallback string) string {\n\tif v := os.Getenv(key); v != "" {\n\t\treturn v\n\t}\n\tif os.Getenv("GIN_MODE") == "release" {\n\t\tlog.Fatalf("no %s", key)\n\t}\n\treturn fallback\n}\n\nvar a = setting("A_B", "x")\n',
      ['A_B!', 'GIN_MODE'],
    ],
    [
      'java',
      'class A {\n  static String setting(String name, String fallback) {\n    String value = System.getenv(name);\n    if (value != null) return value;\n    if (isProduction()) {\n      throw new IllegalStateException(name);\n    }\n    return fallback;\n  }\n  String a = setting("A_B", "x");\n}\n',
      ['A_B!'],
    ],
    [
      'rust',
      'fn setting(name: &str, fallback: &str) -> String {\n    if let Ok(value) = env::var(name) {\n        return value;\n    }\n    if is_production() {\n        panic!("no {name}");\n    }\n    fallback.to_string()\n}\nfn f() { let a = setting("A_B", "x"); }\n',
      ['A_B!'],
    ],
  ])('does not spare the variable (%s: %j)', (language, text, expected) => {
    expect(namesRead(language, { [paths[language]]: text })).toEqual(expected)
  })

  it('is said with what else turns that on', () => {
    const text = `${node}const audited = get('AUDIT_ON', 'false') === 'true'\nconst a = get('A_B', 'x', audited ? must : undefined)\n`
    expect(conditionsRead('node', { 'a.ts': text })).toEqual(['AUDIT_ON', 'A_B! if audited'])
  })

  it.each<[Language, string]>([
    [
      'node',
      "function get(name, fallback) {\n  const value = process.env[name] ?? fallback\n  if (value === undefined) throw new Error(name)\n  return value\n}\nconst a = get('A_B', 'x')\n",
    ],
    [
      'python',
      'def setting(name, default=None):\n    value = os.environ.get(name, default)\n    if value is None:\n        raise RuntimeError(name)\n    return value\n\nA = setting("A_B", "x")\n',
    ],
  ])('and one that is always taken does (%s: %j)', (language, text) => {
    expect(namesRead(language, { [paths[language]]: text })).toEqual(['A_B=x'])
  })
})
