import { expect, it } from 'vitest'
import { filesOfViper } from '../../../src/scaffold/settings/viper.ts'
import { namesRead } from './names-read.ts'

const code = (setup: string, failure: string) =>
  `package a\n\nimport "github.com/spf13/viper"\n\ntype Config struct {\n\tSource string \`mapstructure:"DB_SOURCE"\`\n\tMail Mail \`mapstructure:"mail"\`\n}\n\ntype Mail struct {\n\tHost string\n}\n\nfunc Load(path string) (config Config, err error) {\n\tviper.SetConfigName("app")\n\t${setup}\n\terr = viper.ReadInConfig()\n\tif err != nil {\n\t\t${failure}\n\t}\n\terr = viper.Unmarshal(&config)\n\treturn\n}\n`

it('the keys of a struct that viper fills are variables where it looks into the environment', () => {
  const text = code('viper.AutomaticEnv()\n\tviper.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))', 'return')
  expect(namesRead('go', { 'a.go': text })).toEqual(['DB_SOURCE', 'MAIL_HOST'])
  expect(namesRead('go', { 'a.go': code('', 'return') })).toEqual([])
})

it.each<[string, string, boolean[]]>([
  ['', 'log.Fatal("x", err)', [true]],
  ['viper.AutomaticEnv()', 'return', [false]],
  ['', 'log.Println("x")', []],
])('a file that must be there is known (%j, %j)', (setup, failure, expected) => {
  const found = filesOfViper([{ path: 'a.go', text: code(setup, failure) }])
  expect(found.map(({ alone }) => alone)).toEqual(expected)
})
