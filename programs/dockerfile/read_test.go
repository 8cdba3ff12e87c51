package main

import (
	"strings"
	"testing"
)

func TestReadsWhatBuildKitBuilds(t *testing.T) {
	debian := "docker.io/library/debian:12-slim"
	for name, given := range map[string]struct {
		text   string
		images []string
	}{
		"a word of a here-document in quotes":     {"FROM debian:12-slim\nRUN echo \"usage: cat <<EOF\"\nFROM alpine:3.20\n", []string{"docker.io/library/alpine:3.20"}},
		"a word split by continuation":            {"FROM deb\\\nian:12-slim\n", []string{debian}},
		"a comment between continued lines":       {"FROM \\\n# alpine\n  debian:12-slim\n", []string{debian}},
		"several arguments in one ARG":            {"ARG D=debian T=12-slim\nFROM ${D}:${T}\n", []string{debian}},
		"an argument of an argument":              {"ARG R=docker.io\nARG B=${R}/library/debian:12-slim\nFROM $B\n", []string{debian}},
		"patterns":                                {"ARG V=v12_slim\nFROM debian:12-${V##*_}\n", []string{debian}},
		"replacement":                             {"ARG V=12_slim\nFROM debian:${V/_/-}\n", []string{debian}},
		"nested words":                            {"FROM debian:${V:-${W:-12-slim}}\n", []string{debian}},
		"a quoted image":                          {"FROM \"debian:12-slim\"\n", []string{debian}},
		"another escape character":                {"# escape=`\nFROM `\ndebian:12-slim\n", []string{debian}},
		"lower case":                              {"from debian:12-slim as x\ncopy --from=alpine:3 /a /b\n", []string{debian, "docker.io/library/alpine:3"}},
		"FROM inside a here-document":             {"FROM debian:12-slim\nCOPY <<EOF /x\nFROM scratch\nCOPY --from=Builder_Image /a /b\nEOF\n", []string{debian}},
		"two here-documents of one instruction":   {"FROM debian:12-slim\nCOPY <<ONE <<-\"TWO\" /x/\nFROM a\nONE\nFROM b\n\tTWO\n", []string{debian}},
		"a here-document behind a JSON array":     {"FROM debian:12-slim\nRUN [\"cat\", \"<<EOF\"]\nCOPY --from=alpine:3 /a /b\n", []string{debian, "docker.io/library/alpine:3"}},
		"a stage that is not reached":             {"FROM nowhere.example/none:1 AS unused\nFROM debian:12-slim\n", []string{debian}},
		"a tool image that an unused stage reads": {"FROM debian:12-slim AS base\nFROM base AS unused\nCOPY --from=nowhere.example/none:1 /a /b\nFROM base\n", []string{debian}},
		"an upper-case key of a mount":            {"FROM debian:12-slim\nRUN --mount=TYPE=bind,FROM=alpine:3,target=/x true\n", []string{debian, "docker.io/library/alpine:3"}},
		"the last of two keys":                    {"FROM debian:12-slim\nRUN --mount=from=busybox,target=/x,from=alpine:3 true\n", []string{debian, "docker.io/library/alpine:3"}},
		"a mount in quotes":                       {"FROM debian:12-slim\nRUN --mount=\"from=alpine:3,target=/x\" true\n", []string{debian, "docker.io/library/alpine:3"}},
		"a flag split by continuation":            {"FROM debian:12-slim\nCOPY --from=alp\\\nine:3 /a /b\n", []string{debian, "docker.io/library/alpine:3"}},
		"a digest and a tag":                      {"FROM debian:12-slim@" + pin + "\n", []string{debian + "@" + pin}},
		"Windows line ends":                       {"ARG V=12-slim\r\nFROM debian:$V\r\nRUN <<E\r\nFROM x\r\nE\r\n", []string{debian}},
		"a stage by number":                       {"FROM alpine:3 AS a\nFROM debian:12-slim\nCOPY --from=0 /a /b\n", []string{"docker.io/library/alpine:3", debian}},
		"an image that is named like a number":    {"FROM alpine:3\nRUN --mount=from=0,target=/x true\n", []string{"docker.io/library/alpine:3", "docker.io/library/0:latest"}},
	} {
		t.Run(name, func(t *testing.T) {
			report := read(t, given.text, nil)
			if len(report.Refusals) > 0 {
				t.Fatalf("refused: %s", report.Refusals[0].Error())
			}
			wantEqual(t, "images", images(report, 0), given.images)
			for _, image := range report.Platforms[0].Images {
				part := given.text[image.Start:image.End]
				for _, glue := range []string{"\\\n", "`\n", "# alpine\n"} {
					part = strings.ReplaceAll(part, glue, "")
				}
				if image.Kind == "from" && strings.ContainsAny(part, " \n") || image.Kind == "copy" && !strings.HasPrefix(part, "--from=") || image.Kind == "mount" && !strings.HasPrefix(part, "--mount=") {
					t.Errorf("the place of %s is %q", image.Asked, part)
				}
			}
		})
	}
}

func TestReadsEachPlatformByItself(t *testing.T) {
	text := "FROM debian:12-slim AS base-amd64\nFROM alpine:3 AS base-arm64\nFROM base-${TARGETARCH}\n"
	report := read(t, text, func(wanted *request) { wanted.Platforms = []string{amd64, arm64} })
	wantEqual(t, amd64, images(report, 0), []string{"docker.io/library/debian:12-slim"})
	wantEqual(t, arm64, images(report, 1), []string{"docker.io/library/alpine:3"})
	if report.Platforms[0].Images[0].Shipped != true || report.Platforms[1].Images[0].Platform != arm64 {
		t.Errorf("expected shipped images of each platform, found %+v", report.Platforms)
	}
}

func TestBuildArgumentsAndTargetDecide(t *testing.T) {
	text := "ARG B=debian:12\nFROM $B AS one\nLABEL a=b\nFROM alpine:3 AS two\nLABEL \"c.d\"=e\n"
	report := read(t, text, func(wanted *request) {
		wanted.Target, wanted.BuildArgs = "ONE", map[string]string{"B": "busybox"}
	})
	wantEqual(t, "images", images(report, 0), []string{"docker.io/library/busybox:latest"})
	wantEqual(t, "labels", report.Platforms[0].Labels, []string{"a"})
	wantEqual(t, "labels of the last stage", read(t, text, nil).Platforms[0].Labels, []string{"c.d"})
	missing := read(t, text, func(wanted *request) { wanted.Target = "three" })
	wantRefusal(t, missing.Refusals, 0, `no stage "three"; it has one, two`)
}

func TestCommentsAreWhatBuildKitPassesOver(t *testing.T) {
	report := read(t, "# check=skip=JSONArgsRecommended,UndefinedVar\n# syntax=docker/dockerfile:1\nFROM debian:12\nCOPY <<E /x\n# hadolint ignore=DL3008\nE\nRUN a \\\n  # hadolint ignore=DL3009\n  b\n", nil)
	if len(report.Pragmas) != 1 || report.Pragmas[0].Line != 8 {
		t.Errorf("expected the pragma of line 8 alone, found %+v", report.Pragmas)
	}
	if len(report.Silenced) != 1 || len(report.Silenced[0].Rules) != 2 || report.Silenced[0].Line != 1 {
		t.Errorf("expected two silenced checks, found %+v", report.Silenced)
	}
}

func TestSecretsAreThoseOfReachedSteps(t *testing.T) {
	report := read(t, "FROM debian:12 AS unused\nRUN --mount=type=secret,id=never,required=true true\nFROM debian:12\n# RUN --mount=type=secret,id=npmrc,required=true npm ci\nRUN --mount=type=secret,id=a,required --mount=type=secret,id=b,env=B true\n", nil)
	found := report.Platforms[0].Secrets
	if len(found) != 2 || found[0].ID+found[1].ID != "ba" && found[0].ID+found[1].ID != "ab" {
		t.Fatalf("expected the secrets a and b, found %+v", found)
	}
	for _, one := range found {
		if one.Required != (one.ID == "a") || one.Line != 5 {
			t.Errorf("unexpected %+v", one)
		}
	}
}

func TestInstructionsAreToldAsParsed(t *testing.T) {
	report := read(t, "ARG V=1\nFROM debian:12 AS x\nENV A=1 B=\"2 3\"\nCOPY --chown=1:1 a b /c/\nEXPOSE 80 443/TCP\nRUN [\"a\", \"b c\"]\nONBUILD RUN true\n", nil)
	wantEqual(t, "names", report.Instructions[2].Names, []string{"A", "B"})
	wantEqual(t, "flags", report.Instructions[3].Flags, []string{"--chown=1:1"})
	wantEqual(t, "words", report.Instructions[3].Words, []string{"a", "b", "/c/"})
	wantEqual(t, "ports", report.Instructions[4].Names, []string{"80/tcp", "443/tcp"})
	wantEqual(t, "array", report.Instructions[5].Words, []string{"a", "b c"})
	wantEqual(t, "trigger", report.Instructions[6].Words, []string{"RUN true"})
	if !report.Instructions[5].JSON || report.Instructions[0].Stage != -1 || report.Instructions[1].Stage != 0 {
		t.Errorf("unexpected instructions %+v", report.Instructions)
	}
}
