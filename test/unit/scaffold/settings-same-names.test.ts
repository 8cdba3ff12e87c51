import { describe, expect, it } from 'vitest'
import type { Language } from '../../../src/scaffold/application.ts'
import { namesMade, namesRead } from './names-read.ts'

const goConfig =
  'package config\n\nimport "github.com/caarlos0/env/v11"\n\ntype Config struct {\n\tHTTP httpPart\n}\n\ntype httpPart struct {\n\tToken string `env:"API_TOKEN,required"`\n}\n\nfunc Load() (*Config, error) {\n\tcfg := &Config{}\n\treturn cfg, env.Parse(cfg)\n}\n'

describe('what has the same name in two places is not taken for one thing', () => {
  it.each<[string, Language, Record<string, string>, string[]]>([
    [
      'a struct that one of another package contains',
      'go',
      {
        'config/config.go': goConfig,
        'mq/mq.go':
          'package mq\n\ntype Config struct {\n\tURL string\n}\n\ntype Conn struct {\n\tConfig\n}\n\ntype httpPart struct {\n\tX string\n}\n',
      },
      ['API_TOKEN!'],
    ],
    [
      'a struct of an imported package',
      'go',
      {
        'main.go':
          'package main\n\nimport (\n\tcf "example.com/x/config/v2"\n\t"example.com/x/store"\n)\n\ntype App struct {\n\tA cf.Config `envPrefix:"A_"`\n\tB *store.Config `envPrefix:"B_"`\n}\n',
        'config/v2/c.go': 'package config\n\ntype Config struct {\n\tX string `env:"X"`\n}\n',
        'store/c.go': 'package store\n\ntype Config struct {\n\tY string `env:"Y"`\n}\n',
      },
      ['A_X', 'B_Y'],
    ],
    [
      'structs that only contain each other',
      'go',
      {
        'a.go':
          'package a\n\ntype First struct {\n\tX string `env:"X_A"`\n\tS *Second\n}\n\ntype Second struct {\n\tY string `env:"Y_A"`\n\tF *First\n}\n',
      },
      ['X_A', 'Y_A'],
    ],
    [
      'a struct that envconfig fills',
      'go',
      {
        'a/a.go':
          'package a\n\ntype Spec struct {\n\tURL string `required:"true"`\n}\n\nfunc f() {\n\tvar s Spec\n\tenvconfig.Process("orders", &s)\n}\n',
        'b/b.go': 'package b\n\ntype Spec struct {\n\tOther string\n}\n',
      },
      ['ORDERS_URL!'],
    ],
    [
      'settings classes',
      'python',
      {
        'app/a.py': 'from pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n    first_a: str\n',
        'app/b.py': 'from .base import Base\n\nclass Settings(Base):\n    second_a: str\n\nsettings = Settings()\n',
        'app/base.py': 'class Base(BaseSettings):\n    third_a: str\n',
        'other/base.py': 'class Base:\n    fourth_a: str\n',
      },
      ['FIRST_A!', 'SECOND_A!', 'THIRD_A!'],
    ],
    [
      'structs of two modules',
      'rust',
      {
        'src/main.rs':
          'use crate::settings::Db;\n#[derive(Deserialize)]\nstruct Config {\n    #[serde(flatten)]\n    db: Db,\n}\nfn f() { let c: Config = envy::from_env::<Config>().unwrap(); }\n',
        'src/settings.rs': '#[derive(Deserialize)]\npub struct Db {\n    url: String,\n}\n',
        'src/wire.rs':
          '#[derive(Deserialize)]\nstruct Db {\n    row: String,\n}\n#[derive(Deserialize)]\nstruct Config {\n    other: String,\n}\n',
      },
      ['URL!'],
    ],
  ])('%s (%s)', (_, language, files, expected) => {
    expect(namesRead(language, files)).toEqual(expected)
  })
})

describe('a prefix in front of all names', () => {
  const spec = 'type Spec struct {\n\tURL string `required:"true"`\n}\n\nfunc f() {\n\tvar s Spec\n'
  it.each<[string, Language, Record<string, string>, string[]]>([
    [
      'is followed to its constant',
      'go',
      {
        'a.go': `package a\n\n${spec}\tenvconfig.Process(consts.Prefix, &s)\n}\n`,
        'consts/c.go': 'package consts\n\nconst Prefix = "orders"\n',
      },
      ['ORDERS_URL!'],
    ],
    [
      "is that of caarlos0's options, in a constant",
      'go',
      {
        'a.go':
          'package a\n\nconst start = "ORDERS_"\n\ntype Config struct {\n\tURL string `env:"URL"`\n}\n\ntype Plain struct {\n\tX string `env:"X_A"`\n}\n\nfunc f() {\n\tcfg := Config{}\n\tenv.ParseWithOptions(&cfg, env.Options{\n\t\tPrefix: start,\n\t})\n\tenv.Parse(&Plain{})\n}\n',
      },
      ['ORDERS_URL', 'X_A'],
    ],
    [
      "is that of qiangxue's loader",
      'go',
      {
        'a.go':
          'package a\n\nimport "github.com/qiangxue/go-env"\n\ntype Config struct {\n\tDSN string `env:"DSN,secret"`\n}\n\nfunc f() {\n\tc := Config{}\n\tenv.New("APP_", logger.Infof).Load(&c)\n}\n',
      },
      ['APP_DSN'],
    ],
    [
      "is APP_ where qiangxue's loader is given none",
      'go',
      {
        'a.go':
          'package a\n\nimport "github.com/qiangxue/go-env"\n\ntype Config struct {\n\tDSN string `env:"DSN"`\n}\n\nfunc f() {\n\tc := Config{}\n\tenv.Load(&c)\n}\n',
      },
      ['APP_DSN'],
    ],
    [
      "is sethvargo's, also of a field",
      'go',
      {
        'a.go':
          'package a\n\nimport "github.com/sethvargo/go-envconfig"\n\ntype Config struct {\n\tURL string `env:"URL,required"`\n\tDB Db `env:", prefix=DB_"`\n}\n\ntype Db struct {\n\tName string `env:"NAME,default=x"`\n}\n\nfunc f(ctx context.Context) {\n\tvar c Config\n\tenvconfig.ProcessWith(ctx, &envconfig.Config{Target: &c, Lookuper: envconfig.PrefixLookuper("ORDERS_", envconfig.OsLookuper())})\n}\n',
      },
      ['ORDERS_DB_NAME=x', 'ORDERS_URL!'],
    ],
    [
      "is pydantic's, in a constant",
      'python',
      {
        'a.py':
          'PREFIX = "orders_"\n\nclass Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix=PREFIX)\n    url: str\n',
      },
      ['ORDERS_URL!'],
    ],
    [
      "is the config crate's, in a constant",
      'rust',
      {
        'src/main.rs':
          'const PREFIX: &str = "app";\n#[derive(Deserialize)]\nstruct C {\n    url: String,\n}\nfn f() -> Result<C, E> { Config::builder().add_source(Environment::with_prefix(PREFIX).separator("__")).build()?.try_deserialize::<C>() }\n',
      },
      ['APP__URL!'],
    ],
  ])('%s (%s)', (_, language, files, expected) => {
    expect(namesRead(language, files)).toEqual(expected)
  })

  it.each<[Language, string, string]>([
    ['go', `package a\n\n${spec}\tenvconfig.Process(os.Args[1], &s)\n}\n`, 'structs under a computed prefix'],
    ['go', `package a\n\n${spec}\tenvconfig.Process(prefix(), &s)\n}\n`, 'structs under a computed prefix'],
    [
      'go',
      'package a\n\ntype C struct {\n\tURL string `env:"URL"`\n}\n\nfunc f(p string) { env.ParseWithOptions(&C{}, env.Options{Prefix: p}) }\n',
      'structs under a computed prefix',
    ],
    [
      'python',
      'class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix=make())\n    url: str\n',
      'settings under a computed prefix',
    ],
  ])('is said where only the running program knows it (%s: %j)', (language, text, what) => {
    const path = language === 'go' ? 'a.go' : 'a.py'
    expect(namesMade(language, { [path]: text })).toEqual([what])
    expect(namesRead(language, { [path]: text })).toEqual([])
  })
})
