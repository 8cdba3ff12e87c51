import { describe, expect, it } from 'vitest'
import type { Language } from '../../../src/scaffold/application.ts'
import { worthReading } from '../../../src/scaffold/source-tree.ts'
import { namesMade, namesRead } from './names-read.ts'

type Case = [title: string, language: Language, files: Record<string, string>, expected: string[]]

const cargo = 'src/main.rs'

describe('names have the prefix that the code gives them', () => {
  it.each<Case>([
    [
      "environs' prefixed, also in each other",
      'python',
      {
        'a.py':
          'from environs import Env\nenv = Env()\nenv.read_env()\nwith env.prefixed("ORDERS_"):\n    url = env.str("DATABASE_URL")\n    with env.prefixed("S3_"):\n        bucket = env("BUCKET", "x")\n    limit = env.int("LIMIT", 5)\nother = env("OTHER_A")\n',
      },
      ['ORDERS_DATABASE_URL!', 'ORDERS_LIMIT=5', 'ORDERS_S3_BUCKET=x', 'OTHER_A!'],
    ],
    [
      "Env's own prefix in django-environ and Starlette's config",
      'python',
      {
        'a.py':
          'from starlette.config import Config\nconfig = Config(".env", env_prefix="APP_")\nurl = config("DATABASE_URL")\n',
        'b.py': 'import environ\nenv = environ.Env()\nenv.prefix = "SHOP_"\nkey = env("SECRET_KEY")\n',
      },
      ['APP_DATABASE_URL!', 'SHOP_SECRET_KEY!'],
    ],
    [
      "pydantic's in its second form and as an argument of the class",
      'python',
      {
        'a.py':
          'from pydantic_settings import BaseSettings\nclass Pool(BaseModel):\n    size: int = 5\nclass Db(BaseModel):\n    url: str\n    pool: Pool = Pool()\nclass A(BaseSettings, env_prefix="ORDERS_", env_nested_delimiter="__"):\n    db: Db\nclass B(BaseSettings):\n    class Config:\n        env_prefix = "SHOP_"\n        fields = {"url": {"env": "DATABASE_URL"}, "key": {"env": ["API_KEY", "KEY"]}}\n    url: str\n    key: str\n    name: str = "x"\n',
      },
      ['API_KEY!', 'DATABASE_URL!', 'ORDERS_DB__POOL__SIZE=5', 'ORDERS_DB__URL!', 'SHOP_NAME=x'],
    ],
    [
      "pydantic's aliases",
      'python',
      {
        'a.py':
          'from pydantic_settings import BaseSettings\nclass A(BaseSettings):\n    url: str = Field(..., env="DATABASE_URL")\n    key: str = Field(validation_alias=AliasChoices("api_key", "KEY"))\n    name: str = Field(alias="SERVICE_NAME", default="x")\n    both: str = Field(..., env=["FIRST_A", "SECOND_A"])\n',
      },
      ['API_KEY!', 'DATABASE_URL!', 'FIRST_A!', 'SERVICE_NAME=x'],
    ],
    [
      "Dynaconf's",
      'python',
      {
        'a.py':
          'from dynaconf import Dynaconf\nsettings = Dynaconf(envvar_prefix="ORDERS", validators=[Validator("database_url", must_exist=True), Validator("LIMIT", default=5)])\nx = settings.BUCKET\ny = settings.get("QUEUE", "q")\nz = settings["TOPIC"]\nsettings.MAIL.HOST\n',
      },
      [
        'ORDERS_BUCKET!',
        'ORDERS_DATABASE_URL!',
        'ORDERS_LIMIT=5',
        'ORDERS_MAIL__HOST!',
        'ORDERS_QUEUE=q',
        'ORDERS_TOPIC!',
      ],
    ],
    [
      "Dynaconf's own, if it is given none",
      'python',
      {
        'a.py':
          'from dynaconf import Dynaconf\nsettings = Dynaconf(settings_files=["settings.toml"])\nx = settings.BUCKET\n',
      },
      ['DYNACONF_BUCKET'],
    ],
    [
      "viper's, with the keys that are bound and read",
      'go',
      {
        'a.go':
          'package a\n\nfunc f() {\n\tviper.SetEnvPrefix("orders")\n\tviper.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))\n\tviper.BindEnv("database.url")\n\tviper.BindEnv("bucket", "S3_BUCKET")\n\tviper.AutomaticEnv()\n\tviper.SetDefault("limit", 5)\n\t_ = viper.GetString("queue.name")\n\t_ = viper.GetInt("limit")\n}\n',
      },
      ['ORDERS_DATABASE_URL', 'ORDERS_LIMIT=5', 'ORDERS_QUEUE_NAME', 'S3_BUCKET'],
    ],
    [
      'a viper, but neither the headers nor the query of a request',
      'go',
      {
        'a.go':
          'package a\n\nimport "github.com/spf13/viper"\n\nvar conf *viper.Viper\n\ntype S struct {\n\tcfg *viper.Viper\n}\n\nfunc setup() {\n\tviper.AutomaticEnv()\n\tv := viper.New()\n\t_ = v.GetString("first_a")\n\tsub := viper.Sub("x")\n\t_ = sub.GetInt("second_a")\n}\n\nfunc (s *S) f(w http.ResponseWriter, r *http.Request) error {\n\ttoken := r.Header.Get("Authorization")\n\tif token == "" {\n\t\treturn errors.New("x")\n\t}\n\tq := r.URL.Query()\n\tk := q.Get("token")\n\tif k == "" {\n\t\treturn errors.New("x")\n\t}\n\tv := r.URL.Query()\n\tw.Header().Get("accept")\n\tv.Get("page")\n\turl := s.cfg.GetString("third_a")\n\tif url == "" {\n\t\treturn errors.New("x")\n\t}\n\treturn nil\n}\n\nfunc g(p *viper.Viper) string {\n\treturn p.GetString("fourth_a") + viper.GetString("fifth_a")\n}\n',
        'b.go':
          'package a\n\nimport vp "github.com/spf13/viper"\n\nfunc h(c *gin.Context) {\n\t_ = conf.GetString("sixth_a")\n\t_ = c.GetString("user")\n\t_ = vp.GetString("seventh_a")\n}\n',
      },
      ['FIFTH_A', 'FIRST_A', 'FOURTH_A', 'SECOND_A', 'SEVENTH_A', 'SIXTH_A', 'THIRD_A!'],
    ],
    [
      "viper's instance without prefix",
      'go',
      {
        'a.go':
          'package a\n\nfunc f() {\n\tv := viper.New()\n\tv.MustBindEnv("database_url")\n\t_ = v.GetString("other")\n}\n',
      },
      ['DATABASE_URL'],
    ],
    [
      "envconfig's, with names made of those of the fields",
      'go',
      {
        'a.go':
          'package a\n\ntype Spec struct {\n\tDatabaseURL string `required:"true" split_words:"true"`\n\tLimit int `default:"5"`\n\tMailHost string\n\tBucket string `envconfig:"S3_BUCKET"`\n\tPool struct {\n\t\tSize int\n\t}\n\tunexported string\n\tSkipped string `ignored:"true"`\n}\n\nfunc f() {\n\tvar s Spec\n\tenvconfig.Process("orders", &s)\n}\n',
      },
      ['ORDERS_DATABASE_URL!', 'ORDERS_LIMIT=5', 'ORDERS_MAILHOST', 'ORDERS_POOL_SIZE', 'ORDERS_S3_BUCKET'],
    ],
    [
      "env's options",
      'go',
      {
        'a.go':
          'package a\n\ntype Config struct {\n\tURL string `env:"DATABASE_URL,required"`\n\tPool Pool `envPrefix:"POOL_"`\n}\n\ntype Pool struct {\n\tSize int `env:"SIZE" envDefault:"5"`\n}\n\nfunc f() { env.ParseWithOptions(&Config{}, env.Options{Prefix: "ORDERS_"}) }\n',
      },
      ['ORDERS_DATABASE_URL!', 'ORDERS_POOL_SIZE=5'],
    ],
    [
      "cleanenv's",
      'go',
      {
        'a.go':
          'package a\n\ntype Config struct {\n\tDB Database `env-prefix:"DB_"`\n}\n\ntype Database struct {\n\tURL string `env:"URL" env-required:"true"`\n\tName string `env:"NAME" env-default:"x"`\n}\n',
      },
      ['DB_NAME=x', 'DB_URL!'],
    ],
    [
      "envy's",
      'rust',
      {
        [cargo]:
          '#[derive(Deserialize, Debug)]\nstruct Config {\n    database_url: String,\n    #[serde(default)]\n    limit: u32,\n    #[serde(rename = "bucket_name")]\n    bucket: String,\n    token: Option<String>,\n}\nfn f() { let c = envy::prefixed("APP_").from_env::<Config>().unwrap(); }\n',
      },
      ['APP_BUCKET_NAME!', 'APP_DATABASE_URL!', 'APP_LIMIT', 'APP_TOKEN'],
    ],
    [
      "config's, with its separators",
      'rust',
      {
        [cargo]:
          '#[derive(serde::Deserialize)]\npub struct Settings {\n    pub database: Database,\n    pub limit: Option<u32>,\n}\n#[derive(serde::Deserialize)]\npub struct Database {\n    pub url: String,\n}\nfn f() -> Result<Settings, ConfigError> {\n    Config::builder().add_source(config::Environment::with_prefix("APP").prefix_separator("_").separator("__")).build()?.try_deserialize()\n}\n',
      },
      ['APP_DATABASE__URL!', 'APP_LIMIT'],
    ],
    [
      "figment's",
      'rust',
      {
        [cargo]:
          'use figment::{Figment, providers::Env};\n#[derive(Deserialize)]\nstruct Config {\n    database_url: String,\n    db: Db,\n}\n#[derive(Deserialize)]\nstruct Db {\n    name: String,\n}\nfn f() { let c: Config = Figment::new().merge(Env::prefixed("APP_").split("__")).extract().unwrap(); }\n',
      },
      ['APP_DATABASE_URL!', 'APP_DB__NAME!'],
    ],
    [
      "Spring's properties, as the environment spells them",
      'java',
      {
        'src/main/java/A.java':
          '@ConfigurationProperties(prefix = "shop.mail-server")\npublic class A {\n  private String hostName;\n  private int port = 25;\n  private final Logger log = x();\n  @NotBlank\n  private String from;\n  private static final String X = "y";\n}\n@ConfigurationProperties("orders")\nrecord B(@NotNull String bucketName, int limit) {}\n',
      },
      [
        'ORDERS_BUCKETNAME!',
        'ORDERS_LIMIT',
        'SHOP_MAILSERVER_FROM!',
        'SHOP_MAILSERVER_HOSTNAME',
        'SHOP_MAILSERVER_PORT=25',
      ],
    ],
    [
      "Spring's properties, of which no file says the value",
      'java',
      {
        'src/main/java/A.java':
          'class A {\n  @Value("${shop.api-url}") String a;\n  @Value("${shop.limit:5}") int b;\n  @Value("${shop.name}") String c;\n  @Value("${shop.mail.from}") String d;\n}\n',
        'src/main/resources/application.yml': 'shop:\n  name: x\n  mail:\n    from: ${MAIL_FROM}\n',
      },
      ['MAIL_FROM!', 'SHOP_APIURL!', 'SHOP_LIMIT=5'],
    ],
  ])('%s (%s)', (_, language, files, expected) => {
    expect(namesRead(language, files)).toEqual(expected)
  })

  it('and a prefix that is computed is said', () => {
    const text = 'from environs import Env\nenv = Env()\nwith env.prefixed(kind + "_"):\n    url = env("URL")\n'
    expect(namesRead('python', { 'a.py': text })).toEqual([])
    expect(namesMade('python', { 'a.py': text })).toEqual(['environs under a computed prefix'])
  })
})

describe("Spring's placeholders are read with what is in them", () => {
  it.each<[string, string, string[]]>([
    ['a null', 'a: ${BUCKET:#{null}}\nb: x\n', ['BUCKET']],
    [
      'one in another',
      'url: ${DB_URL:jdbc:postgresql://${DB_HOST:localhost}:${DB_PORT:5432}/orders}\n',
      ['DB_HOST=localhost', 'DB_PORT=5432', 'DB_URL'],
    ],
    ['one that stands for another', 'url: ${FIRST_A:${SECOND_A:x}}\n', ['FIRST_A', 'SECOND_A=x']],
    ['one that must be there if another is not', 'url: ${FIRST_A:${SECOND_A}}\n', ['FIRST_A', 'SECOND_A!']],
    ['a URL', 'url: ${API_URL:https://api.example.com/v1}\n', ['API_URL=https://api.example.com/v1']],
    ['nothing that closes it', 'a: ${BUCKET:x\nb: ${OTHER_A}\n', ['OTHER_A!']],
  ])('%s', (_, text, expected) => {
    expect(namesRead('java', { 'src/main/resources/application.yml': text })).toEqual(expected)
  })

  it('in the file of a profile', () => {
    const path = 'src/main/resources/application-prod.yml'
    expect(worthReading(path)).toBeDefined()
    expect(namesRead('java', { [path]: 'url: ${ORDERS_URL}\n' })).toEqual(['ORDERS_URL!'])
  })

  it.each(['local', 'dev', 'test', 'nonprod', 'pre-prod'])('but not in that of %s', (profile) => {
    const path = `src/main/resources/application-${profile}.yml`
    const code = 'class A {\n  @Value("${shop.api-url}") String a;\n}\n'
    expect(
      namesRead('java', { [path]: 'url: ${ORDERS_URL}\nshop:\n  api-url: x\n', 'src/main/java/A.java': code }),
    ).toEqual(['SHOP_APIURL!'])
  })

  it.each<[string, string, string[]]>([
    [
      'application.yml',
      'a: ${FIRST_A}\n---\nspring:\n  config.activate.on-profile: local\nb: ${SECOND_A}\n--- # next\nspring:\n  config:\n    activate:\n      on-profile: [dev, production]\nb: ${THIRD_A}\n',
      ['FIRST_A!', 'THIRD_A!'],
    ],
    [
      'application.yml',
      'spring.profiles: dev\nb: ${SECOND_A}\n---\nspring:\n  profiles:\n    active: dev\na: ${FIRST_A}\n',
      ['FIRST_A!'],
    ],
    [
      'application.yml',
      'spring.config.activate.on-profile: "!local"\na: ${FIRST_A}\n---\nspring.config.activate.on-profile: "prod & !prod"\nb: ${SECOND_A}\n',
      ['FIRST_A!'],
    ],
    [
      'application.properties',
      'a=${FIRST_A}\n#---\nspring.config.activate.on-profile=local | test\nb=${SECOND_A}\n!---\n# spring.profiles=dev\nc=${THIRD_A}\n',
      ['FIRST_A!', 'THIRD_A!'],
    ],
    ['application.properties', '%dev.a=${FIRST_A}\n%prod.b=${SECOND_A}\nc=50%\n', ['SECOND_A!']],
    [
      'application.yml',
      '"%dev":\n  a: ${FIRST_A}\n\n  c: ${THIRD_A}\nb: ${SECOND_A}\n"%prod":\n  d: ${LAST_A}\n',
      ['LAST_A!', 'SECOND_A!'],
    ],
  ])('in the documents of %s that are deployed: %j', (name, text, expected) => {
    expect(namesRead('java', { [`src/main/resources/${name}`]: text })).toEqual(expected)
  })

  it('in code', () => {
    const text =
      'class A {\n  @Value("${BUCKET:#{null}}") String a;\n  @Value("#{\'${HOSTS_A:a,b}\'.split(\',\')}") List<String> b;\n}\n'
    expect(namesRead('java', { 'src/main/java/A.java': text })).toEqual(['BUCKET', 'HOSTS_A=a,b'])
  })
})
